"""The short way to a door: it must give what the framework's long way gives."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import httpx
import msgspec
import pytest
from litestar import Controller, Litestar, Response, get, post, put
from litestar.datastructures import Cookie, UploadFile
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter
from litestar.response import Redirect
from litestar.types import Scope

from zoco.kit.errors import Forbidden, NotFound
from zoco.kit.money import Money
from zoco.web.body import ShopRequest
from zoco.web.entrance import Entrance
from zoco.web.errors import Errors
from zoco.web.express import Express
from zoco.web.visitor import client_address
from zoco.web.wholes import plain_wholes


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=9)]
    price: Money
    since: datetime | None = None


class Told(msgspec.Struct):
    said: dict[str, Any]


def nobody(_connection: Any, _handler: Any) -> None:
    raise Forbidden


class WishPages(Controller):
    path = "/wishes"

    @get("/")
    async def list(self, request: ShopRequest, limit: Annotated[int, QueryParameter(ge=1, le=9)] = 3) -> Response[str]:
        headers = {"Cache-Control": "private", "x-limit": str(limit)}
        cookies = [Cookie("seen", "1"), Cookie("limit", str(limit), httponly=True, samesite="lax")]
        body = f"<p>{request.url.path} áéí €</p>"
        return Response(
            body, status_code=422 if limit == 9 else None, headers=headers, media_type="text/html", cookies=cookies
        )

    @get("/{name:str}/{number:int}")
    async def show(self, name: FromPath[str], number: FromPath[int]) -> Response[Any]:
        if name == "none":
            raise NotFound
        if name == "moved":
            return Redirect(f"/wishes/here/{number}", status_code=301, cookies=[Cookie("moved", "1")])
        return Response(f"{name} {number}", media_type="text/html")

    @get("/text")
    async def text(self, request: ShopRequest) -> Response[str]:
        return Response(f"{request.app.debug} {request.state.dict()}", media_type="text/plain", headers={"x-a": "b"})

    @get("/json")
    async def json(self) -> Response[Any]:
        return Response({"a": [1]})

    @get("/empty")
    async def empty(self) -> Response[Any]:
        return Response(None, status_code=204)

    @get("/kind", media_type="text/csv")
    async def kind(self) -> Response[str]:
        return Response("a,b")

    @get("/sync", sync_to_thread=False)
    def sync(self) -> Response[str]:
        return Response("at once", media_type="text/html")

    @get("/scope")
    async def whole_scope(self, scope: Scope) -> Response[str]:
        return Response(scope["path"], media_type="text/html")

    @get("/needed")
    async def needed(self, name: FromQuery[str]) -> Response[str]:
        return Response(name, media_type="text/html")

    @get("/guarded", guards=[nobody])
    async def guarded(self) -> Response[str]:
        return Response("")

    @get("/broken")
    async def broken(self) -> Response[str]:
        raise ValueError("unforeseen")

    @post("/")
    async def add(self) -> Response[str]:
        return Response("added", media_type="text/html")


class Wishes(Controller):
    path = "/api/wishes"

    @get("/")
    async def list(
        self,
        q: Annotated[str | None, QueryParameter(max_length=5)] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=9)] = 3,
        deep: FromQuery[bool] = False,  # noqa: FBT002 - a parameter of the address
        after: Annotated[str, QueryParameter(name="from")] = "",
        key: Annotated[str | None, HeaderParameter(name="X-Key")] = None,
    ) -> Told:
        return Told({"q": q, "limit": limit, "deep": deep, "after": after, "key": key})

    @get("/{name:str}/{number:int}")
    async def show(self, name: FromPath[str], number: FromPath[int], request: ShopRequest) -> Told:
        if name == "none":
            raise NotFound
        return Told({"name": name, "number": number, "path": request.scope["path"]})

    @post("/")
    async def add(self, data: JSONBody[Wish]) -> Response[Wish]:
        headers = {"Location": f"/api/wishes/{len(data.name)}"}
        return Response(data, headers=headers, cookies=[Cookie("seen", data.name)])

    @put("/", status_code=204)
    async def change(self, request: ShopRequest, data: JSONBody[Wish | None] = None) -> None:
        assert await request.body() or data is None

    @post("/form")
    async def form(self, request: ShopRequest) -> Told:
        form = await request.form()
        file = form["file"]
        assert isinstance(file, UploadFile)
        return Told({"file": file.filename})

    @get("/needed")
    async def needed(self, name: FromQuery[str]) -> Told:
        return Told({"name": name})

    @get("/guarded", guards=[nobody])
    async def guarded(self) -> Told:
        return Told({})

    @get("/text")
    async def text(self) -> str:
        return "plain"


@pytest.fixture
def litestar(errors: Errors) -> Litestar:
    return Litestar(
        [Wishes, WishPages],
        exception_handlers=errors.handlers,
        request_class=ShopRequest,
        before_request=plain_wholes,
        openapi_config=None,
        logging_config=None,
    )


ID = {"X-Request-ID": "the-same-for-both"}
PAGES = [
    "", "/", "?limit=4", "?limit=9", "?limit=10", "?limit=4.0", "?limit=4&limit=5", "?other=%3Cb%3E", "/bowl/7",
    "/b%C3%B6wl/7/", "/bowl/seven", "/none/7", "/moved/7", "/text", "/json", "/empty", "/kind", "/sync", "/scope",
    "/needed", "/needed?name=x", "/guarded", "/broken", "/nothing",
]  # fmt: skip
WISH = b'{"name": "bowl", "price": {"amount": 900, "currency": "USD"}, "since": "2026-11-21T10:00:00Z"}'
FORMS = ["application/x-www-form-urlencoded", "Multipart/Form-Data; boundary=x"]
KINDS = [*FORMS, "", "application/json; charset=utf-8", "application/merge-patch+json", "text/plain"]


@pytest.mark.parametrize(
    ("method", "address", "headers", "body"),
    [
        ("GET", "/api/wishes", {}, b""),
        ("GET", "/api/wishes/", {}, b""),
        ("GET", "/api/wishes?q=a%20b&limit=9&deep=true&from=x&other=1", {"X-Key": "k"}, b""),
        ("GET", "/api/wishes?q=&from=", {"X-Key": ""}, b""),
        ("GET", "/api/wishes?q=a+b", {}, b""),
        ("GET", "/api/wishes?q=1&q=2", {}, b""),
        ("GET", "/api/wishes?&q&li%6Dit=2&=&from=a=b%FF", {}, b""),
        ("GET", "/api/wishes?from=a=b%FF%C3%B6+&&q", {}, b""),
        ("GET", "/api/wishes?q=toolong", {}, b""),
        ("GET", "/api/wishes?limit=10&deep=perhaps", {}, b""),
        ("GET", "/api/wishes?limit=ten", {}, b""),
        ("GET", "/api/wishes?limit=", {}, b""),
        ("GET", "/api/wishes?limit=-1", {}, b""),
        ("GET", "/api/wishes?limit=7.00", {}, b""),
        ("GET", "/api/wishes/bowl/7", {}, b""),
        ("GET", "/api/wishes/b%C3%B6wl/7/", {}, b""),
        ("GET", "/api/wishes/bowl/seven", {}, b""),
        ("GET", "/api/wishes/none/7", {}, b""),
        ("GET", "/api/nothing", {}, b""),
        ("DELETE", "/api/wishes", {}, b""),
        ("OPTIONS", "/api/wishes", {}, b""),
        ("POST", "/api/wishes", {}, WISH),
        ("POST", "/api/wishes", {}, b""),
        ("POST", "/api/wishes", {}, b"{"),
        ("POST", "/api/wishes", {}, b'{"name": "", "price": 1, "other": 2}'),
        ("PUT", "/api/wishes", {}, b""),
        ("PUT", "/api/wishes", {}, WISH),
        ("PUT", "/api/wishes", {}, b"[]"),
        *(("POST", "/api/wishes", {"content-type": kind}, body) for kind in KINDS for body in (WISH, b"", b"name=x")),
        *(("PUT", "/api/wishes", {"content-type": kind}, body) for kind in KINDS for body in (WISH, b"", b"name=x")),
        ("GET", "/api/wishes/text", {}, b""),
        ("GET", "/api/wishes/needed", {}, b""),
        ("GET", "/api/wishes/needed?name=x", {}, b""),
        ("GET", "/api/wishes/guarded", {}, b""),
        *(("GET", f"/wishes{rest}", {}, b"") for rest in PAGES),
        *(("GET", "/wishes", {"host": host}, b"") for host in ("shop.example:80", "[::1]", "a<b>", "a_b", "a b", "")),
        ("GET", "/wishes/none/1", {"accept": "application/json"}, b""),
        ("HEAD", "/wishes?limit=4", {}, b""),
        ("POST", "/wishes", {}, b""),
        ("DELETE", "/wishes", {}, b""),
        ("OPTIONS", "/wishes", {}, b""),
    ],
)
async def test_both_ways_give_the_same(
    litestar: Litestar, errors: Errors, browse: Any, method: str, address: str, headers: Mapping[str, str], body: bytes
) -> None:
    answers = []
    ways: list[Any] = [litestar, Express(litestar)]
    for app in ways:
        async with browse(Entrance(app, errors, client_address())) as client:
            answer: httpx.Response = await client.request(method, address, headers={**headers, **ID}, content=body)
        answers.append((answer.status_code, answer.content, sorted(answer.headers.items())))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_form_is_not_read_as_json(litestar: Litestar, errors: Errors, browse: Any, kind: str) -> None:
    async with browse(Entrance(Express(litestar), errors, client_address())) as client:
        form = await client.post("/api/wishes", headers={"content-type": kind}, content=b"name=x")
        wish = await client.post("/api/wishes", headers={"content-type": kind}, content=WISH)
        empty = await client.put("/api/wishes", headers={"content-type": kind})
    refusal = (415, "json.form_sent") if kind in FORMS else (400, "json.malformed")
    assert (form.status_code, form.json()["code"]) == refusal
    assert (wish.status_code, empty.status_code) == (201, 204)


@pytest.mark.parametrize(
    "written", ["7.00", "7.0", "7e0", "0.7e1", "+7", "%2B7", "%207", "7%20", "7_0", "%D9%A7", "-7.0"]
)
async def test_a_whole_number_is_digits_and_nothing_else(
    litestar: Litestar, errors: Errors, browse: Any, written: str
) -> None:
    ways: list[Any] = [litestar, Express(litestar)]
    for app in ways:
        async with browse(Entrance(app, errors, client_address())) as client:
            answer = await client.get(f"/api/wishes?limit={written}")
            assert answer.status_code == 422
            assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("limit", "type")]
            assert (await client.get("/api/wishes?limit=%37&q=7.0")).json()["said"]["limit"] == 7


async def test_forms_go_the_long_way(litestar: Litestar, browse: Any) -> None:
    async with browse(Express(litestar)) as client:
        answer = await client.post("/api/wishes/form", files={"file": ("a.txt", b"a")})
    assert answer.json() == {"said": {"file": "a.txt"}}


async def test_the_framework_is_not_asked_for_what_is_as_it_should_be(
    litestar: Litestar, browse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def call(_: Any, scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])

    monkeypatch.setattr(Litestar, "__call__", call)
    async with browse(Express(litestar)) as client:
        assert (await client.get("/api/wishes?limit=2")).status_code == 200
        assert (await client.post("/api/wishes", content=WISH)).status_code == 201
        assert (await client.put("/api/wishes")).status_code == 204
        assert (await client.get("/wishes?limit=2")).status_code == 200
        assert (await client.get("/wishes/bowl/7")).text == "bowl 7"
    assert asked == []
