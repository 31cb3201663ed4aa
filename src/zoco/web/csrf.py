"""Writes that a foreign page makes a visitor's browser send are refused."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from contextlib import suppress
from hmac import compare_digest
from secrets import token_urlsafe
from urllib.parse import parse_qs

from zoco.kit.errors import Forbidden
from zoco.kit.text import N_
from zoco.web.asgi import SAFE, App, Message, Receive, Scope, Send, header, is_api
from zoco.web.cookies import CART, CHAT, CSRF, SESSION, Cookies, read_all
from zoco.web.limits import FIELDS
from zoco.web.session import bearer

FIELD, HEADER = "csrf_token", b"x-csrf-token"
_NAMED = b'name="csrf_token"'
_PART = re.compile(rb"[^\r\n]*\r\n(?:[^\r\n]+\r\n){0,9}\r\n([\w-]+)\r\n")


class CsrfFailed(Forbidden):
    """The request does not show that it comes from one of our own pages."""

    code = "csrf.failed"
    message = N_(
        "This form did not come from a page of this shop, or it is too old. Load the page again and send it again."
    )


class Csrf:
    """Lets an unsafe request pass that shows no cookie's authority, or that our own pages sent.

    Browsers tell by `Sec-Fetch-Site` or `Origin`; for those that send neither, the token of our forms must equal the
    cookie. A WebSocket, which no form token can protect, must have our own `Origin` if it has one.
    """

    def __init__(self, app: App, cookies: Cookies) -> None:
        self._app = app
        self._cookies = cookies

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and scope["method"] not in SAFE and not _is_by_a_program(scope):
            return self._write(scope, receive, send)
        if scope["type"] == "websocket" and same_origin(scope) is False:
            return self._turn_away(receive, send)
        return self._app(scope, receive, send)

    async def _write(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, await self._checked(scope, receive), send)

    async def _turn_away(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})

    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        own = same_origin(scope)
        if own is True:
            return receive
        if own is None:
            cookies = self._cookies
            if not any(cookies.read(scope, name) for name in (SESSION, CART, CHAT)):
                return receive  # nothing rides along that a foreign page could abuse
            expected, given = cookies.read(scope, CSRF), header(scope, HEADER)
            if given is None:
                receive, given = await _token_in_form(scope, receive)
            if expected and given and compare_digest(expected.encode("latin-1"), given):
                return receive
        raise CsrfFailed


def _is_by_a_program(scope: Scope) -> bool:
    """Whether no cookie's authority is shown: a bearer token, or no cookie at all on the API."""
    return bearer(scope) is not None or (is_api(scope) and not read_all(scope).keys() - {""})


def form_token(scope: Scope, cookies: Cookies) -> str:
    """What a page's forms must carry; a new one waits at `zoco.csrf` in the scope for `Pages` to set the cookie."""
    return cookies.read(scope, CSRF) or str(scope.setdefault("zoco.csrf", token_urlsafe(24)))


def same_origin(scope: Scope) -> bool | None:
    """What the browser itself says about where the request comes from, None where it says nothing."""
    if site := header(scope, b"sec-fetch-site"):
        return site in {b"same-origin", b"none"}
    if origin := header(scope, b"origin"):
        return origin.partition(b"://")[2] == header(scope, b"host")
    return None


async def _token_in_form(scope: Scope, receive: Receive) -> tuple[Receive, bytes | None]:
    """The token in the form, and a `receive` that gives the body, read for that, once more."""
    parts, more = list[bytes](), True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    body = b"".join(parts)
    given: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def again() -> Message:
        nonlocal given
        message, given = given, None
        return await receive() if message is None else message

    return again, _token(header(scope, b"content-type") or b"", body)


def _token(kind: bytes, body: bytes) -> bytes | None:
    """Where the field comes twice, the first one counts; nothing is searched again and again, however long it is."""
    if kind.startswith(b"application/x-www-form-urlencoded"):
        with suppress(ValueError):  # more fields than any form of ours
            typed = parse_qs(body.decode("latin-1"), max_num_fields=FIELDS)
            return typed[FIELD][0].encode() if FIELD in typed else None
    elif kind.startswith(b"multipart/form-data") and (place := body.find(_NAMED)) >= 0:
        found = _PART.match(body, place + len(_NAMED))
        return found[1] if found else None
    return None
