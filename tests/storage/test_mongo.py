"""What MongoDB does in its own way: conflicts, ids of two kinds, notices between processes, and opening a shop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure, WriteError
from tests.samples import a_product, usd
from tests.storage.shelf import ThingPut
from tests.storage.shelves import lengthen, lengthen_in, names, opened, put, server_away

from zoco.app import installed
from zoco.features.catalogue.models import ProductQuery, Sort
from zoco.features.catalogue.mongo import CATEGORIES
from zoco.features.catalogue.repository import Products
from zoco.kit.clock import SystemClock
from zoco.kit.errors import Invalid, StaleWrite, Unavailable
from zoco.kit.events import Event
from zoco.kit.ids import ProductId
from zoco.storage import mongo_schema
from zoco.storage.documents import Document, collections
from zoco.storage.engine import DatabaseUnusable, SchemaNewer
from zoco.storage.mongo import MongoStore, is_there, open_store
from zoco.testing.clock import FrozenClock

pytestmark = pytest.mark.engines("mongodb")

NOW = FrozenClock().now().timestamp()
"""Ahead of the server's own clock, by which it forgets tries that owe nothing any more."""


@pytest.fixture
async def store(database: str) -> AsyncIterator[MongoStore]:
    async with opened(database) as store:
        yield store


@pytest.fixture
async def other(database: str) -> AsyncIterator[MongoStore]:
    async with opened(database) as store:
        yield store


async def test_what_is_raised_in_a_transaction_leaves_nothing(store: MongoStore) -> None:
    with pytest.raises(LookupError):
        async with store.write() as tx:
            await tx.insert(CATEGORIES, [{"_id": "a", "slug": "a", "name": "a"}])
            raise LookupError
    assert await names(store) == []


async def test_a_view_stays_as_it_is(store: MongoStore, other: MongoStore) -> None:
    await put(store, "a")
    async with store.read() as tx:
        assert len(await tx.all(CATEGORIES, {})) == 1
        await put(other, "b")
        assert len(await tx.all(CATEGORIES, {})) == 1
    assert await names(store) == ["a", "b"]


async def test_two_processes_that_change_the_same_collide_and_the_rerun_sees_both(
    store: MongoStore, other: MongoStore
) -> None:
    await put(store, "a")
    await asyncio.gather(*(lengthen(where, "a") for where in (store, other) * 4))
    assert await names(store) == ["a" + "+" * 8]


async def test_a_conflict_is_a_stale_write(store: MongoStore, other: MongoStore) -> None:
    await put(store, "a")
    async with store.write() as tx:
        await lengthen_in(tx, "a")
        with pytest.raises(StaleWrite):
            async with other.write() as loser:
                await lengthen_in(loser, "a")
    assert await names(other) == ["a+"]


async def test_a_unique_value_that_somebody_else_just_stored_is_a_stale_write(store: MongoStore) -> None:
    await put(store, "a")
    with pytest.raises(StaleWrite):
        async with store.write() as tx:
            await tx.insert(CATEGORIES, [{"_id": "b", "slug": "a", "name": "b"}])


async def test_a_number_that_bson_cannot_hold_is_invalid(store: MongoStore) -> None:
    with pytest.raises(Invalid):
        async with store.read() as tx:
            await tx[Products].page(ProductQuery(min_price=2**70))


async def test_a_commit_whose_answer_was_lost_is_asked_for_again(store: MongoStore) -> None:
    lost = OperationFailure("lost", 91, {"errorLabels": ["UnknownTransactionCommitResult"]})
    asked = list[int]()

    class Session:
        async def commit_transaction(self) -> None:
            asked.append(1)
            if len(asked) < 3:
                raise lost

    await store._commit(Session())
    assert len(asked) == 3
    with pytest.raises(Unavailable):
        await store._commit(AlwaysLost(lost))


