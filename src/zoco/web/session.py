"""Whom the credentials of a request belong to."""

from __future__ import annotations

from collections.abc import Awaitable

from zoco.kit.permissions import GUEST, Actor, Authenticator
from zoco.web.asgi import App, Receive, Scope, Send, header, is_api
from zoco.web.cookies import SESSION, Cookies


class Sessions:
    """Puts the actor into the scope; asks nobody where nothing was shown. Bearer tokens count only on `/api`."""

    def __init__(self, app: App, authenticator: Authenticator, cookies: Cookies) -> None:
        self._app = app
        self._authenticator = authenticator
        self._cookies = cookies

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "lifespan":
            token = bearer(scope)
            if token is not None:
                return self._known(self._authenticator.by_bearer(token), scope, receive, send)
            if session := self._cookies.read(scope, SESSION):
                return self._known(self._authenticator.by_session(session), scope, receive, send)
            scope["actor"] = GUEST
        return self._app(scope, receive, send)

    async def _known(self, actor: Awaitable[Actor | None], scope: Scope, receive: Receive, send: Send) -> None:
        scope["actor"] = await actor or GUEST
        await self._app(scope, receive, send)


def bearer(scope: Scope) -> str | None:
    """The token of a program's request."""
    given = header(scope, b"authorization") if is_api(scope) else None
    if given is None or given[:7].lower() != b"bearer ":
        return None
    return given[7:].strip().decode("latin-1")
