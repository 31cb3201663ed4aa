"""Access tokens of the API: signed, short-lived, and naming the session that can end them any time."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Literal

import msgspec

from zoco.features.accounts.errors import TokenExpired, TokenInvalid
from zoco.features.accounts.providers.signed import Signed
from zoco.kit.clock import Clock
from zoco.kit.ids import SessionId, UserId


class _Access(msgspec.Struct):
    typ: Literal["access"]
    sub: UserId
    sid: SessionId
    iat: int
    exp: int


class AccessTokens(Signed):
    """Valid for `life`."""

    def __init__(self, secret: bytes, clock: Clock, life: timedelta) -> None:
        super().__init__(secret, clock, b"accounts: access tokens", "zoco-api")
        self.life = life
        self._claims = lru_cache(4096)(self._verified)  # a program shows the same token again and again

    def issue(self, user: UserId, session: SessionId) -> str:
        now = self._clock.now()
        end = now + self.life
        return self._sign(_Access("access", user, session, int(now.timestamp()), int(end.timestamp())))

    def session_of(self, token: str) -> SessionId:
        """The session that a token belongs to; raises TokenInvalid or TokenExpired."""
        claims = self._claims(token)
        if self._is_over(claims.exp):
            raise TokenExpired
        return claims.sid

    def _verified(self, token: str) -> _Access:
        try:
            return self._read(token, _Access)
        except ValueError:
            raise TokenInvalid from None
