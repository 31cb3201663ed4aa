"""What every engine owes the port Outbox."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, ClassVar

import msgspec
import pytest
from tests.samples import NOW

from zoco.kit.events import Event, Reaction, Undeliverable
from zoco.kit.outbox import Delivery, Outbox
from zoco.kit.store import Store
from zoco.storage.engine import Engine
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock

LEASE = timedelta(seconds=90)
TICK = timedelta(milliseconds=1)


class CupBroke(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "cups"
    cup: str


async def _nothing(*_: Any) -> None:
    """A reaction is only named here."""


MOURN, SWEEP = (Reaction(name, CupBroke, _nothing, effect=False) for name in ("cups.mourn", "cups.sweep"))


async def put(store: Store, cup: str, *wanted: Reaction, late: float = 0) -> CupBroke:
    event = CupBroke(cup=cup)
    async with store.write() as tx:
        await tx[Outbox].add(event, wanted or (SWEEP,), NOW + timedelta(seconds=late))
    return event


async def claimed(store: Store, *, late: float = 0, lease: str = "me", limit: int = 100) -> list[Delivery]:
    now = NOW + timedelta(seconds=late)
    async with store.write() as tx:
        return await tx[Outbox].claim(now, now + LEASE, lease, limit)


def cups(deliveries: list[Delivery]) -> list[str]:
    return [msgspec.json.decode(delivery.payload, type=CupBroke).cup for delivery in deliveries]


async def test_an_empty_outbox_has_nothing_due(store: Store) -> None:
    assert await claimed(store) == []
    async with store.read() as tx:
        assert await tx[Outbox].next_due() is None
        assert await tx[Outbox].facts("CupBroke") == []


async def test_a_fact_has_one_row_for_each_reaction_due_at_once(store: Store) -> None:
    event = await put(store, "ñ “azul”", SWEEP, MOURN)
    async with store.read() as tx:
        assert await tx[Outbox].next_due() == NOW
        facts = await tx[Outbox].facts("CupBroke")
        assert await tx[Outbox].facts("CupBrok") == []
    assert [msgspec.json.decode(fact, type=CupBroke) for fact in facts] == [event, event]
    first, second = await claimed(store)
    assert {first.reaction, second.reaction} == {"cups.mourn", "cups.sweep"}
    assert first.id != second.id
    assert msgspec.json.decode(first.payload, type=CupBroke) == event
    assert (first.created_at, first.attempts, first.lease) == (NOW, 1, "me")


async def test_a_fact_without_reactions_leaves_no_row(store: Store) -> None:
    async with store.write() as tx:
        await tx[Outbox].add(CupBroke(cup="a"), [], NOW)
        assert await tx[Outbox].facts("CupBroke") == []


async def test_the_oldest_due_come_first_and_equal_ones_in_the_order_of_the_facts(store: Store) -> None:
    for cup, late in (("c", 2), ("a1", 1), ("a2", 1), ("b", 0)):
        await put(store, cup, late=late)
    assert cups(await claimed(store, late=3, limit=3)) == ["b", "a1", "a2"]
    assert cups(await claimed(store, late=3)) == ["c"]


async def test_what_is_not_due_yet_is_left(store: Store) -> None:
    await put(store, "a", late=0.001)
    assert await claimed(store) == []
    assert cups(await claimed(store, late=0.001)) == ["a"]


async def test_what_somebody_holds_is_nobody_elses_until_the_lease_ends(store: Store) -> None:
    await put(store, "a")
    await claimed(store)
    assert await claimed(store, late=89.999) == []
    async with store.read() as tx:
        assert await tx[Outbox].next_due() == NOW + LEASE
    (again,) = await claimed(store, late=90, lease="other")
    assert (again.attempts, again.lease) == (2, "other")


async def test_of_many_who_claim_at_once_each_row_goes_to_one(store: Store) -> None:
    for place in range(10):
        await put(store, str(place))
    got = await asyncio.gather(*(claimed(store, lease=str(n), limit=3) for n in range(6)))
    assert sorted(cups([delivery for deliveries in got for delivery in deliveries])) == [str(n) for n in range(10)]


async def test_what_is_done_is_done_once(store: Store) -> None:
    await put(store, "a")
    (delivery,) = await claimed(store)
    async with store.write() as tx:
        assert await tx[Outbox].done(delivery, NOW)
        assert not await tx[Outbox].done(delivery, NOW)
        assert await tx[Outbox].next_due() is None
    assert await claimed(store, late=10**6) == []


async def test_whoever_lost_the_lease_changes_nothing_any_more(store: Store) -> None:
    await put(store, "a")
    (lost,) = await claimed(store)
    (held,) = await claimed(store, late=90, lease="other")
    async with store.write() as tx:
        assert not await tx[Outbox].done(lost, NOW)
        await tx[Outbox].postpone(lost, NOW, "late")
        await tx[Outbox].bury(lost, "late")
        assert await tx[Outbox].next_due() == NOW + timedelta(seconds=90) + LEASE
        assert await tx[Outbox].done(held, NOW)


async def test_what_is_postponed_is_due_again_then_and_counts_on(store: Store) -> None:
    await put(store, "a")
    (delivery,) = await claimed(store)
    async with store.write() as tx:
        await tx[Outbox].postpone(delivery, NOW + TICK, "the server is away")
        assert await tx[Outbox].next_due() == NOW + TICK
    assert await claimed(store) == []
    (again,) = await claimed(store, late=0.001)
    assert (again.id, again.attempts) == (delivery.id, 2)


async def test_what_is_buried_is_never_due_again_and_still_there(store: Store) -> None:
    event = await put(store, "a")
    (delivery,) = await claimed(store)
    async with store.write() as tx:
        await tx[Outbox].bury(delivery, "no such address")
        assert await tx[Outbox].next_due() is None
        assert not await tx[Outbox].done(delivery, NOW)
        (fact,) = await tx[Outbox].facts("CupBroke")
    assert msgspec.json.decode(fact, type=CupBroke) == event
    assert await claimed(store, late=10**6) == []


async def test_a_transaction_that_fails_leaves_no_fact_and_no_lease(store: Store) -> None:
    await put(store, "a")
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            await tx[Outbox].add(CupBroke(cup="b"), [SWEEP], NOW)
            await tx[Outbox].claim(NOW, NOW + LEASE, "me", 1)
            raise RuntimeError
    (delivery,) = await claimed(store, lease="other")
    assert (cups([delivery]), delivery.attempts) == (["a"], 1)


async def test_what_waits_tells_when_it_is_due(store: Store) -> None:
    event = await put(store, "taza", SWEEP, MOURN, late=60)
    [swept] = [delivery for delivery in await claimed(store, late=60) if delivery.reaction == SWEEP.name]
    ids = [f"{event.id}/{SWEEP.name}", f"{event.id}/{MOURN.name}", "nothing"]
    async with store.write() as tx:
        await tx[Outbox].postpone(swept, NOW + timedelta(hours=1), "not now")
    async with store.read() as tx:
        due = await tx[Outbox].due(ids)
        assert await tx[Outbox].due([]) == {}
    assert due == {ids[0]: NOW + timedelta(hours=1), ids[1]: NOW + timedelta(seconds=60) + LEASE}


async def test_what_waits_for_its_next_try_is_hastened_but_not_what_somebody_holds(store: Store) -> None:
    await put(store, "azul", late=60)
    await put(store, "roja", late=60)
    await put(store, "verde", MOURN, late=60)
    async with store.write() as tx:
        assert await tx[Outbox].hasten(SWEEP.name, NOW) == 2
        assert await tx[Outbox].hasten(SWEEP.name, NOW) == 0
    assert sorted(cups(await claimed(store))) == ["azul", "roja"]
    async with store.write() as tx:
        assert await tx[Outbox].hasten(SWEEP.name, NOW) == 0


async def test_what_was_delivered_long_ago_is_found_and_forgotten(store: Store) -> None:
    for cup in ("old", "new", "dead", "due"):
        await put(store, cup)
    old, new, dead, _ = await claimed(store)
    async with store.write() as tx:
        await tx[Outbox].done(old, NOW - TICK)
        await tx[Outbox].done(new, NOW)
        await tx[Outbox].bury(dead, "no hope")
    async with store.read() as tx:
        assert await tx[Outbox].delivered(NOW, 10) == [old.id]
        assert await tx[Outbox].delivered(NOW + TICK, 1) in ([old.id], [new.id])
    async with store.write() as tx:
        await tx[Outbox].forget([old.id])
        left = [msgspec.json.decode(fact, type=CupBroke).cup for fact in await tx[Outbox].facts("CupBroke")]
    assert left == ["new", "dead", "due"]


@pytest.mark.parametrize("effect", [False, True])
async def test_what_no_column_can_hold_is_no_reason_to_try_for_ever(store: Engine, *, effect: bool) -> None:
    async def fail(*_: Any) -> None:
        raise Undeliverable(words) if effect else ValueError(words)

    words, clock = "no\0thing \udcf3f it", FrozenClock()
    reactions = [Reaction("cups.fail", CupBroke, fail, effect)]
    store.subscribe(reactions)
    async with store.write() as tx:
        tx.emit(CupBroke(cup="a"))
    assert await Relay(store, clock, reactions).drain() == 1
    async with store.read() as tx:
        ((_, row),) = await tx[Outbox].records(None, 2)
    assert (row.state, row.lease is None) == ("dead", False) if effect else ("due", True)
    assert row.reason.endswith("no\N{REPLACEMENT CHARACTER}thing ?f it")
