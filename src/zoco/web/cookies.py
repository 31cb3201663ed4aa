"""The shop's cookies: how they are named, written and read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from litestar.datastructures import Cookie

from zoco.web.asgi import Scope, header

SESSION, CART, LANGUAGE, CSRF, FLASH, CHAT, TYPED = "session", "cart", "lang", "csrf", "flash", "chat", "typed"
YEAR = 365 * 24 * 3600
LONGEST_COOKIE = 3_800
"""Browsers drop a cookie of more than 4096 bytes, its name counted."""
_PREFIX = "__Host-"


@dataclass(frozen=True)
class Cookies:
    """Writes them so that no script reads them; `secure` (production) binds them to HTTPS and to this very host."""

    secure: bool

    def put(self, name: str, value: str, max_age: int | None = None) -> Cookie:
        """A cookie to set; without `max_age`, in seconds, it ends with the browser."""
        return Cookie(
            key=_PREFIX + name if self.secure else name,
            value=value,
            max_age=max_age,
            secure=self.secure or None,
            httponly=True,
            samesite="lax",
        )

    def clear(self, name: str) -> Cookie:
        """A cookie that makes the browser forget the one of that name."""
        return self.put(name, "", max_age=0)

    def read(self, scope: Scope, name: str) -> str | None:
        """The value that came with the request, None where there is none or it is empty."""
        return read_all(scope).get(_PREFIX + name if self.secure else name) or None


def read_all(scope: Scope) -> dict[str, str]:
    """Every cookie of the request as it was sent; parsed once."""
    kept = scope.get("zoco.cookies")
    if kept is None:
        kept = scope["zoco.cookies"] = {}
        if (sent := header(scope, b"cookie")) is not None:
            for pair in sent.decode("latin-1").split(";"):
                name, _, value = pair.strip().partition("=")
                kept.setdefault(name, value.strip('"'))
    return cast("dict[str, str]", kept)
