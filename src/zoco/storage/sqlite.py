"""The embedded engine: a shop in one SQLite file, read on the event loop and written by one connection."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec
import structlog
from sqlalchemy import text

from zoco.kit.clock import Clock
from zoco.kit.errors import Invalid
from zoco.kit.events import Event, Reaction
from zoco.kit.ids import ordered_id
from zoco.kit.module import Module
from zoco.kit.ratelimit import MemoryTries
from zoco.kit.recent import Recent
from zoco.storage.engine import MOST_KEPT, Adapters, Commits, Hook
from zoco.storage.engines import file_of
from zoco.storage.lock import FileLock
from zoco.storage.migrate import upgrade
from zoco.storage.sql import Row, Statement, Terms
from zoco.storage.sql_adapters import sql_adapters
from zoco.storage.sqlite_writer import Writer, unavailable

Port = TypeVar("Port")
log = structlog.get_logger("zoco.sqlite")

_SAFE_WAL = (3, 51, 3)
_CACHE_KIB = 8192
_CHECKPOINT_PAGES = 4000  # 16 MB: while the log is written back nobody writes, and pages that change often go back once
_MOST_READERS = 16
_MOST_SEEN = 32
"""Lists that are remembered of one view; whoever reads a whole shop in one does not keep all of it in memory."""
_Seen: TypeAlias = dict[tuple[Statement, tuple[Any, ...]], list[Row]]
_LETTING_GO = 0.05  # seconds between two calls to a scan that nobody waits for
_VERSION = Statement(text("SELECT sqlite_version()"))
_INTEGRITY, _FOREIGN_KEYS = Statement(text("PRAGMA integrity_check")), Statement(text("PRAGMA foreign_key_check"))


def connect(path: Path, *, writes: bool) -> sqlite3.Connection:
    """A connection set as this engine needs it; without `writes` every attempt to change something fails."""
    connection = sqlite3.connect(
        path,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
        detect_types=sqlite3.PARSE_DECLTYPES,
        timeout=0,
    )
    log_mode = ["journal_mode = WAL", "synchronous = FULL", f"wal_autocheckpoint = {_CHECKPOINT_PAGES}"]
    settings = log_mode if writes else ["query_only = ON"]
    for setting in (*settings, "foreign_keys = ON", f"cache_size = -{_CACHE_KIB}", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {setting}")
    return connection


@lru_cache(64)  # one use case writes one moment into many columns
def to_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


@lru_cache(8192)  # a list reads the same moments again and again, and this is a third of its time
def _from_text(stored: bytes) -> datetime:
    return datetime.fromisoformat(stored.decode())


def to_fts5(terms: Terms) -> str:
    return " ".join(f'"{term}"'.replace('*"', '"*') for term in terms)


sqlite3.register_adapter(datetime, to_text)
sqlite3.register_adapter(Terms, to_fts5)
sqlite3.register_converter("INSTANT", _from_text)
sqlite3.register_converter("JSON", msgspec.json.decode)
sqlite3.register_converter("BOOLEAN", lambda stored: stored == b"1")


def open_store(url: str, clock: Clock, modules: Sequence[Module]) -> SqliteStore:
    path = file_of(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    upgrade(path, modules)
    return SqliteStore(path, clock, sql_adapters(modules))


def is_there(url: str) -> bool:
    return file_of(url).exists()


class SqliteTx:
    """One transaction on the embedded engine; its statements are done before they are awaited.

    `seen` is what others have read in the same view, where it is one: the same statement finds the same rows in it.
    """

    __slots__ = ("_adapters", "_connection", "_scans", "_seen", "broken", "events", "lasting", "learnt")

    def __init__(
        self,
        connection: sqlite3.Connection,
        adapters: Adapters,
        lasting: Recent[Any, Any],
        scans: ThreadPoolExecutor | None = None,
        seen: _Seen | None = None,
    ) -> None:
        self._connection, self._adapters, self._scans, self._seen = connection, adapters, scans, seen
        self.lasting = lasting
        self.learnt: dict[Any, Any] = {}
        self.events: list[Event] = []
        self.broken = False

    def __getitem__(self, port: type[Port]) -> Port:
        adapter: Port = self._adapters[port](self)
        return adapter

    def emit(self, event: Event) -> None:
        self.events.append(event)

    async def one(self, statement: Statement, **values: Any) -> Row | None:
        row: Row | None = self._execute(statement, values).fetchone()
        return row

    async def all(self, statement: Statement, **values: Any) -> list[Row]:
        if self._seen is None:
            return self._execute(statement, values).fetchall()
        said = statement.sqlite
        asked = statement, said.args(values)
        rows = self._seen.get(asked)
        if rows is None or self.broken:
            rows = self._said(self._connection.execute, said.text, asked[1]).fetchall()
            if len(self._seen) < _MOST_SEEN:
                self._seen[asked] = rows
        return list(rows)  # its reader may change the list, though not what the rows hold

    async def scan(self, statement: Statement, **values: Any) -> list[Row]:
        if self._scans is None:  # inside a write transaction nothing may wait for another thread
            return await self.all(statement, **values)
        loop = asyncio.get_running_loop()
        reading = loop.run_in_executor(self._scans, lambda: self._execute(statement, values).fetchall())
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            self.broken = True  # it may not have begun yet
            while not reading.done():  # the connection goes back to the others only when its thread has let go
                self._connection.interrupt()
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([reading], timeout=_LETTING_GO)
            reading.exception()
            raise

    async def run(self, statement: Statement, **values: Any) -> int:
        return self._execute(statement, values).rowcount

    async def run_many(self, statement: Statement, rows: list[dict[str, Any]]) -> None:
        if rows:
            said = statement.sqlite
            self._said(self._connection.executemany, said.text, [said.args(row) for row in rows])

    def _execute(self, statement: Statement, values: dict[str, Any]) -> sqlite3.Cursor:
        return self._said(self._connection.execute, statement.sqlite.text, statement.sqlite.args(values))

    def _said(self, execute: Callable[[str, Any], sqlite3.Cursor], text: str, values: object) -> sqlite3.Cursor:
        if self.broken:
            message = "a use case waited for something other than its own statements, or opened a second transaction"
            raise RuntimeError(message)
        try:
            return execute(text, values)
        except sqlite3.Error:
            self.broken = not self._connection.in_transaction  # what came next would be stored at once, and for good
            raise
        except OverflowError:  # a number or a moment that no column can hold, as only a made-up request names
            raise Invalid from None


class _View:
    """A connection that only reads, and the lists that were read since its transaction began."""

    __slots__ = ("connection", "seen")

    def __init__(self, path: Path) -> None:
        self.connection = connect(path, writes=False)
        self.seen: _Seen = {}

    def begin(self) -> None:
        self.seen.clear()
        self.connection.execute("BEGIN")

    def end(self) -> None:
        self.seen.clear()
        if self.connection.in_transaction:
            self.connection.execute("COMMIT")


class _Readers:
    """Views of the database: made when they are first needed, and no more than so many.

    Beginning one costs as much as a short read. So one is left open for those who read after it in the same round of
    the loop: their requests had arrived before it began, and a list that many of them ask for is read once. It ends
    with the round, before a COMMIT, and at once while a COMMIT runs, since the log cannot be written back and begun
    anew while somebody looks at it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._free = asyncio.Semaphore(_MOST_READERS)
        self.round = 0
        """Views that began in another one are of the past."""
        self.idle: list[_View] = []

    async def take(self) -> _View:
        """One with a transaction open; the one who takes it has to give it back."""
        await self._free.acquire()
        try:
            view = self.idle.pop() if self.idle else _View(self._path)
            if not view.connection.in_transaction:
                view.begin()
                asyncio.get_running_loop().call_soon(self._end_round)
        except BaseException:
            self._free.release()
            raise
        return view

    def give_back(self, view: _View, *, others_may_look: bool) -> None:
        """End it unless others may go on with it."""
        self.idle.append(view)
        self._free.release()
        if not others_may_look:
            self.end_views()

    def end_views(self) -> None:
        """Those that nobody uses."""
        for view in self.idle:
            view.end()

    def _end_round(self) -> None:
        self.round += 1
        self.end_views()

    def close(self) -> None:
        while self.idle:
            self.idle.pop().connection.close()