class AlwaysLost:
    """A session whose server never answers."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    async def commit_transaction(self) -> None:
        raise self._fault


async def test_a_server_that_is_gone_is_unavailable_and_heals(
    store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(store, "a")
    async with server_away() as nobody:
        with monkeypatch.context() as gone, pytest.raises(Unavailable):
            gone.setattr(store, "_client", nobody)
            gone.setattr(store, "_database", nobody["zoco"])
            await names(store)
    assert await names(store) == ["a"]


async def test_facts_of_another_process_arrive_once_and_ones_own_too(store: MongoStore, other: MongoStore) -> None:
    heard: dict[str, list[str]] = {"store": [], "other": []}

    def ear(name: str) -> Any:
        def hear(facts: list[Event]) -> None:
            heard[name] += [fact.name for fact in facts if isinstance(fact, ThingPut)]

        return hear

    store.on_commit(ear("store"))
    other.on_commit(ear("other"))
    await put(store, "a")
    await put(other, "b")
    await asyncio.gather(store.revision("things"), other.revision("things"), other.revision("things"))
    assert {name: sorted(told) for name, told in heard.items()} == {"store": ["a", "b"], "other": ["a", "b"]}


async def test_a_revision_has_grown_once_another_process_has_answered(store: MongoStore, other: MongoStore) -> None:
    before = await other.revision("things")
    for name in "abc":
        await put(store, name)
        assert await other.revision("things") > before
        before = await other.revision("things")
        assert await other.revision("things") == before


async def test_a_number_whose_facts_come_late_is_not_passed_over(store: MongoStore, other: MongoStore) -> None:
    await put(store, "a")
    await other.revision("things")
    notices = store._database["avisos"]
    late = await notices.find_one_and_delete({})
    other._bus._last = late["_id"] - 1
    await put(store, "b")
    before = await other.revision("things")
    await notices.insert_one(late)
    assert await other.revision("things") == before + 1


async def test_what_nobody_here_understands_outdates_everything(store: MongoStore, other: MongoStore) -> None:
    before = await other.revision("things")
    await put(store, "a")
    after = await other.revision("things")
    await store._database["avisos"].update_many({}, {"$set": {"facts": '[["elsewhere.Unknown", {}]]'}})
    other._bus._last = 0
    assert await other.revision("things") > after > before


async def test_tries_count_for_all_processes(store: MongoStore, other: MongoStore) -> None:
    for where in (store, other, store):
        assert await where.tries.count("ana", NOW, 20, 60) <= 0
    assert await other.tries.count("ana", NOW, 20, 60) == pytest.approx(20)
    assert await store.tries.count("eva", NOW, 20, 60) <= 0
    await store.tries.forget("ana")
    assert await other.tries.count("ana", NOW, 20, 60) <= 0


async def test_tries_at_once_are_all_counted(store: MongoStore) -> None:
    owed = await asyncio.gather(*(store.tries.count("ana", NOW, 20, 60) for _ in range(12)))
    assert sum(over <= 0 for over in owed) == 3


@pytest.mark.parametrize("sort", Sort)
async def test_ids_of_both_kinds_stand_in_one_list(store: MongoStore, sort: Sort) -> None:
    """As after a move from another engine: texts, and MongoDB's own."""
    ids = [store.new_id() if number % 2 else f"01a1fca3-a39e-7534-8611-d40a00baab{number:02x}" for number in range(9)]
    async with store.write() as tx:
        for number, id_ in enumerate(ids):
            assert await tx[Products].add(a_product(id=ProductId(id_), slug=f"p{number}", title="Taza", price=usd(5)))
    seen, after = list[str](), None
    while True:
        async with store.read() as tx:
            page = await tx[Products].page(ProductQuery(sort=sort, after=after, limit=2))
        seen += [product.id for product in page.items]
        if (after := page.next) is None:
            break
    assert sorted(seen) == sorted(ids)
    keys, last = list[str](), None
    while True:
        async with store.read() as tx:
            records = await tx[Products].records(last, 2)
        if not records:
            break
        keys += [found for found, _ in records]
        last = keys[-1]
    assert sorted(keys) == sorted(ids)


async def test_the_server_refuses_what_no_document_may_look_like(store: MongoStore) -> None:
    product = a_product()
    async with store.write() as tx:
        await tx[Products].add(product)
    for wrong in ({"stock": -1}, {"status": "gone"}, {"price": 5}, {"title": None}):
        with pytest.raises(WriteError):
            await store._database["productos"].update_one({}, {"$set": wrong})
    assert await store.check() == []


async def test_check_finds_a_document_that_is_not_as_it_must_be(store: MongoStore) -> None:
    await store._database["categorias"].insert_one({"_id": "x"}, bypass_document_validation=True)
    assert await store.check() == ["categorias: 1 documents do not look as they must"]


def test_opening_again_changes_nothing_and_everything_is_there(database: str) -> None:
    with MongoClient[Document](database) as client:
        place = client.get_default_database()
        before = {name: sorted(place[name].index_information()) for name in place.list_collection_names()}
        open_store(database, SystemClock(), installed())
        after = {name: sorted(place[name].index_information()) for name in place.list_collection_names()}
    assert before == after
    assert set(after) >= set(collections)
    assert is_there(database)


def test_a_database_of_a_later_version_is_refused(database: str) -> None:
    with MongoClient[Document](database) as client:
        schema = client.get_default_database()["esquema"]
        schema.update_one({}, {"$set": {"version": 999}})
        with pytest.raises(SchemaNewer, match="999"):
            open_store(database, SystemClock(), installed())
        schema.update_one({}, {"$set": {"version": len(mongo_schema.MIGRATIONS)}})


def test_processes_that_open_at_once_migrate_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    done = list[int]()
    monkeypatch.setattr(mongo_schema, "MIGRATIONS", (*mongo_schema.MIGRATIONS, lambda _: done.append(1)))
    with MongoClient[Document](database) as client:
        for _ in range(2):
            open_store(database, SystemClock(), installed())
        schema = client.get_default_database()["esquema"]
        assert (done, schema.find_one({})["version"]) == ([1], len(mongo_schema.MIGRATIONS))  # type: ignore[index]
        schema.update_one({}, {"$set": {"version": len(mongo_schema.MIGRATIONS) - 1}})


@pytest.mark.parametrize(
    ("hello", "version", "said"),
    [({}, [7, 0], "mongod --replSet rs0"), ({"setName": "rs0"}, [5, 0], "too old"), ({"msg": "isdbgrid"}, [8, 0], "")],
)
def test_a_server_without_transactions_is_refused_with_the_cure(hello: Document, version: list[int], said: str) -> None:
    class Admin:
        def command(self, _: str) -> Document:
            return hello

    class Client:
        admin = Admin()

        def server_info(self) -> Document:
            return {"versionArray": version}

    client: Any = Client()
    if not said:
        mongo_schema._check(client)
        return
    with pytest.raises(DatabaseUnusable, match=said):
        mongo_schema._check(client)


def test_a_server_that_does_not_answer_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = mongo_schema.options() | {"serverSelectionTimeoutMS": 50}
    monkeypatch.setattr(mongo_schema, "options", lambda: quick)
    with pytest.raises(DatabaseUnusable, match="does not answer"):
        is_there("mongodb://127.0.0.1:1/zoco")
