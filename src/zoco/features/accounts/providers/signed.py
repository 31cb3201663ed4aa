"""JSON Web Tokens, each kind with a key of its own, made from the shop's secret: none is good for what another is."""

from __future__ import annotations

from hmac import digest
from typing import Any, TypeVar

import jwt
import msgspec

from zoco.kit.clock import Clock

Claims = TypeVar("Claims", bound=msgspec.Struct)

_ALGORITHM, _ISSUER = "HS256", "zoco"


class Signed:
    """One kind of tokens, which are kept nowhere: for `use`, and only for `audience`."""

    def __init__(self, secret: bytes, clock: Clock, use: bytes, audience: str) -> None:
        self._key, self._clock = digest(secret, use, "sha256"), clock
        self._ours = {"iss": _ISSUER, "aud": audience}

    def _sign(self, claims: msgspec.Struct) -> str:
        return jwt.encode(msgspec.structs.asdict(claims) | self._ours, self._key, _ALGORITHM)

    def _read(self, token: str, kind: type[Claims]) -> Claims:
        """What a token says that we signed, however old; raises ValueError for any other."""
        try:
            told: dict[str, Any] = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=_ISSUER,
                audience=self._ours["aud"],
                options={"require": list(self._ours), "verify_exp": False, "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            raise ValueError(str(error)) from error
        return msgspec.convert(told, kind)

    def _is_over(self, end: int) -> bool:
        """By the shop's clock, which the library does not know."""
        return end <= self._clock.now().timestamp()
