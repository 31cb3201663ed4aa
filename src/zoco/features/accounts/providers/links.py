"""The links in mails: signed, short-lived, and dead once what they are about is otherwise."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest

import msgspec

from zoco.features.accounts.errors import LinkOver
from zoco.features.accounts.providers.signed import Signed
from zoco.kit.clock import Clock
from zoco.kit.ids import UserId


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


class _Claims(msgspec.Struct):
    typ: Purpose
    sub: UserId
    about: str
    exp: int


class MailLinks(Signed):
    """What stands in the links."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        super().__init__(secret, clock, b"accounts: links in mails", "zoco-mail")

    def issue(self, purpose: Purpose, user: UserId, *about: str) -> str:
        """A token that lives until its time is over, or until one of the words `about` is another."""
        end = self._clock.now() + LIVES[purpose]
        return self._sign(_Claims(purpose, user, _stamp(purpose, about), int(end.timestamp())))

    def read(self, purpose: Purpose, token: str) -> Link:
        """Raises LinkOver."""
        try:
            claims = self._read(token, _Claims)
        except ValueError:
            raise LinkOver from None
        if claims.typ is not purpose or self._is_over(claims.exp):
            raise LinkOver
        return Link(purpose, claims.sub, claims.about)


def _stamp(purpose: Purpose, about: tuple[str, ...]) -> str:
    """Tells nothing of the words, among them the hash of a password; and one word more or less makes another."""
    return sha256(msgspec.json.encode([purpose.value, *about])).hexdigest()
