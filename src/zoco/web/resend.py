"""What was typed into a form that came when nobody was signed in any more, for the page that says so to send again."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import Any
from urllib.parse import parse_qsl

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from zoco.kit.errors import Unauthenticated
from zoco.web.asgi import App, Message, Receive, Scope, Send, header, is_api
from zoco.web.csrf import FIELD, same_origin
from zoco.web.limits import FIELDS
from zoco.web.logs import shown_path
from zoco.web.visitor import actor_of

MOST = 200_000
"""Bytes of texts and names that one form may have to be given back."""
_SECRET = re.compile("password|secret|token", re.IGNORECASE)
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class Sent:
    """A form while it comes in, without what the files hold.

    What has `password`, `secret` or `token` in its name is never given back, and of a form with more than `MOST` bytes
    or `FIELDS` fields nothing is.
    """

    def __init__(self, kind: str, boundary: str, receive: Receive) -> None:
        self._source = receive
        self._more = True
        self._left = MOST
        self._text = bytearray()
        self._parts = PushMultipartParser(boundary, max_segment_count=FIELDS) if kind == _MULTIPART else None
        self._part: Any = None
        self._typed: list[tuple[str, str]] = []
        self._chosen: dict[str, list[str]] = {}

    async def receive(self) -> Message:
        """What came next, for whoever reads the form."""
        message = await self._source()
        self._more = message.get("more_body", False)
        try:
            if self._left >= 0:
                self._hear(message.get("body", b""))
        except (MultipartError, ValueError):
            self._left = -1
        return message

    async def rest(self) -> None:
        """Hear what nobody has read yet."""
        while self._more:
            await self.receive()

    @property
    def whole(self) -> bool:
        """Whether it can be given back."""
        return self._left >= 0 and not self._more

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Names and texts in the order of the form; names may come again."""
        return [pair for pair in self._typed if not _SECRET.search(pair[0])]

    @property
    def files(self) -> dict[str, list[str]]:
        """What the chosen files were called, by the names of the fields."""
        return {name: called for name, called in self._chosen.items() if not _SECRET.search(name)}

    @property
    def secrets(self) -> bool:
        """Whether something has to be typed again."""
        return any(_SECRET.search(name) and name != FIELD for name, _ in self._typed)

    def _hear(self, chunk: bytes) -> None:
        if self._parts is not None:
            for heard in self._parts.parse(chunk) if chunk else ():
                self._hear_part(heard)
            if not self._more:
                self._parts.close()
        elif self._fits(chunk):
            self._text += chunk
            if not self._more:
                typed = self._text.decode()
                self._typed = parse_qsl(typed, keep_blank_values=True, errors="strict", max_num_fields=FIELDS)

    def _hear_part(self, heard: MultipartSegment | bytearray | None) -> None:
        """A part's head, a piece of what it holds, or its end."""
        if isinstance(heard, MultipartSegment):
            self._part, self._text = heard, bytearray()
            self._fits(f"{heard.name}{heard.filename or ''}".encode())
        elif self._part.filename is not None:
            if heard is None and self._part.filename and self._left >= 0:
                self._chosen.setdefault(self._part.name, []).append(self._part.filename)
        elif heard is None:
            if self._left >= 0:
                self._typed.append((self._part.name, self._text.decode()))
        elif self._fits(heard):
            self._text += heard

    def _fits(self, text: bytes | bytearray) -> bool:
        self._left -= len(text)
        return self._left >= 0


class Resend:
    """Listens while a guest sends a form of ours, and leaves it at `zoco.sent` in the scope.

    Of ours is what the browser itself says comes from our own pages. `Csrf` lets just that pass without a token, so
    whoever gets a form back could have sent it as well: no foreign page puts words under our button.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and scope["method"] == "POST" and _is_own_form_of_a_guest(scope):
            kind, options = parse_options_header((header(scope, b"content-type") or b"").decode("latin-1"))
            boundary = options.get("boundary", "")
            if kind == _URLENCODED or (kind == _MULTIPART and boundary):
                scope["zoco.sent"] = Sent(kind, boundary, receive)
                receive = scope["zoco.sent"].receive
        return self._app(scope, receive, send)


async def hear_the_rest(error: Exception, scope: Scope) -> None:
    """For Litestar's `after_exception`: who is not signed in was refused before anybody read the form."""
    if isinstance(error, Unauthenticated) and "zoco.sent" in scope:
        await scope["zoco.sent"].rest()


def _is_own_form_of_a_guest(scope: Scope) -> bool:
    if is_api(scope) or actor_of(scope).id or shown_path(scope["path"]) != scope["path"]:
        return False
    return same_origin(scope) is True and header(scope, b"sec-fetch-site") != b"none"
