"""Routes in tests: they are worked out once in a run, although every test builds a shop of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

from litestar import Litestar

import zoco.app
from zoco.app import Shop, running
from zoco.web.asgi import App, Receive, Scope, Send
from zoco.web.errors import Errors
from zoco.web.pages import Pages

_routes = zoco.app.routes
_made: list[tuple[Any, App]] = []
_asked: ContextVar[tuple[Shop, Pages, Errors]] = ContextVar("zoco_asked")


class _Standin:
    """Whatever the shop that a request is for has in its place."""

    def __init__(self, find: Callable[[Shop, Pages, Errors], Any]) -> None:
        self.__find = find

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__find(*_asked.get()), name)


def _shared(shop: Shop, pages: Pages, errors: Errors) -> App:
    """Routes that serve all shops of the same modules, named alike; each request finds its own behind them."""
    if pages.logo:
        return _routes(shop, pages, errors)
    alike = (shop.modules, shop.settings.shop)
    app = next((app for known, app in _made if known == alike), None)
    if app is None:
        token = _asked.set((shop, pages, errors))
        app = _routes(*_standins(shop, errors))
        _asked.reset(token)
        _made.append((alike, app))
    shared, life = app, Litestar(lifespan=[lambda _: running(shop)], openapi_config=None, logging_config=None)

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await life(scope, receive, send)  # type: ignore[arg-type]
            return
        token = _asked.set((shop, pages, errors))
        try:
            await shared(scope, receive, send)
        finally:
            _asked.reset(token)

    return asked


def _standins(shop: Shop, errors: Errors) -> tuple[Any, Any, Any]:
    alike = SimpleNamespace(
        modules=shop.modules,
        settings=shop.settings,
        services={name: _Standin(lambda shop, *_, name=name: shop.services[name]) for name in shop.services},
        cookies=_Standin(lambda shop, *_: shop.cookies),
        languages=_Standin(lambda shop, *_: shop.languages),
        store=_Standin(lambda shop, *_: shop.store),
    )
    handlers = {kind: _handler(kind) for kind in errors.handlers}
    return alike, _Standin(lambda _, pages, __: pages), SimpleNamespace(handlers=handlers)


def _handler(kind: type[Exception] | int) -> Callable[[Any, Exception], Any]:
    def handle(request: Any, error: Exception) -> Any:
        return _asked.get()[2].handlers[kind](request, error)

    return handle


def work_out_once() -> None:
    setattr(zoco.app, "routes", _shared)  # noqa: B010 - mypy refuses it
