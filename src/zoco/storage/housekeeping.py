"""What a shop no longer needs is forgotten."""

from __future__ import annotations

from datetime import timedelta

from zoco.kit.clock import Clock
from zoco.kit.idempotency import IdempotencyRecords
from zoco.kit.jobs import Job
from zoco.kit.store import Store, use_case

KEYS_LIVE = timedelta(hours=26)  # longer than any use case asks for them
_HOUR = 3600


class Housekeeping:
    """Goes through what storage itself keeps."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    @property
    def jobs(self) -> list[Job]:
        return [Job("storage.forget_keys", _HOUR, self.forget_keys)]

    @use_case
    async def forget_keys(self) -> None:
        async with self._store.write() as tx:
            await tx[IdempotencyRecords].prune(self._clock.now() - KEYS_LIVE)
