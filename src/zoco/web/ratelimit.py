"""The addresses of the shop that one visitor may not call too often."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping

from litestar.utils import normalize_path

from zoco.kit.ratelimit import RateLimiter, Rule
from zoco.web.asgi import App, Receive, Scope, Send
from zoco.web.visitor import ClientAddress, counted_as

RULES: Mapping[tuple[str, str], Rule] = {
    ("POST", "/login"): Rule(20, 60),
    ("POST", "/register"): Rule(10, 60),
    ("POST", "/clave"): Rule(10, 60),
    ("POST", "/api/auth/login"): Rule(20, 60),
    ("POST", "/api/auth/refresh"): Rule(60, 60),
    ("POST", "/api/auth/forgot"): Rule(10, 60),
    ("POST", "/api/auth/reset"): Rule(10, 60),
    ("POST", "/api/users"): Rule(10, 60),
    ("POST", "/chat/pregunta"): Rule(10, 60),
}
_METHODS = {method for method, _ in RULES}


class RateLimits:
    """Counts what `RULES` name, by the visitor's address; of IPv6 by its network."""

    def __init__(self, app: App, limiter: RateLimiter, client: ClientAddress) -> None:
        self._app = app
        self._limiter = limiter
        self._client = client

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and scope["method"] in _METHODS:
            path = normalize_path(scope["path"])  # as the framework does, for which `//login` is `/login`
            rule = RULES.get((scope["method"], path))
            if rule is not None:
                return self._counted(f"{counted_as(self._client(scope))} {path}", rule, scope, receive, send)
        return self._app(scope, receive, send)

    async def _counted(self, key: str, rule: Rule, scope: Scope, receive: Receive, send: Send) -> None:
        await self._limiter.check(key, rule)
        await self._app(scope, receive, send)
