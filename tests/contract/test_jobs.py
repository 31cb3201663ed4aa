"""Timed jobs are done by whoever comes first, and one that fails has its next turn."""

from __future__ import annotations

import asyncio
from types import ModuleType

import pytest

from zoco.kit.jobs import Job, every, jobs
from zoco.storage.engine import Engine
from zoco.storage.jobs import Jobs
from zoco.testing.clock import FrozenClock

HOUR = 3600


class Broom:
    def __init__(self) -> None:
        self.swept = 0

    async def sweep(self) -> None:
        self.swept += 1


@every(HOUR)
async def sweep(broom: Broom) -> None:
    await broom.sweep()


@pytest.fixture
def broom() -> Broom:
    return Broom()


@pytest.fixture
def found(broom: Broom) -> list[Job]:
    room = ModuleType("room")
    vars(room).update(sweep=sweep, other=print)
    return jobs("house", room, {"broom": broom, "bucket": None})


def test_a_room_tells_its_jobs(found: list[Job]) -> None:
    assert [(job.name, job.seconds) for job in found] == [("house.sweep", HOUR)]


async def test_of_two_processes_one_does_the_job_when_it_is_due(
    store: Engine, clock: FrozenClock, broom: Broom, found: list[Job]
) -> None:
    first, second = (Jobs(store, clock, found) for _ in range(2))
    assert [await first.look(), await second.look()] == [1, 0]
    clock.move(seconds=HOUR - 1)
    assert [await second.look(), await first.look()] == [0, 0]
    clock.move(seconds=1)
    assert [await second.look(), await first.look()] == [1, 0]
    assert broom.swept == 2


async def test_a_clock_that_is_set_back_stops_no_job(
    store: Engine, clock: FrozenClock, broom: Broom, found: list[Job]
) -> None:
    every_job = Jobs(store, clock, found)
    assert await every_job.look() == 1
    clock.move(seconds=-HOUR)  # or processes whose clocks differ
    assert await every_job.look() == 0
    clock.move(days=-1)
    assert [await every_job.look(), await every_job.look()] == [1, 0]
    clock.move(seconds=HOUR)
    assert await every_job.look() == 1
    assert broom.swept == 3


async def test_a_job_that_fails_keeps_no_other_from_its_turn(store: Engine, clock: FrozenClock, broom: Broom) -> None:
    async def fail() -> None:
        raise OSError("no broom")

    both = Jobs(store, clock, [Job("a.fail", HOUR, fail), Job("b.sweep", HOUR, broom.sweep)])
    assert await both.look() == 2
    clock.move(seconds=HOUR)
    assert await both.look() == 2
    assert broom.swept == 2


async def test_nothing_is_written_while_nothing_is_due(
    store: Engine, clock: FrozenClock, found: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    every_job = Jobs(store, clock, found)
    await every_job.look()
    monkeypatch.setattr(store, "write", None)
    assert await every_job.look() == 0


async def test_a_job_that_hangs_is_cut_off_before_its_next_turn(
    store: Engine, clock: FrozenClock, broom: Broom
) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    both = Jobs(store, clock, [Job("a.hang", 1, hang), Job("b.sweep", HOUR, broom.sweep)])
    async with asyncio.timeout(30):
        assert await both.look() == 2
    assert broom.swept == 1
