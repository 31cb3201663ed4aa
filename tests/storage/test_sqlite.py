"""The embedded engine's reads, its facts, and its own check."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs
from tests.storage.shelf import DoorOpened, Pause, Things, fault, names, open_store, put, tapped

import zoco.storage.sqlite
from zoco.kit.errors import Invalid, Unavailable
from zoco.kit.events import Reaction
from zoco.kit.ids import is_id
from zoco.kit.outbox import Outbox
from zoco.storage.sql import Statement
from zoco.storage.sqlite import SqliteStore, SqliteTx, to_text
from zoco.testing.clock import FrozenClock

LONG = 10**12
NAMES, NUMBER = Statement(text("SELECT name FROM things ORDER BY name")), Statement(text("SELECT :number"))


async def nothing(*_: object) -> None:
    """A reaction that does nothing."""


async def test_a_read_stays_the_same_while_it_is_open(store: SqliteStore) -> None:
    async with store.read() as tx:
        assert await tx[Things].names() == []
        await put(store, "a")
        assert await tx[Things].names() == []
    assert await names(store) == ["a"]


async def test_reads_of_one_round_share_a_view_and_the_next_round_has_its_own(store: SqliteStore, path: Path) -> None:
    stranger = sqlite3.connect(path, isolation_level=None)
    assert await names(store) == []
    stranger.execute("INSERT INTO things VALUES ('a', 1)")
    assert await names(store) == []
    await asyncio.sleep(0)
    assert await names(store) == ["a"]
    stranger.close()


async def test_a_list_that_many_ask_for_in_one_round_is_read_once_and_belongs_to_each(store: SqliteStore) -> None:
    said = list[str]()
    await put(store, "a")
    assert await names(store) == ["a"]
    store._readers.idle[0].connection.set_trace_callback(said.append)
    for _ in range(3):
        async with store.read() as tx:
            found = await tx.all(NAMES)
            assert found == [("a",)]
            found.clear()
    assert len([line for line in said if "FROM things" in line]) == 1
    await put(store, "b")
    async with store.read() as tx:
        assert await tx.all(NAMES) == [("a",), ("b",)]


async def test_whoever_reads_much_in_one_view_does_not_keep_all_of_it(store: SqliteStore) -> None:
    async with store.read() as tx:
        for number in range(100):
            assert await tx.all(NUMBER, number=number) == [(number,)]
        assert len(tx._seen or ()) == zoco.storage.sqlite._MOST_SEEN


async def test_a_view_of_an_earlier_round_is_nobody_elses(store: SqliteStore, path: Path) -> None:
    stranger = sqlite3.connect(path, isolation_level=None)
    async with store.read() as tx:
        assert await tx[Things].names() == []
        await asyncio.sleep(0)
        stranger.execute("INSERT INTO things VALUES ('a', 1)")
        assert await tx[Things].names() == []
    assert await names(store) == ["a"]
    stranger.close()


async def test_no_view_stays_open_before_a_commit_or_while_one_runs(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = list[bool]()
    submit = store._writer._thread.submit

    def is_one_open() -> bool:
        return any(view.connection.in_transaction for view in store._readers.idle)

    def watched(*call: Any) -> Any:
        views.append(is_one_open())
        return submit(*call)

    async def look() -> None:
        while not store._writer.committing:
            await names(store)
            assert is_one_open()
            await asyncio.sleep(0)
        await names(store)
        views.append(is_one_open())

    monkeypatch.setattr(store._writer._thread, "submit", watched)
    await asyncio.gather(put(store, "a"), look())
    assert views == [False, False]
    assert await names(store) == ["a"]


async def test_a_read_cannot_write(store: SqliteStore) -> None:
    with pytest.raises(Unavailable):
        async with store.read() as tx:
            await tx[Things].put("a")
    assert await names(store) == []


async def test_a_read_inside_a_write_sees_what_was_there_before(store: SqliteStore) -> None:
    async with store.write() as tx:
        await tx[Things].put("a")
        assert await tx[Things].names() == ["a"]
        assert await names(store) == []


async def test_a_passing_fault_of_a_read_is_a_refusal(store: SqliteStore) -> None:
    with pytest.raises(Unavailable):
        async with store.read():
            raise fault(sqlite3.SQLITE_CANTOPEN)
    assert await names(store) == []


async def test_a_reader_that_lost_its_view_is_used_again(store: SqliteStore) -> None:
    async with store.read() as tx:
        tx._connection.execute("ROLLBACK")
    assert await names(store) == []


async def test_readers_are_as_many_as_allowed_and_taken_again(store: SqliteStore) -> None:
    most = zoco.storage.sqlite._MOST_READERS
    entered, leave = asyncio.Semaphore(0), asyncio.Event()

    async def stay() -> None:
        async with store.read():
            entered.release()
            await leave.wait()

    staying = [asyncio.create_task(stay()) for _ in range(most + 1)]
    for _ in range(most):
        await entered.acquire()
    await asyncio.sleep(0)
    assert entered.locked()
    leave.set()
    await asyncio.gather(*staying)
    assert len(store._readers.idle) == most


async def test_a_scan_runs_beside_the_loop(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[str] = []
    execute = SqliteTx._execute

    def noted(tx: SqliteTx, statement: Statement, values: dict[str, object]) -> sqlite3.Cursor:
        threads.append(threading.current_thread().name)
        return execute(tx, statement, values)

    monkeypatch.setattr(SqliteTx, "_execute", noted)
    async with store.read() as tx:
        assert await tx[Things].count_to(10) == 10
    assert [name.rstrip("_01") for name in threads] == ["zoco-scan"]


async def test_a_scan_inside_a_write_waits_for_no_thread(store: SqliteStore) -> None:
    async with store.write() as tx:
        assert await tx[Things].count_to(10) == 10


async def test_a_scan_that_nobody_waits_for_is_ended(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    pause = Pause()
    execute = SqliteTx._execute

    def noted(tx: SqliteTx, statement: Statement, values: dict[str, object]) -> sqlite3.Cursor:
        tx._connection.set_progress_handler(pause.once, 1000)
        return execute(tx, statement, values)

    async def scan() -> int:
        async with store.read() as tx:
            return await tx[Things].count_to(LONG)

    monkeypatch.setattr(SqliteTx, "_execute", noted)
    scanning = asyncio.create_task(scan())
    await pause.reached()
    scanning.cancel()
    await asyncio.sleep(0)
    scanning.cancel()  # an impatient caller changes nothing
    pause.end()
    with pytest.raises(asyncio.CancelledError):
        await scanning
    store._readers.idle[0].connection.set_progress_handler(None, 1000)
    monkeypatch.undo()
    assert await names(store) == []


async def test_a_scan_that_has_not_begun_does_not_begin(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    pause = Pause()
    begun: list[object] = []
    execute = SqliteTx._execute

    def noted(tx: SqliteTx, statement: Statement, values: dict[str, object]) -> sqlite3.Cursor:
        pause()
        begun.append(not tx.broken)
        return execute(tx, statement, values)

    async def scan() -> int:
        async with store.read() as tx:
            return await tx[Things].count_to(LONG)

    monkeypatch.setattr(SqliteTx, "_execute", noted)
    scanning = asyncio.create_task(scan())
    await pause.reached()
    scanning.cancel()
    await asyncio.sleep(0)
    pause.end()
    with pytest.raises(asyncio.CancelledError):
        await scanning
    assert begun == [False]


async def test_a_number_that_no_column_holds_is_refused(store: SqliteStore) -> None:
    with pytest.raises(Invalid):
        async with store.read() as tx:
            await tx[Things].count_to(2**63)


async def test_ids_are_of_the_engines_kind_and_grow(store: SqliteStore) -> None:
    ids = [store.new_id() for _ in range(100)]
    assert ids == sorted(set(ids))
    assert all(is_id(one) for one in ids)


def test_moments_are_kept_in_utc_to_the_millisecond() -> None:
    there = timezone(timedelta(hours=-5))
    assert to_text(datetime(2030, 1, 2, 3, 4, 5, 678_999, tzinfo=there)) == "2030-01-02T08:04:05.678Z"
    assert to_text(datetime(2030, 1, 2, tzinfo=UTC)) == "2030-01-02T00:00:00.000Z"


async def test_values_come_back_as_the_types_of_their_columns(path: Path, store: SqliteStore) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE typed (at INSTANT, open BOOLEAN, what JSON)")
    connection.execute("INSERT INTO typed VALUES ('2030-01-02T03:04:05.678Z', 1, '[1, null]'), (NULL, 0, NULL)")
    connection.commit()
    connection.close()
    async with store.read() as tx:
        rows = await tx.all(Statement(text("SELECT at, open, what FROM typed ORDER BY at IS NULL")))
    assert rows == [(FrozenClock().now(), True, [1, None]), (None, False, None)]


async def test_only_facts_with_a_reaction_are_stored(store: SqliteStore, clock: FrozenClock) -> None:
    store.subscribe([Reaction("house.ring", DoorOpened, nothing, effect=False)])
    async with store.write() as tx:
        tx.emit(DoorOpened())
    await put(store, "a")
    async with store.read() as tx:
        assert await tx[Outbox].next_due() == clock.now()
        assert len(await tx[Outbox].facts("DoorOpened")) == 1
        assert await tx[Outbox].facts("ThingPut") == []


async def test_a_sound_file_is_told_so_and_a_broken_one_too(store: SqliteStore, path: Path) -> None:
    assert await store.check() == []
    stranger = sqlite3.connect(path)
    stranger.execute("INSERT INTO owners VALUES ('nothing')")
    stranger.commit()
    stranger.close()
    await asyncio.sleep(0)  # once round the loop
    assert await store.check() == ["row 1 of owners points to nothing in things"]


async def test_an_engine_with_a_known_fault_is_named_at_the_start(
    path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version, warned in (((3, 51, 2), True), ((3, 51, 3), False)):
        monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
        with capture_logs() as logs:
            opened = open_store(path, clock)
        assert [entry["event"] for entry in logs] == ["sqlite.old_version"] * warned
        await opened.close()


async def test_everything_is_asked_to_reach_the_disk(store: SqliteStore) -> None:
    def asked(setting: str) -> object:
        return store._writer.connection.execute(f"PRAGMA {setting}").fetchone()[0]

    assert (asked("journal_mode"), asked("synchronous"), asked("foreign_keys")) == ("wal", 2, 1)
    assert tapped(store).in_transaction is False
