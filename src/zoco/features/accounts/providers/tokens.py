"""Access tokens of the API: signed, short-lived, and naming the session that can end them any time."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from hmac import digest
from typing import Any

import jwt

from zoco.features.accounts.errors import TokenExpired, TokenInvalid
from zoco.kit.clock import Clock
from zoco.kit.ids import SessionId, UserId

_ALGORITHM = "HS256"
_ISSUER, _AUDIENCE, _TYPE = "zoco", "zoco-api", "access"
_REQUIRED = ("iss", "aud", "typ", "sub", "sid", "iat", "exp")


class AccessTokens:
    """JSON Web Tokens with a key of their own, made from the shop's secret; valid for `life`."""

    def __init__(self, secret: bytes, clock: Clock, life: timedelta) -> None:
        self._key = digest(secret, b"accounts: access tokens", "sha256")
        self._clock, self.life = clock, life
        self._claims = lru_cache(4096)(self._verified)  # a program shows the same token again and again

    def issue(self, user: UserId, session: SessionId) -> str:
        now = self._clock.now()
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "typ": _TYPE,
            "sub": user,
            "sid": session,
            "iat": int(now.timestamp()),
            "exp": int((now + self.life).timestamp()),
        }
        return jwt.encode(claims, self._key, _ALGORITHM)

    def session_of(self, token: str) -> SessionId:
        """The session that a token belongs to; raises TokenInvalid or TokenExpired."""
        session, end = self._claims(token)
        if end <= self._clock.now().timestamp():  # by the shop's clock, which the library does not know
            raise TokenExpired
        return session

    def _verified(self, token: str) -> tuple[SessionId, int]:
        """The session in a token that we signed, and when it expires, in seconds."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                audience=_AUDIENCE,
                options={"require": list(_REQUIRED), "verify_exp": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, ValueError):
            raise TokenInvalid from None
        if claims["typ"] != _TYPE or not isinstance(claims["sid"], str) or not isinstance(claims["exp"], int):
            raise TokenInvalid
        return SessionId(claims["sid"]), claims["exp"]
