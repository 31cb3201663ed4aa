"""The links in mails: signed, short-lived, and dead once what they are about is otherwise."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any

import jwt
import msgspec

from zoco.features.accounts.errors import LinkOver
from zoco.kit.clock import Clock
from zoco.kit.ids import UserId

_ALGORITHM = "HS256"
_ISSUER, _AUDIENCE = "zoco", "zoco-mail"
_REQUIRED = ("iss", "aud", "typ", "sub", "about", "exp")


class Purpose(StrEnum):
    """What a link is for; it is good for nothing else."""

    RESET = "reset"
    VERIFY = "verify"
    INVITE = "invite"


LIVES = {Purpose.RESET: timedelta(hours=1), Purpose.VERIFY: timedelta(days=3), Purpose.INVITE: timedelta(days=7)}


class Link(msgspec.Struct, frozen=True):
    """A link that we signed and that is not too old."""

    purpose: Purpose
    user: UserId
    about: str

    def check(self, *about: str) -> None:
        """Raise LinkOver where what the link is about is no longer this."""
        if not compare_digest(self.about.encode(), _stamp(self.purpose, about).encode()):
            raise LinkOver


class MailLinks:
    """JSON Web Tokens with a key of their own, made from the shop's secret; they are kept nowhere."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._key = digest(secret, b"accounts: links in mails", "sha256")
        self._clock = clock

    def issue(self, purpose: Purpose, user: UserId, *about: str) -> str:
        """A token that lives until its time is over, or until one of the words `about` is another."""
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "typ": purpose.value,
            "sub": user,
            "about": _stamp(purpose, about),
            "exp": int((self._clock.now() + LIVES[purpose]).timestamp()),
        }
        return jwt.encode(claims, self._key, _ALGORITHM)

    def read(self, purpose: Purpose, token: str) -> Link:
        """Raises LinkOver."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                audience=_AUDIENCE,
                options={"require": list(_REQUIRED), "verify_exp": False},
            )
        except (jwt.PyJWTError, ValueError):
            raise LinkOver from None
        about, end = claims["about"], claims["exp"]
        if claims["typ"] != purpose or not isinstance(about, str) or not isinstance(end, int):
            raise LinkOver
        if end <= self._clock.now().timestamp():  # by the shop's clock, which the library does not know
            raise LinkOver
        return Link(purpose, UserId(claims["sub"]), about)


def _stamp(purpose: Purpose, about: tuple[str, ...]) -> str:
    """Tells nothing of the words, among them the hash of a password; and one word more or less makes another."""
    return sha256(msgspec.json.encode([purpose.value, *about])).hexdigest()
