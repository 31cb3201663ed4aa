"""Does timed jobs: whichever process comes first takes one's turn, the others find it taken."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from datetime import timedelta

import structlog

from zoco.kit.clock import Clock
from zoco.kit.ids import ordered_id
from zoco.kit.jobs import Job, Timetable
from zoco.kit.mishaps import Source, Witness, mishap
from zoco.kit.store import Store, use_case

log = structlog.get_logger("zoco.jobs")

LOOK = 10.0  # seconds between two looks at the timetable


class Jobs:
    """One look asks for all jobs together, and writes only where something is due."""

    def __init__(self, store: Store, clock: Clock, jobs: Iterable[Job], witnesses: Sequence[Witness] = ()) -> None:
        """`witnesses` are told of those that fail."""
        self._witnesses = witnesses
        self._store, self._clock = store, clock
        self._jobs = tuple(jobs)

    async def run(self) -> None:
        """Work until cancelled."""
        while self._jobs:
            await asyncio.sleep(LOOK * random.uniform(0.8, 1.2))  # noqa: S311 - so that processes take turns
            try:
                await self.look()
            except Exception:
                log.exception("jobs.pause")

    async def look(self) -> int:
        """Do what is due, one after another; how many were."""
        now = self._clock.now()
        async with self._store.read() as tx:
            later = await tx[Timetable].later(now)
        done = 0
        for job in self._jobs:
            due = later.get(job.name, now)
            if not now < due <= now + timedelta(seconds=2 * job.seconds) and await self._take(job):
                await self._do(job)
                done += 1
        return done

    @use_case
    async def _take(self, job: Job) -> bool:
        now = self._clock.now()
        async with self._store.write() as tx:
            return await tx[Timetable].take(job.name, now, now + timedelta(seconds=job.seconds))

    async def _do(self, job: Job) -> None:
        try:
            async with asyncio.timeout(job.seconds):  # its next turn is another's to take
                await job.run()
        except Exception as error:
            log.exception("jobs.failed", job=job.name)  # it has its next turn
            for witness in self._witnesses:
                witness.saw(mishap(ordered_id(), Source.JOB, job.name, error))
