"""The PostgreSQL engine: what a transaction sees, what faults mean, and how it comes back after them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest
from sqlalchemy import text
from tests.samples import a_product
from tests.storage.postgres import APPEND, BACKEND, END_BACKEND, PUT, fails, hand, lengthen, name_of, names, opened, put

from zoco.features.catalogue.models import Category, ProductQuery, ProductStatus
from zoco.features.catalogue.repository import Categories, Products
from zoco.kit.clock import SystemClock
from zoco.kit.errors import Conflict, Invalid, StaleWrite, Unavailable
from zoco.kit.ids import CategoryId, ordered_id
from zoco.kit.ratelimit import ROUNDING
from zoco.storage import postgres_pool
from zoco.storage.engine import DatabaseUnusable
from zoco.storage.housekeeping import Housekeeping
from zoco.storage.postgres import PostgresStore, PostgresTx, is_there, open_store
from zoco.storage.sql import Row, Statement
from zoco.testing.clock import FrozenClock

pytestmark = pytest.mark.engines("postgresql")
_SOMEBODY_WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"
_SLEEP = Statement(text("SELECT pg_sleep(60)"))


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresStore]:
    async with opened(database) as store:
        yield store


async def refuse(store: PostgresStore, name: str) -> None:
    async with store.write() as tx:
        await tx.run(PUT, id=name, slug=name, name=name)
        raise Conflict


async def end_from_inside(store: PostgresStore, database: str) -> None:
    """A transaction whose connection an administrator ends."""
    async with store.write() as tx, hand(database) as admin:
        await tx.run(PUT, id="lost", slug="lost", name="lost")
        ((backend,),) = await tx.all(BACKEND)
        await admin.fetchval(END_BACKEND, backend)


async def test_what_is_read_stays_the_same_while_others_write(store: PostgresStore) -> None:
    await put(store, "a")
    async with store.read() as tx:
        before = await tx.all(BACKEND)
        await put(store, "b")
        assert len(await tx.all(Statement(text("SELECT slug FROM categories")))) == 1
        assert await tx.all(BACKEND) == before
    assert await names(store) == ["a", "b"]


async def test_nothing_can_be_written_through_a_read(store: PostgresStore) -> None:
    with pytest.raises(Unavailable) as refused:
        async with store.read() as tx:
            await tx.run(PUT, id="a", slug="a", name="a")
    assert isinstance(refused.value.__cause__, asyncpg.ReadOnlySQLTransactionError)
    assert await names(store) == []


async def test_a_database_that_may_only_be_read_is_read_and_nothing_else(database: str) -> None:
    """As services switch it whose disk is full."""
    name = urlsplit(database).path.removeprefix("/")
    async with hand(database) as admin:
        await admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            async with opened(database) as store:
                assert await names(store) == []
                assert await fails(put(store, "a")) == "Unavailable"
                assert await fails(store.tries.count("key", 0, 1, 10)) == "Unavailable"
        finally:
            await admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    async with opened(database) as store:
        await put(store, "a")


async def test_a_use_case_that_raises_leaves_nothing(store: PostgresStore) -> None:
    seen: list[object] = []
    store.on_commit(seen.append)
    with pytest.raises(Conflict):
        await refuse(store, "a")
    assert (await names(store), seen) == ([], [])


async def test_a_key_that_another_has_just_taken_makes_the_use_case_run_again(store: PostgresStore) -> None:
    await put(store, "a")
    with pytest.raises(StaleWrite):
        await put(store, "a")


async def test_of_two_that_wait_for_each_other_one_runs_again(store: PostgresStore) -> None:
    await put(store, "a")
    await put(store, "b")
    met = asyncio.Barrier(2)

    async def both(first: str, second: str) -> None:
        async with store.write() as tx:
            await tx.run(APPEND, place=first)
            await met.wait()
            await tx.run(APPEND, place=second)

    ends = await asyncio.gather(fails(both("a", "b")), fails(both("b", "a")))
    assert sorted(ends) == ["", "StaleWrite"]
    assert [await name_of(store, place) for place in "ab"] == ["a+", "b+"]


async def test_who_wants_the_same_row_waits_and_nobody_is_refused(store: PostgresStore) -> None:
    await put(store, "a")

    async def change() -> None:
        async with store.write() as tx:
            assert await tx.run(APPEND, place="a") == 1

    await asyncio.gather(*(change() for _ in range(20)))
    assert await name_of(store, "a") == "a" + 20 * "+"


async def test_a_row_that_is_held_is_read_by_one_after_another(store: PostgresStore, database: str) -> None:
    await put(store, "a")
    async with opened(database) as other:
        await asyncio.gather(*(lengthen(one, "a") for one in (store, other) for _ in range(20)))
    assert await name_of(store, "a") == "a" + 40 * "+"


async def test_a_product_that_goes_between_its_stamp_and_its_rest_is_not_found(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = a_product()
    async with store.write() as tx:
        await tx[Categories].add(Category(CategoryId(ordered_id()), mug.category, mug.category))
        await tx[Products].add(mug)
    async with store.write() as tx:
        read_all = tx.all

        async def all_later(statement: Statement, **values: Any) -> list[Row]:
            async with store.write() as other:
                await other[Products].save(msgspec.structs.replace(mug, status=ProductStatus.REMOVED))
            return await read_all(statement, **values)

        monkeypatch.setattr(PostgresTx, "all", lambda _, statement, **values: all_later(statement, **values))
        assert await tx[Products].get(mug.id) is None


@pytest.mark.parametrize("name", [2**70, "a\0b"])
async def test_what_no_column_can_hold_is_refused(store: PostgresStore, name: object) -> None:
    kind = "bigint" if isinstance(name, int) else "text"
    echo = Statement(text(f"SELECT CAST(:it AS {kind})"))
    with pytest.raises(Invalid):
        async with store.read() as tx:
            await tx.one(echo, it=name)
    assert await names(store) == []


async def test_a_connection_that_is_lost_in_a_transaction_undoes_it_and_the_next_one_works(
    store: PostgresStore, database: str
) -> None:
    with pytest.raises(Unavailable) as refused:
        await end_from_inside(store, database)
    assert refused.value.retry_after > 0
    assert await put(store, "b") == "b"
    assert await names(store) == ["b"]


async def test_connections_that_were_lost_while_nobody_used_them_are_not_noticed(
    store: PostgresStore, database: str
) -> None:
    await asyncio.gather(*(put(store, name) for name in "abc"))
    async with hand(database) as admin:
        ended = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'zoco'"
        assert len(await admin.fetch(ended)) > 1
    assert await put(store, "d") == "d"
    assert await store.revision("things") > 0
    assert await store.tries.count("key", 0, 1, 10) < 0


async def test_a_block_that_hides_a_fault_is_refused_and_undone(store: PostgresStore) -> None:
    await put(store, "a")
    with pytest.raises(Unavailable):
        async with store.write() as tx:
            await tx.run(PUT, id="b", slug="b", name="b")
            with contextlib.suppress(StaleWrite):
                await tx.run(PUT, id="a", slug="a", name="a")
    assert await names(store) == ["a"]


async def test_who_finds_no_connection_for_too_long_is_told_to_come_back(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_pool, "WAIT_SECONDS", 0.05)
    async with opened(database, pool=1) as store:
        async with store.read():
            with pytest.raises(Unavailable):
                await put(store, "a")
            with pytest.raises(Unavailable):
                await names(store)
        assert await put(store, "a") == "a"


async def test_writers_leave_connections_to_readers(database: str) -> None:
    async with opened(database, pool=2) as store:
        async with store.write() as tx:
            await tx.run(PUT, id="a", slug="a", name="a")
            waiting = asyncio.create_task(put(store, "b"))
            assert await names(store) == []
        await waiting


async def test_who_is_cancelled_while_waiting_for_a_row_disturbs_nobody(store: PostgresStore, database: str) -> None:
    await put(store, "a")
    async with store.write() as tx:
        await tx.run(APPEND, place="a")
        waiting = asyncio.ensure_future(lengthen(store, "a"))
        async with hand(database) as admin, asyncio.timeout(10):
            while not await admin.fetchval(_SOMEBODY_WAITS):
                pass
        waiting.cancel()
        assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], asyncio.CancelledError)
    await lengthen(store, "a")
    assert await name_of(store, "a") == "a++"


async def test_a_statement_that_takes_too_long_is_stopped(store: PostgresStore) -> None:
    with pytest.raises(Unavailable):
        async with store.write() as tx:
            await tx.all(Statement(text("SELECT set_config('statement_timeout', '20', true)")))
            await tx.all(_SLEEP)


async def test_a_transaction_is_of_no_use_after_its_end(store: PostgresStore) -> None:
    async with store.write() as tx:
        await tx.run(PUT, id="a", slug="a", name="a")
    with pytest.raises(RuntimeError, match="after its end"):
        await tx.all(BACKEND)


async def test_tries_are_counted_for_all_processes(store: PostgresStore, database: str) -> None:
    async with opened(database) as other:
        answers = [await one.tries.count("key", 100.0, 10, 30) for one in (store, other, store, other)]
        assert answers == [pytest.approx(over) for over in (-20, -10, 0, 10)]
        assert await store.tries.count("key", 111.0, 10, 30) <= ROUNDING
        await other.tries.forget("key")
        assert await store.tries.count("key", 111.0, 10, 30) == pytest.approx(-20)
        await other.tries.prune(120.0)
        assert await store.tries.count("key", 111.0, 10, 30) == pytest.approx(-10)
        await Housekeeping(store, SystemClock()).forget_tries()
        assert await store.tries.count("key", 111.0, 10, 30) == pytest.approx(-20)


async def test_of_many_tries_at_once_no_more_are_counted_than_allowed(store: PostgresStore) -> None:
    answers = await asyncio.gather(*(store.tries.count("key", 100.0, 1, 5) for _ in range(20)))
    assert sum(over <= ROUNDING for over in answers) == 5


async def test_a_sound_database_is_told_so_and_a_broken_one_too(store: PostgresStore, database: str) -> None:
    await put(store, "a")
    assert await store.check() == []
    async with hand(database) as admin:
        await admin.execute("ALTER TABLE orders ADD CONSTRAINT later CHECK (number > 0) NOT VALID")
        await admin.execute("SET session_replication_role = replica; INSERT INTO product_words VALUES (7, 'x', 'y')")
        try:
            assert await store.check() == [
                "the constraint later of orders was never validated",
                "1 rows of product_words point to nothing in products",
            ]
        finally:
            await admin.execute("ALTER TABLE orders DROP CONSTRAINT later; DELETE FROM product_words")


async def test_closing_lets_what_is_being_written_end(database: str) -> None:
    async with opened(database) as store, opened(database) as closing:
        async with closing.write() as tx:
            await tx.run(PUT, id="a", slug="a", name="a")
            ending = asyncio.create_task(closing.close())
            await asyncio.sleep(0.05)
            await tx.run(APPEND, place="a")
        await ending
        assert await name_of(store, "a") == "a+"


async def test_closing_waits_for_no_writer_that_never_ends(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_pool, "WAIT_SECONDS", 0.05)
    async with opened(database) as store, opened(database) as closing:
        with pytest.raises(Unavailable):
            async with closing.write() as tx:
                await tx.run(PUT, id="a", slug="a", name="a")
                await closing.close()
                await tx.run(APPEND, place="a")
        assert await names(store) == []


@pytest.mark.parametrize(
    ("change", "cure"),
    [
        (("/zoco_test_", "/nowhere_"), "createdb"),
        (("host=", "host=/nowhere"), "does not answer"),
        (("postgres@", "nobody@"), "lets nobody in"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_with_the_cure(
    database: str, change: tuple[str, str], cure: str
) -> None:
    wrong = database.replace(*change)
    for attempt in (is_there, lambda url: open_store(url, FrozenClock(), [], 1)):
        with pytest.raises(DatabaseUnusable, match=cure):
            attempt(wrong)


async def test_a_server_that_went_away_between_opening_and_starting(database: str) -> None:
    store = PostgresStore(database.replace("host=", "host=/nowhere"), FrozenClock(), {}, 1)
    with pytest.raises(DatabaseUnusable, match="does not answer"):
        await store.start()


async def test_a_word_longer_than_the_server_looks_for_is_refused(store: PostgresStore) -> None:
    for length, found in ((2_000, True), (3_000, False)):
        async with store.read() as tx:
            with contextlib.nullcontext() if found else pytest.raises(Invalid):
                assert (await tx[Products].page(ProductQuery(q=length * "a"))).items == []


async def test_a_connection_that_is_ready_after_the_end_is_closed(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wires, asked, over = [], asyncio.Event(), asyncio.Event()
    connect = postgres_pool.connect

    async def late(url: str) -> asyncpg.Connection:
        asked.set()
        await over.wait()
        wires.append(await connect(url))
        return wires[0]

    async with opened(database) as store:
        monkeypatch.setattr(postgres_pool, "connect", late)
        waiting = asyncio.create_task(fails(names(store)))
        await asked.wait()
    over.set()
    assert await waiting == "Unavailable"
    assert [wire.is_closed() for wire in wires] == [True]


async def test_a_connection_that_is_never_ready_is_closed(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened_here = []

    async def cut_off(wire: asyncpg.Connection, *_: Any, **__: Any) -> None:
        opened_here.append(wire)
        raise asyncio.CancelledError

    monkeypatch.setattr(postgres_pool.Wire, "set_type_codec", cut_off)
    with pytest.raises(asyncio.CancelledError):
        await postgres_pool.connect(database)
    assert [wire.is_closed() for wire in opened_here] == [True]
