"""Several processes on one MongoDB: their turns, and that each hears of what another did, whatever came in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pymongo.errors import ConnectionFailure
from tests.storage.shelf import ThingPut
from tests.storage.shelves import lengthen, names, opened, put, server_away

from zoco.features.catalogue.mongo import CATEGORIES
from zoco.kit.errors import Unavailable
from zoco.kit.events import Event
from zoco.storage import mongo_bus, mongo_turns
from zoco.storage.documents import Document
from zoco.storage.mongo import MongoStore

pytestmark = pytest.mark.engines("mongodb")


@pytest.fixture
async def store(database: str) -> AsyncIterator[MongoStore]:
    async with opened(database) as store:
        yield store


@pytest.fixture
async def other(database: str) -> AsyncIterator[MongoStore]:
    async with opened(database) as store:
        yield store


def keep_still(*stores: MongoStore) -> None:
    """They look, tell and say that they live when the test asks for it, and never by themselves."""
    for store in stores:
        store._bus._closing.set()
        store._lives._closing.set()


async def turn_of(store: MongoStore) -> Document:
    found: Document = await store._database["turnos"].find_one({})
    return found


async def test_nobody_is_sent_away_however_many_processes_want_the_same(database: str, store: MongoStore) -> None:
    await put(store, "a")
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened(database)) for _ in range(4)]
        await asyncio.gather(*(lengthen(where, "a") for where in stores * 10))
    assert await names(store) == ["a" + "+" * 40]
    assert (await turn_of(store))["holder"] is None


async def test_a_process_that_died_in_its_turn_keeps_nobody_for_long(
    store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_turns, "_PATIENCE", 0.05)
    await store._database["turnos"].update_one({}, {"$set": {"holder": "dead"}})
    async with await store._turns.take() as turn:
        await turn.end(collided=True)
    await put(store, "a")
    assert await names(store) == ["a"]
    assert (await turn_of(store))["holder"] is None


async def test_who_leaves_while_it_is_committed_has_committed_and_everybody_hears(
    store: MongoStore, other: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, begun, go_on = list[Event](), asyncio.Event(), asyncio.Event()
    store.on_commit(heard.extend)
    before, commit = await other.revision("things"), store._commit

    async def slow(session: Any) -> None:
        begun.set()
        await go_on.wait()
        await commit(session)

    monkeypatch.setattr(store, "_commit", slow)
    leaving = asyncio.ensure_future(put(store, "a"))
    await begun.wait()
    leaving.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await names(other) == ["a"]
    assert [fact.name for fact in heard if isinstance(fact, ThingPut)] == ["a"]
    assert await other.revision("things") > before


async def test_whoever_is_told_to_leave_twice_leaves_after_its_commit(
    store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, commit = asyncio.Event(), asyncio.Event(), store._commit

    async def slow(session: Any) -> None:
        begun.set()
        await go_on.wait()
        await commit(session)

    with monkeypatch.context() as late:
        late.setattr(store, "_commit", slow)
        leaving = asyncio.ensure_future(put(store, "a"))
        await begun.wait()
        for _ in range(2):
            leaving.cancel()
            await asyncio.sleep(0.05)
    next_one = asyncio.ensure_future(put(store, "b"))
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    await next_one
    assert await names(store) == ["a", "b"]


async def test_where_nobody_knows_whether_it_is_committed_everybody_looks_again(
    store: MongoStore, other: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, others, commit = await store.revision("things"), await other.revision("things"), store._commit
    keep_still(store)

    async def unheard(session: Any) -> None:
        await commit(session)
        raise Unavailable

    with monkeypatch.context() as deaf:
        deaf.setattr(store, "_commit", unheard)
        with pytest.raises(Unavailable):
            await put(store, "a")
    await store._bus.tell(())
    assert await store.revision("things") > own
    assert await other.revision("things") > others


async def test_notices_are_numbered_from_a_counter_that_is_there_before_the_first(store: MongoStore) -> None:
    """Two that made it at once would take the same number."""
    assert await store._database["contadores"].find_one({"_id": "avisos"}) == {"_id": "avisos", "value": 0}
    await asyncio.gather(*(store._bus.tell((ThingPut(name=name),)) for name in "abc"))
    assert await store._database["avisos"].distinct("_id") == [1, 2, 3]


async def test_what_could_not_be_told_is_told_later(
    store: MongoStore, other: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await other.revision("things")
    keep_still(store)  # or it tells at the same time, and the test does not wait for that
    async with server_away() as nobody:
        with monkeypatch.context() as gone:
            gone.setattr(store._bus, "_database", nobody["zoco"])
            await put(store, "a")
            assert await other.revision("things") == before
    await store._bus.tell(())
    assert await other.revision("things") == before + 1


async def test_a_number_that_nobody_ever_tells_of_outdates_everything_in_the_end(
    store: MongoStore, other: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await other.revision("doors")
    await store._database["contadores"].update_one({"_id": "avisos"}, {"$inc": {"value": 1}}, upsert=True)
    await put(store, "a")
    assert await other.revision("doors") == before
    monkeypatch.setattr(mongo_bus, "_PATIENCE", 0.0)
    assert await other.revision("doors") > before


async def test_more_than_one_look_can_take_is_heard_of_all_the_same(
    store: MongoStore, other: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_bus, "_AT_ONCE", 2)
    before = await other.revision("things")
    keep_still(other)
    for name in "abcde":
        await put(store, name)
    assert await other.revision("things") == before + 5


async def test_who_asks_during_a_look_gets_one_that_began_afterwards(store: MongoStore, other: MongoStore) -> None:
    first = asyncio.create_task(other.revision("things"))
    await asyncio.sleep(0)
    await put(store, "a")
    assert await other.revision("things") > 0
    await first


async def test_a_store_that_closes_lets_what_is_written_end(store: MongoStore, database: str) -> None:
    async with opened(database) as closing:
        async with closing.write() as tx:
            await tx.insert(CATEGORIES, [{"_id": "a", "slug": "a", "name": "a"}])
            ending = asyncio.create_task(closing.close())
            await asyncio.sleep(0)
        await ending
        assert await names(store) == ["a"]


async def test_a_transaction_that_is_over_can_do_nothing_more(store: MongoStore) -> None:
    async with store.write() as tx:
        kept = tx
    with pytest.raises(RuntimeError, match="after its end"):
        await kept.all(CATEGORIES, {})


async def test_what_a_lost_connection_left_open_ends_with_the_next_transaction(
    store: MongoStore, other: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(store, "a")

    async def lost(_: str) -> None:
        raise ConnectionFailure

    with monkeypatch.context() as cut, pytest.raises(LookupError):
        async with store.write() as tx:
            await tx.update(CATEGORIES, {"slug": "a"}, {"$set": {"name": "lost"}})
            cut.setattr(store._writing, "_finish_transaction_with_retry", lost)
            raise LookupError
    with pytest.raises(Unavailable):
        await lengthen(other, "a")
    await lengthen(store, "a")
    await lengthen(other, "a")
    assert await names(other) == ["a++"]


async def test_what_a_dead_process_left_open_is_ended_for_it(
    store: MongoStore, other: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[Any]()

    class Admin:
        @staticmethod
        async def command(name: str, sessions: list[Document]) -> None:
            asked.append((name, [session["id"] for session in sessions]))

    monkeypatch.setattr(store._lives, "_client", SimpleNamespace(admin=Admin))
    keep_still(store, other)
    lives, dead = store._database["procesos"], other._writing.session_id["id"]
    assert await lives.count_documents({}) == 2
    long_ago = {"seen": datetime(2026, 1, 1, tzinfo=UTC)}
    await lives.update_one({"session": dead}, {"$set": long_ago})
    await store._lives.beat(store._writing.session_id)
    assert asked == [("killSessions", [dead])]
    assert await lives.count_documents({}) == 1


async def test_a_server_that_ends_no_sessions_is_put_up_with(store: MongoStore, other: MongoStore) -> None:
    lives = store._database["procesos"]
    await lives.update_one({"_id": other._lives._name}, {"$set": {"seen": datetime(2026, 1, 1, tzinfo=UTC)}})
    await store._lives.beat(store._writing.session_id)
    await put(store, "a")
    assert await names(store) == ["a"]


async def test_whoever_collides_again_and_again_is_told_to_come_back(store: MongoStore, other: MongoStore) -> None:
    await put(store, "a")
    async with store.write() as tx:
        await tx.update(CATEGORIES, {"slug": "a"}, {"$set": {"name": "b"}})
        with pytest.raises(Unavailable):
            await lengthen(other, "a")
    assert await names(other) == ["b"]
