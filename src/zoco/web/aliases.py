"""Addresses by their English names: each leads for good to the Spanish one."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect


def alias(english: str, spanish: str) -> HTTPRouteHandler:
    """A handler for a controller: 301 from `english`, and everything below it, to the like of `spanish`; query kept."""

    @get([english, f"{english}/{{rest:path}}"], include_in_schema=False, status_code=301)
    async def moved(self: Any, request: Request[Any, Any, Any]) -> Redirect:  # noqa: ARG001 - a controller calls it as its own
        scope: Any = request.scope
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        below = raw.decode("latin-1").partition("?")[0].removeprefix(english)
        query = scope["query_string"].decode("latin-1")
        return Redirect(spanish + below.rstrip("/") + (f"?{query}" if query else ""), status_code=301)

    return moved
