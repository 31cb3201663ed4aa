"""The embedded engine's writer: what is answered is on disk, and nobody pays for another's fault."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest
from tests.storage.shelf import Pause, ThingPut, Things, Wire, fault, names, put, stored

from zoco.kit.errors import Conflict, Unavailable
from zoco.storage.sqlite import SqliteStore


async def refuse(store: SqliteStore, name: str) -> None:
    async with store.write() as tx:
        await tx[Things].put(name)
        raise Conflict


async def undo_all(store: SqliteStore) -> None:
    async with store.write() as tx:
        await tx[Things].undo_all()


async def linger(store: SqliteStore, name: str) -> None:
    async with store.write() as tx:
        await tx[Things].put(name)
        await asyncio.sleep(0)


def cancel(tasks: list[asyncio.Task[str]]) -> None:
    for task in tasks:
        task.cancel()


async def together(*use_cases: object) -> list[object]:
    return await asyncio.gather(*use_cases, return_exceptions=True)  # type: ignore[call-overload, no-any-return]


async def test_an_answer_comes_after_its_commit(store: SqliteStore, wire: Wire, path: Path) -> None:
    wire.before["COMMIT"] = pause = Pause()
    putting = asyncio.create_task(put(store, "a"))
    await pause.reached()
    assert stored(path) == []
    assert not putting.done()
    pause.end()
    await putting
    assert stored(path) == ["a"]


async def test_all_that_are_waiting_share_one_commit(store: SqliteStore, wire: Wire, path: Path) -> None:
    await together(*(put(store, f"{number:03}") for number in range(200)))
    assert wire.said.count("COMMIT") == 1
    assert len(stored(path)) == 200


async def test_more_than_a_batch_that_waited_are_all_served(store: SqliteStore, wire: Wire, path: Path) -> None:
    wire.before["COMMIT"] = pause = Pause()
    first = asyncio.create_task(put(store, "a"))
    await pause.reached()
    rest = [asyncio.create_task(put(store, f"{number:03}")) for number in range(600)]
    await asyncio.sleep(0)
    pause.end()
    await together(first, *rest)
    assert wire.said.count("COMMIT") == 1 + 3
    assert len(stored(path)) == 601


async def test_the_loop_goes_on_while_the_disk_is_slow(store: SqliteStore, wire: Wire) -> None:
    await put(store, "before")
    wire.before["COMMIT"] = pause = Pause()
    putting = asyncio.create_task(put(store, "a"))
    await pause.reached()
    ticked = asyncio.Event()
    asyncio.get_running_loop().call_later(0, ticked.set)
    await ticked.wait()
    assert await names(store) == ["before"]
    waiting = asyncio.create_task(put(store, "b"))
    await asyncio.sleep(0)
    assert not putting.done()
    pause.end()
    assert await together(putting, waiting) == ["a", "b"]
    assert await names(store) == ["a", "b", "before"]


async def test_a_commit_that_fails_fails_its_whole_batch_and_nobody_else(
    store: SqliteStore, wire: Wire, path: Path
) -> None:
    def full() -> None:
        raise fault(sqlite3.SQLITE_FULL)

    wire.before["COMMIT"] = full
    answers = await together(put(store, "a"), put(store, "b"))
    assert [type(answer) for answer in answers] == [Unavailable, Unavailable]
    del wire.before["COMMIT"]
    assert stored(path) == []
    assert await put(store, "c") == "c"
    assert stored(path) == ["c"]


async def test_a_commit_that_undoes_everything_by_itself_fails_its_batch(
    store: SqliteStore, wire: Wire, path: Path
) -> None:
    def full() -> None:
        wire.execute("ROLLBACK")
        raise fault(sqlite3.SQLITE_FULL)

    wire.before["COMMIT"] = full
    with pytest.raises(Unavailable):
        await put(store, "a")
    del wire.before["COMMIT"]
    await put(store, "b")
    assert stored(path) == ["b"]


async def test_a_commit_that_the_database_itself_refuses_fails_its_batch(store: SqliteStore, path: Path) -> None:
    async def own_nothing() -> None:
        async with store.write() as tx:
            await tx[Things].own("no such thing")

    answers = await together(put(store, "a"), own_nothing())
    assert [type(answer) for answer in answers] == [sqlite3.IntegrityError, sqlite3.IntegrityError]
    assert stored(path) == []
    await put(store, "b")
    assert stored(path) == ["b"]


async def test_a_use_case_that_raises_leaves_nothing_and_others_stay(
    store: SqliteStore, wire: Wire, path: Path
) -> None:
    answers = await together(put(store, "a"), refuse(store, "b"), put(store, "c"))
    assert [answers[0], type(answers[1]), answers[2]] == ["a", Conflict, "c"]
    assert stored(path) == ["a", "c"]
    assert wire.said.count("COMMIT") == 1


async def test_where_all_raise_nothing_is_committed(store: SqliteStore, wire: Wire, path: Path) -> None:
    await together(refuse(store, "a"), refuse(store, "b"))
    assert "COMMIT" not in wire.said
    await put(store, "c")
    assert stored(path) == ["c"]


async def test_a_full_disk_that_undoes_everything_fails_all_who_shared_it(store: SqliteStore, path: Path) -> None:
    answers = await together(put(store, "x"), put(store, "y"), undo_all(store))
    assert [type(answer) for answer in answers] == [sqlite3.IntegrityError] * 3
    assert stored(path) == []
    assert await put(store, "b") == "b"
    assert stored(path) == ["b"]


async def test_who_comes_right_after_everything_was_undone_is_committed_once(
    store: SqliteStore, wire: Wire, path: Path
) -> None:
    answers = await together(put(store, "x"), undo_all(store), put(store, "c"), put(store, "d"))
    assert [type(answers[0]), type(answers[1]), answers[2], answers[3]] == [
        sqlite3.IntegrityError,
        sqlite3.IntegrityError,
        "c",
        "d",
    ]
    assert await put(store, "e") == "e"
    assert stored(path) == ["c", "d", "e"]
    assert wire.said.count("COMMIT") == 2
    assert wire.said.count("BEGIN IMMEDIATE") == 3


@pytest.mark.parametrize("then", ["end", "wait", "write"])
async def test_a_use_case_that_hides_that_everything_was_undone_is_refused(
    then: str, store: SqliteStore, path: Path
) -> None:
    async def hide() -> None:
        async with store.write() as tx:
            with contextlib.suppress(sqlite3.IntegrityError):
                await tx[Things].undo_all()
            if then == "wait":
                await asyncio.sleep(0)
            if then == "write":
                await tx[Things].put("h")

    answers = await together(put(store, "x"), hide(), put(store, "c"))
    assert isinstance(answers[0], Exception)
    assert isinstance(answers[1], Exception)
    assert answers[2] == "c"
    assert await put(store, "d") == "d"
    assert stored(path) == ["c", "d"]


async def test_a_fault_inside_a_use_case_is_told_as_a_passing_one(store: SqliteStore) -> None:
    async def meet(code: int) -> None:
        async with store.write():
            raise fault(code)

    with pytest.raises(Unavailable):
        await meet(sqlite3.SQLITE_IOERR)
    with pytest.raises(sqlite3.OperationalError):
        await meet(sqlite3.SQLITE_ERROR)


async def test_a_block_that_waits_for_something_else_is_refused_and_undone(store: SqliteStore, path: Path) -> None:
    answers = await together(put(store, "a"), linger(store, "b"), put(store, "c"))
    assert [answers[0], type(answers[1]), answers[2]] == ["a", RuntimeError, "c"]
    assert stored(path) == ["a", "c"]


async def test_a_block_that_waits_alone_is_refused_too(store: SqliteStore, path: Path) -> None:
    with pytest.raises(RuntimeError, match="waited for something other"):
        await linger(store, "a")
    assert stored(path) == []


async def test_a_block_that_was_refused_can_do_nothing_more(store: SqliteStore, path: Path) -> None:
    async def go_on() -> None:
        async with store.write() as tx:
            await asyncio.sleep(0)
            await tx[Things].put("a")

    with pytest.raises(RuntimeError, match="waited for something other"):
        await go_on()
    assert stored(path) == []


async def test_a_second_transaction_inside_a_first_is_refused(store: SqliteStore, path: Path) -> None:
    async def nest() -> None:
        async with store.write() as tx:
            await tx[Things].put("outer")
            await put(store, "inner")

    with pytest.raises(RuntimeError, match="opened a second transaction"):
        await nest()
    assert "outer" not in stored(path)


async def test_who_is_cancelled_while_waiting_does_nothing(store: SqliteStore, wire: Wire, path: Path) -> None:
    wire.before["COMMIT"] = pause = Pause()
    first = asyncio.create_task(put(store, "a"))
    await pause.reached()
    second, third = asyncio.create_task(put(store, "b")), asyncio.create_task(put(store, "c"))
    await asyncio.sleep(0)
    second.cancel()
    pause.end()
    answers = await together(first, second, third)
    assert [answers[0], type(answers[1]), answers[2]] == ["a", asyncio.CancelledError, "c"]
    assert stored(path) == ["a", "c"]


async def test_turns_are_handed_on_by_those_who_no_longer_want_them(store: SqliteStore, wire: Wire, path: Path) -> None:
    wire.before["COMMIT"] = pause = Pause()
    first = asyncio.create_task(put(store, "a"))
    await pause.reached()
    del wire.before["COMMIT"]
    batch = [asyncio.create_task(put(store, f"{number}")) for number in range(256)]
    late = asyncio.create_task(put(store, "late"))
    await asyncio.sleep(0)
    store.on_commit(lambda _: cancel(batch))  # they have just been given their turn
    pause.end()
    async with asyncio.timeout(5):
        await together(first, late)
    assert stored(path) == ["a", "late"]


async def test_who_is_cancelled_while_committing_disturbs_nobody(store: SqliteStore, wire: Wire, path: Path) -> None:
    wire.before["COMMIT"] = pause = Pause()
    first, second = asyncio.create_task(put(store, "a")), asyncio.create_task(put(store, "b"))
    await pause.reached()
    first.cancel()
    await asyncio.sleep(0)
    pause.end()
    answers = await together(first, second)
    assert [type(answers[0]), answers[1]] == [asyncio.CancelledError, "b"]
    assert stored(path) == ["a", "b"]


async def test_a_failed_commit_is_not_told_to_who_has_left(store: SqliteStore, wire: Wire) -> None:
    pause = Pause()

    def fail() -> None:
        pause()
        raise fault(sqlite3.SQLITE_IOERR)

    wire.before["COMMIT"] = fail
    first, second = asyncio.create_task(put(store, "a")), asyncio.create_task(put(store, "b"))
    await pause.reached()
    first.cancel()
    await asyncio.sleep(0)
    pause.end()
    answers = await together(first, second)
    assert [type(answer) for answer in answers] == [asyncio.CancelledError, Unavailable]


async def test_a_transaction_that_cannot_begin_is_told_to_who_wanted_it(store: SqliteStore, wire: Wire) -> None:
    def broken() -> None:
        raise fault(sqlite3.SQLITE_IOERR)

    wire.before["BEGIN IMMEDIATE"] = broken
    with pytest.raises(Unavailable):
        await put(store, "a")
    del wire.before["BEGIN IMMEDIATE"]
    assert await put(store, "a") == "a"


async def test_the_commit_hook_is_called_before_the_answer(store: SqliteStore) -> None:
    seen: list[object] = []
    store.on_commit(lambda facts: seen.append([fact.name for fact in facts if isinstance(fact, ThingPut)]))
    putting = asyncio.create_task(put(store, "a"))
    putting.add_done_callback(lambda _: seen.append("answered"))
    await putting
    assert seen == [["a"], "answered"]


async def test_a_commit_hook_that_fails_holds_nobody_up(store: SqliteStore) -> None:
    def broken(_: object) -> None:
        raise Conflict

    seen: list[object] = []
    store.on_commit(broken)
    store.on_commit(seen.append)
    async with asyncio.timeout(5):
        await put(store, "a")
    assert len(seen) == 1


async def test_a_commit_without_facts_calls_no_hook(store: SqliteStore) -> None:
    seen: list[object] = []
    store.on_commit(seen.append)
    async with store.write() as tx:
        await tx[Things].put("a")
    assert seen == []


async def test_closing_waits_for_what_is_being_written(store: SqliteStore, wire: Wire, path: Path) -> None:
    wire.before["COMMIT"] = pause = Pause()
    putting = asyncio.create_task(put(store, "a"))
    await pause.reached()
    waiting = asyncio.create_task(put(store, "b"))
    await asyncio.sleep(0)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    assert not closing.done()
    pause.end()
    assert await together(putting, waiting, closing) == ["a", "b", None]
    assert stored(path) == ["a", "b"]
    store.close = _nothing  # type: ignore[method-assign]


async def _nothing() -> None:
    """The fixture closes again."""
