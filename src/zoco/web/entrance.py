"""The outermost layer: every answer leaves with an id, the security headers and a line in the log."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from itertools import count
from secrets import token_hex
from time import perf_counter

from zoco.kit.errors import Declined
from zoco.web.asgi import App, Headers, Message, Receive, Scope, Send, header, is_api, refuse
from zoco.web.cors import ToldElsewhere, cors
from zoco.web.errors import Errors, status_of
from zoco.web.logs import AccessLog
from zoco.web.visitor import ClientAddress

_SANE = re.compile(rb"[A-Za-z0-9._-]{8,64}")
_CSP = b"content-security-policy"
_POLICY = (
    b"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def security_headers(*, production: bool, pages: bool) -> Headers:
    """What tells browsers to trust nothing but our own files, HTTPS for good in production; JSON needs few of them."""
    headers = [(b"x-content-type-options", b"nosniff")]
    if production:
        headers.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    if not pages:
        return [*headers, (_CSP, b"default-src 'none'; frame-ancestors 'none'")]
    return [
        *headers,
        (_CSP, _POLICY),
        (b"referrer-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]


def _besides(security: Headers, own: Headers) -> Headers:
    """Ours without the policy where the answer has a stricter one of its own: a foreign text in a frame."""
    if any(name == _CSP for name, _ in own):
        return [header for header in security if header[0] != _CSP]
    return security


def request_ids() -> Callable[[Scope], bytes]:
    """Keeps a sane `X-Request-ID` that a proxy gave, else counts on from a start of its own."""
    start, number = token_hex(6).encode(), count(1)

    def of(scope: Scope) -> bytes:
        given = header(scope, b"x-request-id")
        if given is not None and _SANE.fullmatch(given):
            return given
        return b"%s-%x" % (start, next(number))

    return of


class Entrance:
    """Wraps the application. HEAD is asked of it as GET and answered without the body, at every address alike."""

    def __init__(
        self,
        app: App,
        errors: Errors,
        client: ClientAddress,
        elsewhere: ToldElsewhere | None = None,
        *,
        production: bool = False,
        access: AccessLog | None = None,
    ) -> None:
        self._app = app
        self._errors = errors
        self._client = client
        self._elsewhere = elsewhere or cors(())
        self._for_pages = security_headers(production=production, pages=True)
        self._for_programs = security_headers(production=production, pages=False)
        self._access = access
        self._id = request_ids()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await (self._converse if scope["type"] == "websocket" else self._lifespan)(scope, receive, send)
            return
        began = perf_counter()
        request_id = self._id(scope)
        scope["request_id"] = request_id.decode()
        status, method, path = 0, scope["method"], scope["path"]
        api = is_api(scope)

        def leave(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = message["headers"]
                if api:
                    headers = [*own, *self._for_programs, *self._elsewhere(scope, own), (b"x-request-id", request_id)]
                else:
                    headers = [*own, *_besides(self._for_pages, own), (b"x-request-id", request_id)]
                message = {"type": "http.response.start", "status": status, "headers": headers}
            elif method == "HEAD":
                message = {**message, "body": b""}
            return send(message)

        try:
            await self._app({**scope, "method": "GET"} if method == "HEAD" else scope, receive, leave)
        except Exception as error:
            if status:  # half an answer is out: let the server cut the connection, so that nobody takes it for whole
                raise
            await self._errors.send(scope, leave, error)
        finally:
            if self._access is not None:
                self._access(scope["request_id"], self._client(scope), method, path, status, perf_counter() - began)

    async def _lifespan(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The life of the process, from its start to its end."""
        await self._app(scope, receive, send)
        if self._access is not None:
            self._access.flush()

    async def _converse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket; its line in the log comes with its end, and its status is what the handshake was answered."""
        began, status = perf_counter(), 0
        scope["request_id"] = self._id(scope).decode()

        async def leave(message: Message) -> None:
            nonlocal status
            if not status:
                status = {"websocket.accept": 101, "websocket.close": 403}.get(message["type"]) or message["status"]
            await send(message)

        try:
            await self._app(scope, receive, leave)
        except Exception as error:
            if not isinstance(error, Declined):
                self._errors.note(scope, error)
            if status:
                raise
            await refuse(scope, leave, status_of(type(error)) if isinstance(error, Declined) else 500)
        finally:
            if self._access is not None:
                client, seconds = self._client(scope), perf_counter() - began
                self._access(scope["request_id"], client, "GET", scope["path"], status, seconds)
