"""What processes on one PostgreSQL database tell each other: everything once, whatever order commits come in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from tests.storage.postgres import END_BACKEND, fails, hand, opened, put
from tests.storage.shelf import ThingPut

from zoco.kit.errors import Unavailable
from zoco.kit.events import Event
from zoco.storage import postgres_bus
from zoco.storage.facts import encoded
from zoco.storage.postgres import PostgresStore

pytestmark = pytest.mark.engines("postgresql")
_ADD = "INSERT INTO facts (origin, events) VALUES (0, $1)"


class Ear:
    """Hears what a store tells of commits."""

    def __init__(self, store: PostgresStore) -> None:
        self.heard: list[str] = []
        self._more = asyncio.Event()
        store.on_commit(self._hear)

    def _hear(self, facts: list[Event]) -> None:
        self.heard += [fact.name for fact in facts if isinstance(fact, ThingPut)]
        self._more.set()

    async def until(self, *names: str) -> None:
        async with asyncio.timeout(10):
            while sorted(self.heard) != sorted(names):
                await self._more.wait()
                self._more.clear()


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresStore]:
    async with opened(database) as store:
        yield store


@pytest.fixture
async def other(database: str) -> AsyncIterator[PostgresStore]:
    """What another process would open."""
    async with opened(database) as store:
        yield store


@pytest.fixture
async def admin(database: str) -> AsyncIterator[asyncpg.Connection]:
    async with hand(database) as connection:
        yield connection


async def end_listener(store: PostgresStore, admin: asyncpg.Connection) -> None:
    assert store._bus._wire
    await admin.fetchval(END_BACKEND, store._bus._wire.get_server_pid())


async def test_facts_of_another_process_arrive_and_ones_own_once(store: PostgresStore, other: PostgresStore) -> None:
    ears = Ear(store), Ear(other)
    await put(store, "a")
    await put(other, "b")
    for ear in ears:
        await ear.until("a", "b")
    for one in (store, other):
        await one.revision("things")
    assert [sorted(ear.heard) for ear in ears] == [["a", "b"]] * 2


async def test_a_revision_has_grown_once_another_process_has_answered(
    store: PostgresStore, other: PostgresStore
) -> None:
    seen = [await other.revision("things")]
    for number in range(20):
        await put(store, str(number))
        seen.append(await other.revision("things"))
    assert seen == sorted(set(seen))
    assert await other.revision("doors") == 0


async def test_those_who_ask_at_once_share_a_look(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, say = [], store._bus._say

    async def counted(*args: Any, **what: Any) -> None:
        looks.append(what)
        await say(*args, **what)

    monkeypatch.setattr(store._bus, "_say", counted)
    await asyncio.gather(*(store.revision("things") for _ in range(100)))
    assert len(looks) == 1


async def test_facts_larger_than_a_notification_arrive_whole(store: PostgresStore, other: PostgresStore) -> None:
    ear, name = Ear(other), "ñ" * 20_000
    async with store.write() as tx:
        tx.emit(ThingPut(name=name))
    await ear.until(name)


async def test_a_transaction_that_began_earlier_and_ends_later_is_not_missed(
    store: PostgresStore, other: PostgresStore, admin: asyncpg.Connection
) -> None:
    ear = Ear(other)
    slow = admin.transaction()
    await slow.start()
    await admin.execute(_ADD, encoded([ThingPut(name="slow")]))
    for name in "abc":
        await put(store, name)
        await other.revision("things")
    assert ear.heard == ["a", "b", "c"]
    await slow.commit()
    await other.revision("things")
    assert ear.heard == ["a", "b", "c", "slow"]


async def test_a_listener_that_is_cut_off_catches_up(
    store: PostgresStore, other: PostgresStore, admin: asyncpg.Connection
) -> None:
    ear = Ear(other)
    await put(store, "a")
    await ear.until("a")
    await end_listener(other, admin)
    await put(store, "b")
    await ear.until("a", "b")
    await end_listener(other, admin)
    before = await other.revision("things")
    await put(store, "c")
    assert await other.revision("things") > before
    await ear.until("a", "b", "c")


async def test_while_the_server_is_away_nobody_is_told_something_old(
    store: PostgresStore, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(_: str) -> None:
        raise ConnectionRefusedError

    before = await store.revision("things")
    with monkeypatch.context() as away:
        away.setattr(postgres_bus, "connect", nobody)
        await end_listener(store, admin)
        with pytest.raises(Unavailable):
            await store.revision("things")
    assert await store.revision("things") > before


async def test_a_fact_that_nobody_here_knows_may_have_changed_everything(
    store: PostgresStore, admin: asyncpg.Connection
) -> None:
    before = {topic: await store.revision(topic) for topic in ("things", "doors")}
    for unknown in ('[["extension.Feature", {}]]', encoded([ThingPut(name="a")]).replace('"name"', '"title"')):
        await admin.execute(_ADD, unknown)
    for topic, revision in before.items():
        assert await store.revision(topic) > revision


async def test_what_is_old_or_of_another_server_is_removed(store: PostgresStore, admin: asyncpg.Connection) -> None:
    await put(store, "kept")
    await admin.execute("INSERT INTO facts (origin, events, created_at) VALUES (0, '[]', now() - interval '2 hours')")
    await admin.execute("INSERT INTO facts (origin, events, xid) VALUES (0, '[]', '9000000000000000000')")
    store._bus._pruned = -postgres_bus._PRUNE_SECONDS
    await store.revision("things")
    assert await admin.fetchval("SELECT count(*) FROM facts") == 1


async def test_the_facts_of_a_commit_that_was_cut_off_are_told_as_those_of_another(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear, end = Ear(store), store._pool.end

    async def cut_off(wire: asyncpg.Connection, how: str) -> None:
        await wire.execute(how)
        monkeypatch.setattr(store._pool, "end", end)
        raise ConnectionResetError

    monkeypatch.setattr(store._pool, "end", cut_off)
    with pytest.raises(ConnectionResetError):
        await put(store, "a")
    await store.revision("things")
    assert ear.heard == ["a"]


async def test_a_commit_that_was_looked_past_before_its_answer_was_cut_off_outdates_what_is_known(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    committed = asyncio.Event()

    async def answer_late(wire: asyncpg.Connection, how: str) -> None:
        await wire.execute(how)
        committed.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(store._pool, "end", answer_late)
    putting = asyncio.create_task(put(store, "a"))
    await committed.wait()
    seen = await store.revision("things")
    putting.cancel()
    await asyncio.wait([putting])
    assert await store.revision("things") > seen


async def test_after_closing_nobody_waits_for_ever(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = asyncio.Event()

    async def never(*_: Any, **__: Any) -> None:
        asking.set()
        await asyncio.Event().wait()

    async with opened(database) as store:
        await put(store, "a")  # whose call to the others is still to come
        monkeypatch.setattr(store._bus, "_say", never)
        waiting = [asyncio.create_task(fails(store.revision("things")))]
        await asking.wait()
        waiting.append(asyncio.create_task(fails(store.revision("things"))))
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await asyncio.gather(*waiting) == ["Unavailable", "Unavailable"]
    with pytest.raises(Unavailable):
        await store.revision("things")
