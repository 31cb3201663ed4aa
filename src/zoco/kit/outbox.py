"""The port of the outbox: stored facts on their way to their reactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from zoco.kit.events import Event, Reaction
from zoco.kit.moving import Movable

KEPT = timedelta(days=30)
"""How long a row that was delivered stays, so that one can see what happened."""


class Delivery(msgspec.Struct, frozen=True):
    """A fact on its way to one reaction."""

    id: str
    reaction: str
    payload: bytes
    created_at: datetime
    attempts: int
    lease: str


class Stored(msgspec.Struct, frozen=True):
    """A row of the outbox as it is."""

    id: str
    event_id: str
    event: str
    reaction: str
    payload: Any
    state: str
    attempts: int
    created_at: datetime
    due_at: datetime
    lease: str | None
    delivered_at: datetime | None
    reason: str | None


class Outbox(Movable, Protocol):
    """The stored facts, one row for each reaction that a fact has."""

    async def add(self, event: Event, wanted: Iterable[Reaction], now: datetime) -> None:
        """Store the fact for each reaction, due at once."""

    async def claim(self, now: datetime, until: datetime, lease: str, limit: int) -> list[Delivery]:
        """Take up to `limit` due rows that nobody holds, oldest due first, and count an attempt for each."""

    async def done(self, delivery: Delivery, now: datetime) -> bool:
        """Mark as delivered; False where the lease was lost to another process in between."""

    async def postpone(self, delivery: Delivery, due: datetime, reason: str) -> None:
        """Let it be tried again at `due`."""

    async def bury(self, delivery: Delivery, reason: str) -> None:
        """Give it up, with the reason; it stays to be looked at."""

    async def next_due(self) -> datetime | None:
        """When the earliest row that waits becomes due."""

    async def due(self, deliveries: Sequence[str]) -> Mapping[str, datetime]:
        """When those of them that still wait are tried next, by their ids."""

    async def hasten(self, reaction: str, now: datetime) -> int:
        """Let everything that waits for a next try of this reaction be due at once; how many there are."""

    async def facts(self, event: str) -> list[bytes]:
        """Every stored fact of a kind, once for each of its reactions; a report for `zoco check`."""

    async def delivered(self, before: datetime, limit: int) -> list[str]:
        """The ids of some rows that were delivered earlier; what is due or given up is not among them."""

    async def forget(self, rows: Sequence[str]) -> None:
        """Remove them."""
