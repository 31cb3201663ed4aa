"""The only connection that writes: use cases one by one, each in a savepoint, and one COMMIT for all that were waiting.

A use case's statements take 5-20 µs and run on the event loop; the COMMIT, with its fsync, runs in a thread. The loop
itself is the queue: a block that waits for nothing foreign runs to its end before the next one starts, and one that
does wait is found open by whoever comes next, undone and refused.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from zoco.kit.errors import Unavailable
from zoco.kit.events import Event
from zoco.storage.lock import FileLock

_MOST_IN_BATCH = 256
_BUSY_SECONDS = 10.0
# The primary result codes that say "not now" and not "never": busy, locked, no memory, read-only, interrupted, I/O,
# full, can't open, protocol.
_PASSING = {5, 6, 7, 8, 9, 10, 13, 14, 15}


class Block(Protocol):
    """What the writer needs to know of a transaction."""

    broken: bool
    events: list[Event]


def unavailable(error: sqlite3.OperationalError) -> Exception:
    """The refusal for a fault that passes; the error itself where it would come again."""
    return Unavailable() if error.sqlite_errorcode & 0xFF in _PASSING else error


class Writer:
    """Gives turns, gathers what ended well, and answers it after its COMMIT."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        lock: FileLock,
        committed: Callable[[list[Event]], None],
        end_views: Callable[[], None],
    ) -> None:
        """`end_views` is called before each COMMIT, `committed` after it."""
        self.connection = connection
        self._lock, self._committed, self._end_views = lock, committed, end_views
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="zoco-commit")
        self._waiting = deque[asyncio.Future[None]]()
        self._batch: list[tuple[asyncio.Future[None], list[Event]]] = []
        self._open: Block | None = None
        self._busy = False  # a thread has the connection
        self._begun = False
        self._foreign, self._asked = 0, -1.0

    @property
    def committing(self) -> bool:
        """Whether a thread has the connection."""
        return self._busy

    def foreign_version(self) -> int:
        """A number that changes when another process has committed; looked up once for all whom the loop serves now."""
        now = asyncio.get_running_loop().time()  # under uvloop the moment at which it last looked for work
        if now != self._asked and not self._busy:
            self._asked = now
            self._foreign = self.connection.execute("PRAGMA data_version").fetchone()[0]
        return self._foreign

    async def turn(self) -> None:
        """Wait until statements may run here; raises Unavailable where another process writes for too long."""
        try:
            while self._busy or not self._ready():
                await self._next_gate()
        except BaseException:
            if not self._busy and not self._begun:
                self._wake()  # whoever leaves, cancelled or refused, hands the turn on
            raise

    def begin(self, block: Block) -> None:
        """Call it right after `turn`."""
        self.connection.execute("SAVEPOINT use_case")
        self._open = block

    def roll_back(self, block: Block, error: BaseException) -> None:
        """Undo what the block did; a fault that made SQLite undo everything fails all who shared the transaction."""
        if self._open is not block:
            return  # it was expelled and undone before
        self._open = None
        self._undo(error)

    async def commit(self, block: Block) -> None:
        """Return once the block is on disk."""
        if self._open is not block:
            message = "a use case waited for something other than its own statements, or opened a second transaction"
            raise RuntimeError(message)
        self._open = None
        if not self.connection.in_transaction:  # the block hid a fault that made SQLite undo everything
            self._fail(lost := Unavailable())
            raise lost
        self.connection.execute("RELEASE use_case")
        written = asyncio.get_running_loop().create_future()
        self._batch.append((written, block.events))
        await written

    async def close(self) -> None:
        """Wait for the running COMMIT; refuse nothing that was already begun."""
        while self._begun or self._busy:
            with contextlib.suppress(Unavailable):  # another process kept the database from us to the end
                await self._next_gate()
        self._lock.take(_BUSY_SECONDS)
        self.connection.close()  # the last one to close checkpoints, so it holds the lock
        self._lock.release()
        self._lock.close()
        self._thread.shutdown()

    async def _next_gate(self) -> None:
        """Wait until the thread gives the connection back."""
        gate = asyncio.get_running_loop().create_future()
        self._waiting.append(gate)
        await gate

    def _expel(self) -> None:
        """Undo a block that is still open although the loop runs something else."""
        if self._open is not None:
            self._open.broken = True
            self._open = None
            self._undo(Unavailable())

    def _undo(self, error: BaseException) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK TO use_case")
            self.connection.execute("RELEASE use_case")
        else:
            self._fail(error)

    def _ready(self) -> bool:
        """Whether a transaction is open; where another process writes, a thread now waits for its end."""
        self._expel()
        if self._begun or self._try_begin():
            return True
        self._begin_in_thread()
        return False

    def _try_begin(self) -> bool:
        """Whether a transaction is open now; False where another process is writing."""
        if not self._lock.try_take():
            return False
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            self._lock.release()
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                return False
            raise unavailable(error) from error
        self._started()
        return True

    def _started(self) -> None:
        self._begun = True
        asyncio.get_running_loop().call_soon(self._finish)

    def _begin_in_thread(self) -> None:
        self._busy = True
        beginning = asyncio.get_running_loop().run_in_executor(self._thread, self._wait_and_begin)
        beginning.add_done_callback(self._begun_in_thread)

    def _wait_and_begin(self) -> None:
        if not self._lock.take(_BUSY_SECONDS):
            raise Unavailable(retry_after=5)
        try:
            self.connection.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            self._lock.release()
            raise unavailable(error) from error
        finally:
            self.connection.execute("PRAGMA busy_timeout = 0")

    def _begun_in_thread(self, beginning: asyncio.Future[None]) -> None:
        self._busy = False
        if (error := beginning.exception()) is None:
            self._wake()
            self._started()
            return
        gates, self._waiting = self._waiting, deque()
        for gate in gates:
            if not gate.done():
                gate.set_exception(error)

    def _finish(self) -> None:
        """Runs once the loop has run everyone who was ready: put the batch on disk."""
        self._expel()
        if not self._begun or self._busy:
            return  # the call for a batch that failed early came first
        if not self._batch:
            self.connection.execute("ROLLBACK")
            self._end()
            return
        self._busy = True
        self._end_views()
        committing = asyncio.get_running_loop().run_in_executor(self._thread, self.connection.execute, "COMMIT")
        committing.add_done_callback(self._written)

    def _written(self, committing: asyncio.Future[sqlite3.Cursor]) -> None:
        self._busy = False
        if (error := committing.exception()) is not None:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self._fail(error)
            return
        batch = self._batch
        self._batch = []
        self._end()
        if events := [event for _, facts in batch for event in facts]:
            self._committed(events)
        for written, _ in batch:
            if not written.done():
                written.set_result(None)

    def _fail(self, error: BaseException) -> None:
        refusal = unavailable(error) if isinstance(error, sqlite3.OperationalError) else error
        batch = self._batch
        self._batch = []
        self._end()
        for written, _ in batch:
            if not written.done():
                written.set_exception(refusal)

    def _end(self) -> None:
        self._begun = False
        self._lock.release()
        self._wake()

    def _wake(self) -> None:
        woken = 0
        while self._waiting and woken < _MOST_IN_BATCH:
            gate = self._waiting.popleft()
            if not gate.done():
                gate.set_result(None)
                woken += 1
