"""What a shop no longer needs is forgotten."""

from __future__ import annotations

from datetime import timedelta

from zoco.kit.clock import Clock
from zoco.kit.idempotency import IdempotencyRecords
from zoco.kit.jobs import Job
from zoco.kit.outbox import KEPT, Outbox
from zoco.kit.store import use_case
from zoco.storage.engine import Engine

KEYS_LIVE = timedelta(hours=26)  # longer than any use case asks for them
AT_ONCE = 500  # rows in one transaction, so that buyers come in between
_HOUR = 3600


class Housekeeping:
    """Goes through what storage itself keeps."""

    def __init__(self, store: Engine, clock: Clock) -> None:
        self._store, self._clock = store, clock

    @property
    def jobs(self) -> list[Job]:
        return [
            Job("storage.forget_keys", _HOUR, self.forget_keys),
            Job("storage.forget_tries", _HOUR, self.forget_tries),
            Job("storage.forget_facts", _HOUR, self.forget_facts),
        ]

    @use_case
    async def forget_keys(self) -> None:
        async with self._store.write() as tx:
            await tx[IdempotencyRecords].prune(self._clock.now() - KEYS_LIVE)

    async def forget_tries(self) -> None:
        await self._store.tries.prune(self._clock.now().timestamp())

    async def forget_facts(self) -> None:
        """Those that were delivered long ago; what was given up stays to be looked at."""
        while len(await self._forget_some()) == AT_ONCE:
            pass

    @use_case
    async def _forget_some(self) -> list[str]:
        async with self._store.read() as tx:  # a search that may take a while holds up nobody who writes
            old = await tx[Outbox].delivered(self._clock.now() - KEPT, AT_ONCE)
        if old:
            async with self._store.write() as tx:
                await tx[Outbox].forget(old)
        return old
