"""What the API's own description says there is: tests made from it can't forget a new route."""

from __future__ import annotations

import asyncio
import tempfile
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from litestar.handlers import HTTPRouteHandler

from zoco.app import build_shop, create_app, installed
from zoco.settings import load


class Operation(NamedTuple):
    """One method at one address."""

    method: str
    path: str
    details: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.details["operationId"])


@cache
def description() -> dict[str, Any]:
    """`/openapi.json` of a shop with every feature."""

    async def read(folder: Path) -> dict[str, Any]:
        file = folder / "zoco.toml"
        file.touch()
        shop = build_shop(load(file, "development", {"ZOCO_DATA_DIR": str(folder), "ZOCO_LOG__LEVEL": "error"}))
        transport = httpx.ASGITransport(create_app(shop))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            answer = await client.get("/openapi.json")
        await shop.store.close()
        described: dict[str, Any] = answer.json()
        return described

    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        return runner.run(read(Path(folder)))


def operations() -> list[Operation]:
    return [
        Operation(method.upper(), path, details)
        for path, methods in description()["paths"].items()
        for method, details in methods.items()
    ]


def json_bodies() -> list[tuple[Operation, dict[str, Any]]]:
    """Every operation that takes JSON, with the schema of its body."""
    found = []
    for operation in operations():
        content = operation.details.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            found.append((operation, _object(content["application/json"]["schema"])))
    return found


def pages() -> list[tuple[str, str]]:
    """Every method and address that answers people rather than programs, in the installed features."""
    controllers: list[Any] = [controller for module in installed() for controller in module.controllers]
    return [
        (str(method), "/" + f"{controller.path}{path}".strip("/"))
        for controller in controllers
        if not controller.path.startswith("/api")
        for handler in vars(controller).values()
        if isinstance(handler, HTTPRouteHandler)
        for method, path in product(handler.http_methods, handler.paths)
    ]


def _object(schema: dict[str, Any]) -> dict[str, Any]:
    """The object that a schema means, without the null that it may be as well."""
    if "$ref" in schema:
        found = description()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return dict(found)
    for one in schema.get("oneOf", schema.get("anyOf", [])):
        if one != {"type": "null"}:
            return _object(one)
    return schema
