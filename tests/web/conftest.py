"""A whole set of layers around tiny applications, with a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import zoco.web
from zoco.kit.errors import Unauthenticated
from zoco.kit.ids import UserId
from zoco.kit.permissions import Actor, Role
from zoco.kit.ratelimit import MemoryTries, RateLimiter
from zoco.settings.tree import Colours, Shop
from zoco.web.asgi import App, Receive, Scope, Send
from zoco.web.cookies import Cookies
from zoco.web.errors import Errors
from zoco.web.i18n import Languages
from zoco.web.layers import Layers
from zoco.web.pages import Look, Pages
from zoco.web.static import Source, Static
from zoco.web.theme import theme
from zoco.web.visitor import client_address

WEB = Path(zoco.web.__file__).parent
Client = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
MakeScope = Callable[..., Scope]


class FrozenClock:
    def __init__(self) -> None:
        self.time = datetime(2030, 1, 31, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Accounts:
    """Knows one customer and one of the staff; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def by_session(self, token: str) -> Actor | None:
        self.asked += 1
        people = {"good": Role.CUSTOMER, "staff": Role.STAFF}
        return Actor(id=UserId(token), name=token, role=people[token]) if token in people else None

    async def by_bearer(self, token: str) -> Actor:
        self.asked += 1
        if token != "good":
            raise Unauthenticated
        return Actor(id=UserId("api"), role=Role.CUSTOMER)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


@pytest.fixture
def cookies() -> Cookies:
    return Cookies(secure=False)


@pytest.fixture
def languages(cookies: Cookies) -> Languages:
    return Languages(["es", "en"], "es", [WEB / "locale"], cookies=cookies)


@pytest.fixture
def static() -> Static:
    return Static([Source("web", WEB / "static")], {"theme/shop.css": theme(Colours())})


@pytest.fixture
def look(languages: Languages, cookies: Cookies, static: Static) -> Look:
    return Look(languages, (WEB / "templates",), static, cookies, Shop(name="El Zoco"))


@pytest.fixture
def pages(look: Look) -> Pages:
    return Pages(look)


@pytest.fixture
def errors(languages: Languages, pages: Pages) -> Errors:
    return Errors(languages, pages)


@pytest.fixture
def layers(
    languages: Languages, cookies: Cookies, static: Static, errors: Errors, accounts: Accounts, clock: FrozenClock
) -> Callable[..., Layers]:
    def make(**changes: Any) -> Layers:
        parts: dict[str, Any] = {
            "languages": languages,
            "cookies": cookies,
            "static": static,
            "errors": errors,
            "authenticator": accounts,
            "limiter": RateLimiter(clock, MemoryTries()),
            "client": client_address(),
            "revision": _always_one,
        }
        return Layers(**(parts | changes))

    return make


@pytest.fixture
def browse() -> Client:
    """A client of an ASGI application, without a network."""

    @asynccontextmanager
    async def client(app: Any, *, strict: bool = True, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=strict)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop.test", **settings) as one:
            yield one

    return client


@pytest.fixture
def make_scope() -> MakeScope:
    def scope(path: str = "/", query: str = "", **headers: str) -> Scope:
        return {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }

    return scope


@pytest.fixture
def echo() -> App:
    """Answers with the body it got and says who asked."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = [(b"content-type", b"text/plain"), (b"x-actor", str(scope["actor"].id).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body or b"hello"})

    return app


async def _always_one(_topic: str) -> int:
    return 1
