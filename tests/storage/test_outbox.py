"""The outbox: every stored fact reaches each of its reactions, or is given up with a reason."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from tests.storage.deliveries import Effect, connected, copy, rows
from tests.storage.shelf import ThingPut, Things, put, stored

from zoco.kit.errors import Conflict, StaleWrite
from zoco.kit.events import Event, Reaction, Undeliverable
from zoco.kit.outbox import Outbox
from zoco.kit.store import Tx
from zoco.storage.outbox import Relay
from zoco.storage.sqlite import SqliteStore
from zoco.testing.clock import FrozenClock


async def test_a_reaction_happens_once_and_with_its_mark(store: SqliteStore, clock: FrozenClock, path: Path) -> None:
    relay = connected(store, clock, copy)
    await put(store, "a")
    assert await relay.drain() == 1
    assert await relay.drain() == 0
    assert stored(path) == ["a", "copy of a"]
    assert rows(path) == [("delivered", 1, None)]


async def test_a_reaction_that_fails_leaves_nothing_and_is_tried_again(
    store: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    faults: list[Exception] = [Conflict(), OSError("no")]

    async def fail_first(tx: Tx, event: ThingPut) -> None:
        await copy(tx, event)
        if faults:
            raise faults.pop()

    relay = connected(store, clock, fail_first)
    await put(store, "a")
    for reason in ("OSError: no", "Conflict: This contradicts the present state."):
        assert await relay.drain() == 1
        assert stored(path) == ["a"]
        assert rows(path)[0][2] == reason
        clock.move(minutes=1)
    await relay.drain()
    assert stored(path) == ["a", "copy of a"]


async def test_a_reaction_that_was_overtaken_runs_again_at_once(
    store: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    overtaken = [StaleWrite(), StaleWrite()]

    async def meet_others(tx: Tx, event: ThingPut) -> None:
        await copy(tx, event)
        if overtaken:
            raise overtaken.pop()

    relay = connected(store, clock, meet_others)
    await put(store, "a")
    assert await relay.drain() == 1
    assert stored(path) == ["a", "copy of a"]


async def test_a_reaction_whose_commit_fails_happens_later_once(
    store: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    async def own_nothing(tx: Tx, event: ThingPut) -> None:
        await tx[Things].own(event.name if tried else "nothing")
        tried.append(event.name)

    tried: list[str] = []
    relay = connected(store, clock, own_nothing)
    await put(store, "a")
    await relay.drain()
    assert rows(path)[0][0] == "due"
    clock.move(minutes=1)
    await relay.drain()
    assert rows(path)[0][:2] == ("delivered", 2)
    assert tried == ["a", "a"]


async def test_what_a_reaction_leaves_behind_is_delivered_too(
    store: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    async def chain(tx: Tx, event: ThingPut) -> None:
        if len(event.name) < 4:
            await tx[Things].put(f"{event.name}a")
            tx.emit(ThingPut(name=f"{event.name}a"))

    relay = connected(store, clock, chain)
    await put(store, "a")
    assert await relay.drain() == 4
    assert stored(path) == ["a", "aa", "aaa", "aaaa"]


async def test_every_reaction_has_a_delivery_of_its_own(store: SqliteStore, clock: FrozenClock, path: Path) -> None:
    good, bad = Effect(), Effect(OSError("no"))
    reactions = [Reaction("a.good", ThingPut, good, effect=True), Reaction("b.bad", ThingPut, bad, effect=True)]
    store.subscribe(reactions)
    await put(store, "a")
    relay = Relay(store, clock, reactions)
    assert await relay.drain() == 2
    assert [row[0] for row in rows(path)] == ["delivered", "due"]
    clock.move(minutes=1)
    await relay.drain()
    assert (good.seen, bad.seen) == (["a"], ["a", "a"])


async def test_an_effect_is_tried_until_it_works(store: SqliteStore, clock: FrozenClock, path: Path) -> None:
    effect = Effect(*[OSError("no")] * 5)
    relay = connected(store, clock, effect, effect=True)
    await put(store, "a")
    for _ in range(6):
        await relay.drain()
        clock.move(hours=1)
    assert await relay.drain() == 0
    assert effect.seen == ["a"] * 6
    assert rows(path)[0][:2] == ("delivered", 6)


async def test_an_effect_whose_mark_is_lost_comes_again(
    store: SqliteStore, clock: FrozenClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    effect = Effect()
    relay = connected(store, clock, effect, effect=True)
    await put(store, "a")

    async def lost(*_: object) -> None:
        raise Conflict

    monkeypatch.setattr(relay, "_mark", lost)
    await relay.drain()
    monkeypatch.undo()
    clock.move(minutes=1)
    await relay.drain()
    assert effect.seen == ["a", "a"]
    assert rows(path)[0][0] == "delivered"


async def test_pauses_grow_to_half_an_hour(store: SqliteStore, clock: FrozenClock) -> None:
    relay = connected(store, clock, Effect(*[OSError("no")] * 30), effect=True)
    await put(store, "a")
    for attempt in range(30):
        assert await relay.drain() == 1
        async with store.read() as tx:
            due = await tx[Outbox].next_due()
        assert due is not None
        pause = min(timedelta(seconds=2 * 2**attempt), timedelta(minutes=30))
        assert 0.79 * pause <= due - clock.now() <= 1.21 * pause
        clock.move(seconds=(due - clock.now()).total_seconds() - 0.01)
        assert await relay.drain() == 0
        clock.move(seconds=0.02)


async def test_what_cannot_be_delivered_is_dead_with_its_reason(
    store: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    relay = connected(store, clock, Effect(Undeliverable("nobody lives there")), effect=True)
    await put(store, "a")
    await relay.drain()
    clock.move(days=10)
    assert await relay.drain() == 0
    assert rows(path) == [("dead", 1, "nobody lives there")]


async def test_a_reaction_may_give_up_too_and_leaves_nothing(
    store: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    async def give_up(tx: Tx, event: ThingPut) -> None:
        await copy(tx, event)
        raise Undeliverable("no use")

    await put(store, "before")
    relay = connected(store, clock, give_up)
    await put(store, "a")
    await relay.drain()
    assert rows(path) == [("dead", 1, "no use")]
    assert stored(path) == ["a", "before"]


async def test_after_four_days_the_last_failure_is_the_reason(
    store: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    relay = connected(store, clock, Effect(*[OSError("x" * 1000)] * 14), effect=True)
    await put(store, "a")
    for _ in range(13):
        await relay.drain()
        clock.move(hours=8)
    assert rows(path)[0][0] == "due"
    await relay.drain()
    [(state, attempts, reason)] = rows(path)
    assert (state, attempts) == ("dead", 14)
    assert reason == f"OSError: {'x' * 491}"


async def test_a_shop_that_was_off_for_days_gives_nothing_up_at_its_first_try(
    store: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    effect = Effect(OSError("no network yet"))
    relay = connected(store, clock, effect, effect=True)
    await put(store, "a")
    clock.move(days=9)
    await relay.drain()
    clock.move(hours=1)
    await relay.drain()
    assert rows(path)[0][:2] == ("delivered", 2)


async def test_a_reaction_that_is_not_installed_waits_for_it_and_is_given_up_with_its_name(
    store: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    connected(store, clock, Effect(), effect=True)
    await put(store, "a")
    for _ in range(14):
        assert rows(path)[0][0] == "due"
        assert await Relay(store, clock, []).drain() == 1
        clock.move(hours=8)
    assert rows(path) == [("dead", 14, "LookupError: nothing is installed that reacts as x.follow")]


async def test_a_fact_that_no_longer_reads_is_tried_again(store: SqliteStore, clock: FrozenClock, path: Path) -> None:
    class ThingMoved(Event, frozen=True, kw_only=True):
        whither: str

    connected(store, clock, Effect(), effect=True)
    await put(store, "a")
    await Relay(store, clock, [Reaction("x.follow", ThingMoved, Effect(), effect=True)]).drain()
    [(state, _, reason)] = rows(path)
    assert state == "due"
    assert reason is not None
    assert "whither" in reason


async def test_a_lease_keeps_others_away_until_it_ends(
    store: SqliteStore, other: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    relay = connected(store, clock, copy)
    await put(store, "a")
    [held] = await relay._claim(10)
    second = connected(other, clock, copy)
    assert await second.drain() == 0
    clock.move(seconds=91)  # as when the first process was stopped in between
    assert await second.drain() == 1
    await relay._deliver(held)
    assert stored(path) == ["a", "copy of a"]
    assert rows(path) == [("delivered", 2, None)]


async def test_who_has_lost_the_lease_changes_nothing(store: SqliteStore, clock: FrozenClock, path: Path) -> None:
    effect = Effect(OSError("late"), Undeliverable("late"))
    relay = connected(store, clock, effect, effect=True)
    await put(store, "a")
    late = []
    for _ in range(3):
        late += await relay._claim(10)
        clock.move(seconds=91)
    await relay.drain()  # a fourth lease; its effect fails
    before = rows(path)
    for delivery in late:
        await relay._deliver(delivery)
    assert rows(path) == before


async def test_two_processes_share_the_work(
    store: SqliteStore, other: SqliteStore, clock: FrozenClock, path: Path
) -> None:
    relays = [connected(store, clock, copy), connected(other, clock, copy)]
    for number in range(100):
        await put(store, f"{number:03}")
    tried = await asyncio.gather(*(relay.drain() for relay in relays))
    assert sum(tried) == 100
    assert len(stored(path)) == 200
