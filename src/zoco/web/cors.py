"""Front ends at other addresses: which pages browsers let use the API (CORS)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from zoco.web.asgi import Headers, Scope, header

ToldElsewhere: TypeAlias = Callable[[Scope, Headers], Headers]
_ANY = b"*"
_SENT = b"Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-ID"
_SEEN = b"ETag, Idempotent-Replayed, Location, Retry-After, X-Request-ID"
_REMEMBERED = b"7200"  # seconds for which a browser need not ask again, the most that all of them keep to


def cors(origins: Iterable[str]) -> ToldElsewhere:
    """What an answer of the API, with its own headers, tells the browser: pages of `origins` (`*`: all) may read it.

    Cookies never ride along, as browsers are not told that they may: who calls says so by a token of their own.
    """
    known = frozenset(origin.lower().encode() for origin in origins)

    def told(scope: Scope, own: Headers) -> Headers:
        origin = header(scope, b"origin")
        if origin is None or known.isdisjoint((_ANY, origin.lower())):
            return []
        allowed = [(b"access-control-allow-origin", _ANY if _ANY in known else origin), (b"vary", b"origin")]
        if scope["method"] != "OPTIONS":
            return [*allowed, (b"access-control-expose-headers", _SEEN)]
        return [
            *allowed,
            *((b"access-control-allow-methods", methods) for name, methods in own if name == b"allow"),
            (b"access-control-allow-headers", _SENT),
            (b"access-control-max-age", _REMEMBERED),
        ]

    return told