class _Reading:
    """A view of the store. A class of its own: `asynccontextmanager` takes as long as many a read."""

    __slots__ = ("_given", "_readers", "_round", "_tx", "_view", "_writer")

    def __init__(
        self,
        readers: _Readers,
        writer: Writer,
        adapters: Adapters,
        lasting: Recent[Any, Any],
        scans: ThreadPoolExecutor,
    ) -> None:
        self._readers, self._writer, self._given = readers, writer, (adapters, lasting, scans)

    async def __aenter__(self) -> SqliteTx:
        try:
            self._view = await self._readers.take()
        except sqlite3.OperationalError as error:
            raise unavailable(error) from error
        self._round = self._readers.round
        self._tx = SqliteTx(self._view.connection, *self._given, self._view.seen)
        return self._tx

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        fresh = error is None and self._round == self._readers.round
        self._readers.give_back(self._view, others_may_look=fresh and not self._writer.committing)
        if isinstance(error, sqlite3.OperationalError):
            raise unavailable(error) from error
        if error is None and self._tx.learnt:
            self._tx.lasting.update(self._tx.learnt.items())


class _Writing:
    """A use case that writes, in its turn; a class for the same reason."""

    __slots__ = ("_commits", "_tx", "_writer")

    def __init__(self, writer: Writer, commits: Commits, tx: SqliteTx) -> None:
        self._writer, self._commits, self._tx = writer, commits, tx

    async def __aenter__(self) -> SqliteTx:
        await self._writer.turn()
        self._writer.begin(self._tx)
        return self._tx

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None:
            self._undo(error)
            return
        tx = self._tx
        if tx.events:
            try:
                await self._commits.store_facts(tx, tx.events)
            except BaseException as fault:
                self._undo(fault)
                raise
        await self._writer.commit(tx)
        if tx.learnt:
            tx.lasting.update(tx.learnt.items())

    def _undo(self, error: BaseException) -> None:
        self._writer.roll_back(self._tx, error)
        if isinstance(error, sqlite3.OperationalError):
            raise unavailable(error) from error


