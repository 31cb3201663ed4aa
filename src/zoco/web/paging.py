"""The query of a list: what it asks for, and addresses with something in it changed (the next rows, a filter less)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus

from zoco.web.asgi import Scope

_MOST_DIGITS = 15
"""One less than 2**53 has, the last whole number that JavaScript counts to."""


def here(scope: Scope, **changes: Any) -> str:
    """The same address with the query's parameters changed; None drops one. Whatever was asked, it is of this shop."""
    path, asked = _asked(scope)
    query = "&".join(
        f"{_quoted(name)}={_quoted(str(value))}" for name, value in (asked | changes).items() if value is not None
    )
    return path + (f"?{query}" if query else "")


def _asked(scope: Scope) -> tuple[str, dict[str, Any]]:
    """Path and query of the request; read once, since every page links to itself in each language."""
    known: tuple[str, dict[str, Any]] | None = scope.get("zoco.here")
    if known is None:
        path = "/" + quote(scope["path"].lstrip("/"))  # to browsers `//` and `/\` begin the name of another host
        known = path, dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        scope["zoco.here"] = known
    return known


def _quoted(text: str) -> str:
    """As a query writes it; most are plain words."""
    return text if text.isascii() and text.isalnum() else quote_plus(text)


def filters_asked(query: Mapping[str, Any], longest: int) -> dict[str, str]:
    """What the filters of a list say, without spaces around; of what is longer than anybody means, the beginning."""
    return {name: value.strip()[:longest] for name, value in query.items()}


def number_asked(text: str) -> int | None:
    """A row's number as a query names it, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def next_page(scope: Scope, after: str | None) -> str | None:
    """Where the rows after a page are (`Page.next`), None at the end."""
    return here(scope, after=after) if after else None
