"""Two processes on one file: each writes in its turn, and notices what the other has written."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from tests.storage.shelf import Pause, Wire, fault, names, put, stored, tapped

import zoco.storage.sqlite_writer
from zoco.kit.errors import Unavailable
from zoco.storage.lock import FileLock
from zoco.storage.sqlite import SqliteStore


@pytest.fixture
def lock(path: Path) -> FileLock:
    """The lock as another process holds it."""
    return FileLock(path.with_name(f"{path.name}.lock"))


async def test_both_write_in_turn(store: SqliteStore, other: SqliteStore, path: Path) -> None:
    use_cases = [put(one, f"{one is store}{number:02}") for number in range(50) for one in (store, other)]
    await asyncio.gather(*use_cases)
    assert len(stored(path)) == 100


async def test_while_another_writes_one_waits_and_the_loop_goes_on(
    store: SqliteStore, wire: Wire, lock: FileLock
) -> None:
    assert lock.try_take()
    putting = asyncio.create_task(put(store, "a"))
    second = asyncio.create_task(put(store, "b"))
    for _ in range(3):
        assert await names(store) == []
    assert not putting.done()
    lock.release()
    await asyncio.gather(putting, second)
    lock.close()
    assert await names(store) == ["a", "b"]
    assert wire.said.count("COMMIT") == 1


async def test_a_lock_that_is_never_freed_is_a_refusal(
    store: SqliteStore, lock: FileLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoco.storage.sqlite_writer, "_BUSY_SECONDS", 0.02)
    assert lock.try_take()
    answers = await asyncio.gather(put(store, "a"), put(store, "b"), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    lock.close()  # as when its holder dies
    assert await put(store, "c") == "c"
    assert await names(store) == ["c"]


async def test_who_was_cancelled_while_another_writes_is_not_told(
    store: SqliteStore, lock: FileLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoco.storage.sqlite_writer, "_BUSY_SECONDS", 0.02)
    assert lock.try_take()
    first, second = asyncio.create_task(put(store, "a")), asyncio.create_task(put(store, "b"))
    await asyncio.sleep(0)
    first.cancel()
    answers = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(answer) for answer in answers] == [asyncio.CancelledError, Unavailable]
    lock.close()


async def test_a_writer_that_knows_no_lock_is_waited_for_too(store: SqliteStore, path: Path) -> None:
    stranger = sqlite3.connect(path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    putting = asyncio.create_task(put(store, "a"))
    await asyncio.sleep(0)
    assert not putting.done()
    stranger.execute("ROLLBACK")
    stranger.close()
    assert await putting == "a"


async def test_a_writer_that_knows_no_lock_and_never_ends_is_a_refusal(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoco.storage.sqlite_writer, "_BUSY_SECONDS", 0.02)
    stranger = sqlite3.connect(path, isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await put(store, "a")
    stranger.close()
    assert await put(store, "b") == "b"


async def test_closing_while_another_writes_for_long_still_closes(
    path: Path, store: SqliteStore, other: SqliteStore, lock: FileLock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zoco.storage.sqlite_writer, "_BUSY_SECONDS", 0.02)
    assert lock.try_take()
    putting = asyncio.create_task(put(other, "a"))
    await asyncio.sleep(0)
    await other.close()
    with pytest.raises(Unavailable):
        await putting
    with pytest.raises(sqlite3.ProgrammingError):
        other._writer.connection.execute("SELECT 1")
    lock.close()
    assert await put(store, "b") == "b"
    other.close = _nothing  # type: ignore[method-assign]


async def _nothing() -> None:
    """The fixture closes again."""


async def test_a_revision_grows_with_every_own_commit_and_before_its_answer(store: SqliteStore, wire: Wire) -> None:
    before = await store.revision("things")
    wire.before["COMMIT"] = pause = Pause()
    putting = asyncio.create_task(put(store, "a"))
    await pause.reached()
    assert await store.revision("things") == before
    seen: list[int] = []
    putting.add_done_callback(lambda _: seen.append(store._commits.revision("things")))
    pause.end()
    await putting
    assert seen == [before + 1]
    assert await store.revision("doors") == 0


async def test_a_revision_stays_where_nothing_was_committed(store: SqliteStore, wire: Wire) -> None:
    def full() -> None:
        raise fault(sqlite3.SQLITE_FULL)

    wire.before["COMMIT"] = full
    before = await store.revision("things")
    with pytest.raises(Unavailable):
        await put(store, "a")
    assert await store.revision("things") == before


async def test_a_revision_grows_with_every_foreign_commit(store: SqliteStore, other: SqliteStore) -> None:
    before = await store.revision("things")
    await put(other, "a")
    after = await store.revision("things")
    assert after > before
    assert await store.revision("things") == after
    assert await names(store) == ["a"]


async def test_a_revision_can_be_asked_while_a_thread_writes(store: SqliteStore, other: SqliteStore) -> None:
    await put(other, "a")
    after = await store.revision("things")
    pause = Pause()
    tapped(store).before["COMMIT"] = pause
    putting = asyncio.create_task(put(store, "b"))
    await pause.reached()
    assert await store.revision("things") == after
    pause.end()
    await putting
    assert await store.revision("things") == after + 1
