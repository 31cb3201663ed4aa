"""What shows that a visitor without an account reads what is mailed to an address."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

import msgspec

from zoco.features.accounts.providers import Signed
from zoco.features.chat.errors import LinkUnreadable
from zoco.kit.clock import Clock


class Purpose(StrEnum):
    """A link is mailed; a pass is what its reader's browser keeps."""

    LINK = "link"
    PASS = "pass"  # noqa: S105 - the name of a kind of token


LIVES = {Purpose.LINK: timedelta(days=7), Purpose.PASS: timedelta(days=30)}


class Proof(msgspec.Struct, frozen=True):
    """Whose address it is, and which question waits for that, if one does."""

    email: str
    name: str
    question: str = ""
    language: str = ""


class _Claims(msgspec.Struct):
    typ: Purpose
    sub: str
    name: str
    question: str
    language: str
    exp: int


class Proofs(Signed):
    """What stands in the links, and in the cookies of their readers."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        super().__init__(secret, clock, b"chat: links and passes of visitors", "zoco-chat")

    def issue(self, purpose: Purpose, proof: Proof) -> str:
        end = self._clock.now() + LIVES[purpose]
        return self._sign(
            _Claims(purpose, proof.email, proof.name, proof.question, proof.language, int(end.timestamp()))
        )

    def read(self, purpose: Purpose, token: str) -> Proof:
        """Raises LinkUnreadable."""
        try:
            claims = self._read(token, _Claims)
        except ValueError:
            raise LinkUnreadable from None
        if claims.typ is not purpose or self._is_over(claims.exp):
            raise LinkUnreadable
        return Proof(claims.sub, claims.name, claims.question, claims.language)
