"""What shows that a visitor without an account reads what is mailed to an address."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from hmac import digest
from typing import Any

import jwt
import msgspec

from zoco.features.chat.errors import LinkUnreadable
from zoco.kit.clock import Clock

_ALGORITHM = "HS256"
_ISSUER, _AUDIENCE = "zoco", "zoco-chat"
_REQUIRED = ("iss", "aud", "typ", "sub", "exp")


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


class Proofs:
    """JSON Web Tokens with a key of their own, made from the shop's secret; they are kept nowhere."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._key = digest(secret, b"chat: links and passes of visitors", "sha256")
        self._clock = clock

    def issue(self, purpose: Purpose, proof: Proof) -> str:
        claims = {
            "iss": _ISSUER,
            "aud": _AUDIENCE,
            "typ": purpose.value,
            "sub": proof.email,
            "name": proof.name,
            "question": proof.question,
            "language": proof.language,
            "exp": int((self._clock.now() + LIVES[purpose]).timestamp()),
        }
        return jwt.encode(claims, self._key, _ALGORITHM)

    def read(self, purpose: Purpose, token: str) -> Proof:
        """Raises LinkUnreadable."""
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                audience=_AUDIENCE,
                options={"require": list(_REQUIRED), "verify_exp": False},
            )
            proof = msgspec.convert(
                {
                    "email": claims["sub"],
                    "name": claims.get("name"),
                    "question": claims.get("question"),
                    "language": claims.get("language"),
                },
                Proof,
            )
        except (jwt.PyJWTError, ValueError):
            raise LinkUnreadable from None
        if claims["typ"] != purpose or not isinstance(claims["exp"], int):
            raise LinkUnreadable
        if claims["exp"] <= self._clock.now().timestamp():  # by the shop's clock, which the library does not know
            raise LinkUnreadable
        return proof
