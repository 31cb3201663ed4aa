"""The same call sent twice has one effect: the record that says so is stored with the effect."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Protocol

import msgspec

from zoco.kit.errors import BadRequest, Invalid
from zoco.kit.moving import Movable
from zoco.kit.text import N_

LONGEST_KEY = 255


class KeyMissing(BadRequest):
    """A call that needs a key came without one."""

    code = "idempotency.key_missing"
    message = N_(
        "Send an Idempotency-Key header: a text of your own, new for each purchase, the same when you try again."
    )


class KeyInvalid(BadRequest):
    """The key is too long, or not plain text."""

    code = "idempotency.key_invalid"
    message = N_("An Idempotency-Key has 1 to {most} visible characters.")


class KeyReused(Invalid):
    """The same key with another request."""

    code = "idempotency.key_reused"
    title = N_("Key used before")
    message = N_("This Idempotency-Key was used for a different request.")


class IdempotencyKey(msgspec.Struct, frozen=True):
    """A caller's key: `scope` is the caller and the path, `fingerprint` a hash of what was asked."""

    scope: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, key: str | None, scope: str, body: bytes) -> IdempotencyKey:
        """Raises KeyMissing or KeyInvalid."""
        if not key:
            raise KeyMissing
        if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
            raise KeyInvalid(most=LONGEST_KEY)
        return cls(scope, key, sha256(body).hexdigest())


class Remembered(msgspec.Struct, frozen=True):
    """A key as it is kept, and what the call with it led to."""

    key: IdempotencyKey
    result: str
    created_at: datetime


class IdempotencyRecords(Movable, Protocol):
    """What was done under which key."""

    async def claim(self, key: IdempotencyKey, result: str, now: datetime, since: datetime) -> str | None:
        """Remember what a call with this key leads to; or answer what one led to that came after `since`.

        Raises KeyReused where that asked for something else. Who claims a key that somebody is just claiming waits for
        them, or is refused with StaleWrite.
        """

    async def prune(self, before: datetime) -> None:
        """Forget what was done earlier."""

    async def results(self) -> list[str]:
        """Everything remembered; a report for `zoco check`."""
