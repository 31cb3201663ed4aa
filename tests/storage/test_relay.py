"""The relay at work: woken by commits or the clock, held up by nobody, stopped in order."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from tests.storage.deliveries import Effect, connected, copy, rows, running
from tests.storage.shelf import ThingPut, open_store, put

import zoco.storage.outbox
from zoco.storage.outbox import Relay
from zoco.storage.sqlite import SqliteStore
from zoco.testing.clock import FrozenClock


async def test_a_commit_wakes_the_relay(
    store: SqliteStore, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoco.storage.outbox, "POLL", timedelta(hours=1))
    looked, done = asyncio.Event(), asyncio.Event()

    async def ring(event: ThingPut) -> None:
        done.set()

    relay = connected(store, clock, ring, effect=True)
    until_due = relay._until_due

    async def found_nothing() -> float:
        wait = await until_due()
        looked.set()
        return wait

    monkeypatch.setattr(relay, "_until_due", found_nothing)
    store.on_commit(lambda _: relay.wake())
    async with running(relay), asyncio.timeout(5):
        await looked.wait()
        await put(store, "a")
        await done.wait()


async def test_what_others_stored_is_found_by_looking(
    store: SqliteStore, other: SqliteStore, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoco.storage.outbox, "POLL", timedelta(milliseconds=1))
    done = asyncio.Event()

    async def ring(event: ThingPut) -> None:
        done.set()

    async with running(connected(store, clock, ring, effect=True)):
        connected(other, clock, ring, effect=True)
        await put(other, "a")
        await done.wait()


async def test_what_is_due_soon_is_waited_for_exactly(store: SqliteStore, clock: FrozenClock) -> None:
    relay = connected(store, clock, Effect(OSError("no")), effect=True)
    assert await relay._until_due() == 2
    await put(store, "a")
    assert await relay._until_due() == 0.01
    clock.move(seconds=-0.5)
    assert await relay._until_due() == 0.5


async def test_an_effect_that_hangs_delays_nobody_and_ends(
    store: SqliteStore, clock: FrozenClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoco.storage.outbox, "EFFECT_SECONDS", 0.05)
    done = asyncio.Event()

    async def hang(event: ThingPut) -> None:
        if event.name == "a":
            await asyncio.Event().wait()
        done.set()

    relay = connected(store, clock, hang, effect=True)
    store.on_commit(lambda _: relay.wake())
    async with running(relay):
        await put(store, "a")
        await put(store, "b")
        await done.wait()
        await asyncio.wait(relay._tasks)
    assert sorted(row[0] for row in rows(path)) == ["delivered", "due"]
    assert "TimeoutError: " in [row[2] for row in rows(path)]


async def test_no_more_run_at_once_than_allowed(
    store: SqliteStore, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoco.storage.outbox, "AT_ONCE", 2)
    begun, go_on, most = asyncio.Semaphore(0), asyncio.Event(), 0
    seen: list[str] = []

    async def stay(event: ThingPut) -> None:
        nonlocal most
        begun.release()
        most = max(most, len(relay._tasks))
        await go_on.wait()
        seen.append(event.name)

    relay = connected(store, clock, stay, effect=True)
    for number in range(6):
        await put(store, f"{number}")
    async with running(relay):
        for _ in range(2):
            await begun.acquire()
        relay.wake()
        await asyncio.sleep(0)
        go_on.set()
        for _ in range(4):
            await begun.acquire()
    assert most == 2
    assert sorted(seen) == [f"{number}" for number in range(6)]


async def test_a_database_that_is_away_for_a_moment_is_asked_again(
    store: SqliteStore, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoco.storage.outbox, "POLL", timedelta(milliseconds=1))
    done = asyncio.Event()
    faults = [OSError("away"), OSError("away")]

    async def ring(event: ThingPut) -> None:
        done.set()

    relay = connected(store, clock, ring, effect=True)
    claim = relay._claim

    async def away(limit: int) -> object:
        if faults:
            raise faults.pop()
        return await claim(limit)

    monkeypatch.setattr(relay, "_claim", away)
    await put(store, "a")
    async with running(relay):
        await done.wait()


async def test_a_delivery_that_could_not_even_be_postponed_comes_when_its_lease_ends(
    store: SqliteStore, clock: FrozenClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    effect = Effect(OSError("no"))
    relay = connected(store, clock, effect, effect=True)
    failed = asyncio.Event()

    async def away(*_: object) -> None:
        failed.set()
        raise OSError("away")

    monkeypatch.setattr(relay, "_postpone", away)
    await put(store, "a")
    async with running(relay):
        await failed.wait()
    clock.move(seconds=91)
    await relay.drain()
    assert effect.seen == ["a", "a"]
    assert rows(path)[0][0] == "delivered"


async def test_a_relay_that_is_stopped_just_when_it_is_woken_stops(store: SqliteStore, clock: FrozenClock) -> None:
    relay = connected(store, clock, copy)
    task = asyncio.create_task(relay.run())
    await asyncio.sleep(0)
    relay.wake()
    task.cancel()
    async with asyncio.timeout(5):
        await asyncio.wait([task])
    assert task.cancelled()


async def test_closing_lets_running_deliveries_end(store: SqliteStore, clock: FrozenClock, path: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def stay(event: ThingPut) -> None:
        begun.set()
        await go_on.wait()

    relay = connected(store, clock, stay, effect=True)
    await put(store, "a")
    async with running(relay):
        await begun.wait()
        asyncio.get_running_loop().call_soon(go_on.set)
    assert rows(path) == [("delivered", 1, None)]


async def test_closing_cuts_off_what_does_not_end(
    path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, cut = asyncio.Event(), asyncio.Event()

    async def stay(event: ThingPut) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    store = open_store(path, clock)
    relay = connected(store, clock, stay, effect=True)
    await put(store, "a")
    monkeypatch.setattr(zoco.storage.outbox, "CLOSING_SECONDS", 0)
    async with running(relay):
        await begun.wait()
    await cut.wait()
    await store.close()
    assert rows(path)[0][0] == "due"


async def test_it_gives_way_to_a_busy_loop_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, rounds = asyncio.get_running_loop(), 0

    def tick() -> None:
        nonlocal rounds
        rounds += 1
        loop.call_soon(tick)

    async def rested() -> int:
        before = rounds
        await Relay._give_way()
        return rounds - before

    tick()
    monkeypatch.setattr(zoco.storage.outbox, "REST_SECONDS", 0)
    monkeypatch.setattr(zoco.storage.outbox, "BUSY_SHARE", 2)  # more than there is
    assert await rested() == 1
    monkeypatch.setattr(zoco.storage.outbox, "BUSY_SHARE", -1)
    assert await rested() == zoco.storage.outbox.RESTS
