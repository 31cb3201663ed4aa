"""Doors get their services when they are built, and the actor of each request."""

from __future__ import annotations

from typing import Any

import httpx
from litestar import Controller, Litestar, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zoco.web.binding import bound


class Doors(Controller):
    path = "/doors"

    @get("/{name:str}")
    async def both(self, name: FromPath[str], greeting: NamedDependency[str], who: NamedDependency[str]) -> str:
        """Greets."""
        return f"{greeting} {name} from {who}"

    @get("/own")
    async def own(self, request: Request[Any, Any, Any], who: NamedDependency[str]) -> str:
        return f"{request.url.path} {who}"

    @post("/")
    async def plain(self, data: JSONBody[dict[str, int]]) -> dict[str, int]:
        return data


def client(greeting: str) -> httpx.AsyncClient:
    doors = bound(Doors, {"greeting": greeting, "unused": 1}, {"who": lambda scope: scope["headers"][0][0].decode()})
    app: Any = Litestar([doors])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver")


async def test_names_are_filled_in_and_the_rest_stays_the_requests() -> None:
    async with client("hola") as browser:
        assert (await browser.get("/doors/ana")).text == "hola ana from host"
        assert (await browser.get("/doors/own")).text == "/doors/own host"
        assert (await browser.post("/doors", json={"a": 1})).json() == {"a": 1}


async def test_each_shop_has_doors_of_its_own() -> None:
    async with client("hola") as one, client("hello") as other:
        assert (await one.get("/doors/ana")).text.startswith("hola")
        assert (await other.get("/doors/ana")).text.startswith("hello")


def test_what_is_filled_in_is_not_in_the_documentation() -> None:
    app = Litestar([bound(Doors, {"greeting": ""}, {"who": str})])
    operation = app.openapi_schema.to_schema()["paths"]["/doors/{name}"]["get"]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["name"]
    assert operation["summary"] == "Both"