class SqliteStore:
    """The store in one file; `close` waits for what is being written."""

    def __init__(self, path: Path, clock: Clock, adapters: Adapters) -> None:
        self._adapters = adapters
        self._commits = Commits(clock)
        self.tries = MemoryTries()
        self._foreign = 0
        self._lasting = Recent[Any, Any](MOST_KEPT)
        self._readers = _Readers(path)
        self._scans = ThreadPoolExecutor(2, thread_name_prefix="zoco-scan")
        self._writer = Writer(
            connect(path, writes=True),
            FileLock(path.with_name(f"{path.name}.lock")),
            self._commits.committed,
            self._readers.end_views,
        )
        if sqlite3.sqlite_version_info < _SAFE_WAL:
            log.warning(
                "sqlite.old_version",
                version=sqlite3.sqlite_version,
                safe_from=".".join(map(str, _SAFE_WAL)),
                meaning="older versions can lose a commit when two connections write at once; this shop lets only one",
            )

    def subscribe(self, reactions: Iterable[Reaction]) -> None:
        self._commits.subscribe(reactions)

    def on_commit(self, hook: Hook) -> None:
        self._commits.on_commit(hook)

    async def start(self) -> None:
        """Nothing to connect to."""

    def new_id(self) -> str:
        return ordered_id()

    async def version(self) -> str:
        async with self.read() as tx:
            row = await tx.one(_VERSION)
        return f"SQLite {row[0] if row else '?'}"

    async def revision(self, topic: str) -> int:
        if (version := self._writer.foreign_version()) != self._foreign:
            self._foreign = version
            self._commits.outdated()
        return self._commits.revision(topic)

    def read(self) -> _Reading:
        return _Reading(self._readers, self._writer, self._adapters, self._lasting, self._scans)

    def write(self) -> _Writing:
        return _Writing(self._writer, self._commits, SqliteTx(self._writer.connection, self._adapters, self._lasting))

    async def check(self) -> list[str]:
        """What the engine itself finds broken in the file; each a sentence."""
        async with self.read() as tx:
            integrity = [str(row[0]) for row in await tx.scan(_INTEGRITY) if row[0] != "ok"]
            return integrity + [
                f"row {row[1]} of {row[0]} points to nothing in {row[2]}" for row in await tx.scan(_FOREIGN_KEYS)
            ]

    async def close(self) -> None:
        await self._writer.close()
        self._scans.shutdown()
        self._readers.close()
