"""What every engine owes the port Timetable."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.samples import NOW

from zoco.kit.jobs import Timetable
from zoco.kit.store import Store, use_case

HOUR = timedelta(hours=1)


async def take(store: Store, job: str, hours: int) -> bool:
    now = NOW + hours * HOUR
    async with store.write() as tx:
        return await tx[Timetable].take(job, now, now + HOUR)


async def test_a_job_is_taken_once_until_it_is_due_again(store: Store) -> None:
    assert await take(store, "prune", 0)
    assert not await take(store, "prune", 0)
    assert await take(store, "other", 0)
    async with store.read() as tx:
        assert await tx[Timetable].later(NOW) == {"other": NOW + HOUR, "prune": NOW + HOUR}
        assert await tx[Timetable].later(NOW + HOUR) == {}
    assert await take(store, "prune", 1)
    assert not await take(store, "prune", 1)


async def test_of_many_processes_one_has_the_job(store: Store) -> None:
    @use_case
    async def one() -> bool:
        return await take(store, "prune", 0)

    assert sorted(await asyncio.gather(*(one() for _ in range(6)))) == [False] * 5 + [True]
