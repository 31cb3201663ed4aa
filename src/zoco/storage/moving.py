"""Carries a whole shop from one engine to another, and proves that it arrived."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable
from hashlib import blake2b
from typing import Any

import msgspec

from zoco.kit.idempotency import IdempotencyRecords
from zoco.kit.module import Module
from zoco.kit.moving import Movable
from zoco.kit.outbox import Outbox
from zoco.kit.store import Store
from zoco.storage.engine import DatabaseUnusable

AT_ONCE = 200
"""Records in one transaction."""

Progress = Callable[[str, int, int], None]
"""Told which step is at which record of how many."""


class Tally(msgspec.Struct):
    """How many records there are, and the sum of their digests, whatever their order."""

    count: int = 0
    digest: int = 0

    def add(self, record: Any) -> None:
        self.count += 1
        self.digest += int.from_bytes(blake2b(msgspec.json.encode(record, order="sorted"), digest_size=8).digest())


def movable(modules: Iterable[Module]) -> list[type[Movable]]:
    """The ports whose content is carried, in an order in which nothing points to what is not there yet."""
    ports = [port for module in modules for port in module.sql if Movable in port.__mro__]
    return [*ports, IdempotencyRecords, Outbox]


async def move(source: Store, target: Store, ports: list[type[Movable]], progress: Progress) -> dict[str, int]:
    """How many records of each port now stand in `target`, which was empty.

    Raises DatabaseUnusable where it was not, or where what arrived is not what was there; nobody may sell meanwhile.
    """
    for port in ports:
        async with target.read() as tx:
            if await tx[port].records(None, 1):
                raise DatabaseUnusable("the other database is not empty, and nothing in it may be lost: give a new one")
    before = {port: await _tally(source, port) for port in ports}
    total, done = sum(tally.count for tally in before.values()), 0
    for port in ports:
        async for page in _pages(source, port):
            async with target.write() as tx:
                for record in page:
                    await tx[port].restore(record)
            done += len(page)
            progress("Copying", done, total)
    done = 0
    for port, tally in before.items():
        if await _tally(target, port) != tally:
            raise DatabaseUnusable(
                f"not all {_words(port)} arrived as they were: the shop was in use meanwhile, or a server failed; "
                "stop the shop, empty the other database, and move again"
            )
        done += tally.count
        progress("Verifying", done, total)
    return {_words(port): tally.count for port, tally in before.items()}


def _words(port: type[Movable]) -> str:
    """`ImportedRows` as people write it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", port.__name__).lower()


async def _tally(store: Store, port: type[Movable]) -> Tally:
    tally = Tally()
    async for page in _pages(store, port):
        for record in page:
            tally.add(record)
    return tally


async def _pages(store: Store, port: type[Movable]) -> AsyncIterator[list[Any]]:
    """Each page in a view of its own: engines keep none open for as long as a large shop takes."""
    after = None
    while True:
        async with store.read() as tx:
            page = await tx[port].records(after, AT_ONCE)
        if not page:
            return
        yield [record for _, record in page]
        after = page[-1][0]
