"""How large a request may be, before anybody reads it."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from itertools import chain

from litestar.exceptions import HTTPException

from zoco.kit.errors import BadRequest, TooLarge
from zoco.web.asgi import SAFE, App, Message, Receive, Scope, Send, header

BODY = 1_000_000
ADDRESS = 8_000
HEADERS = 32_000
FIELDS = 200
"""Of a form."""


class Limits:
    """Refuses what is larger than `body` bytes, or than `larger` says for the addresses that begin with its keys.

    Forms without files are never larger, as reading one takes long. A body without a length (chunked) is counted while
    it is read. What changes nothing goes on to `reads`, anything else to `app`.
    """

    def __init__(self, reads: App, app: App, *, body: int = BODY, larger: Mapping[str, int] | None = None) -> None:
        self._reads = reads
        self._app = app
        self._body = body
        self._larger = tuple((larger or {}).items())

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            if len(scope["path"]) + len(scope["query_string"]) > ADDRESS:
                raise HTTPException(status_code=414)
            if b"%00" in scope["query_string"] or "\0" in scope["path"]:  # no database keeps a NUL
                raise BadRequest
            if sum(map(len, chain.from_iterable(scope["headers"]))) > HEADERS:
                raise HTTPException(status_code=431)
            if scope["method"] in SAFE:
                return self._reads(scope, receive, send)
            receive = self._limited(scope, receive)
        return self._app(scope, receive, send)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        path: str = scope["path"]
        limit = next((size for prefix, size in self._larger if path.startswith(prefix)), self._body)
        if limit > self._body and b"urlencoded" in (header(scope, b"content-type") or b"").lower():
            limit = self._body
        length = header(scope, b"content-length")
        if length is None:
            return _counted(receive, limit)
        if not length.isdigit():
            raise BadRequest
        if int(length) > limit:
            raise TooLarge
        return receive  # the server reads no more than the length


def _counted(receive: Receive, limit: int) -> Receive:
    left = limit

    async def count() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge
        return message

    return count
