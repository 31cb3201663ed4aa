"""Reactions to things, and a relay that hands them out: what the tests of the outbox share."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from tests.storage.shelf import ThingPut, Things

from zoco.kit.events import Reaction
from zoco.kit.store import Tx
from zoco.storage.outbox import Relay
from zoco.storage.sqlite import SqliteStore
from zoco.testing.clock import FrozenClock

Run = Callable[..., Awaitable[None]]


def connected(store: SqliteStore, clock: FrozenClock, run: Run, *, effect: bool = False) -> Relay:
    """A relay for one reaction to `ThingPut`."""
    reaction = Reaction("x.follow", ThingPut, run, effect)
    store.subscribe([reaction])
    return Relay(store, clock, [reaction])


def rows(path: Path) -> list[tuple[str, int, str | None]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT state, attempts, reason FROM outbox ORDER BY id").fetchall()
    finally:
        connection.close()


async def copy(tx: Tx, event: ThingPut) -> None:
    if not event.name.startswith("copy of "):
        await tx[Things].put(f"copy of {event.name}")


class Effect:
    """Keeps what it was called with; raises what stands in `faults`, one after another."""

    def __init__(self, *faults: Exception) -> None:
        self.seen: list[str] = []
        self.faults = list(faults)

    async def __call__(self, event: ThingPut) -> None:
        self.seen.append(event.name)
        if self.faults:
            raise self.faults.pop(0)


@contextlib.asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    task = asyncio.create_task(relay.run())
    try:
        async with asyncio.timeout(10):
            yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        await relay.close()
