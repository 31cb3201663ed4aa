"""A tiny feature of two tables, and stores opened by hand: what the engine's own tests work on."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, Protocol

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    create_engine,
    insert,
    select,
    text,
)

from zoco.kit.clock import Clock
from zoco.kit.events import Event
from zoco.kit.idempotency import IdempotencyRecords
from zoco.kit.outbox import Outbox
from zoco.storage.engine import Adapters
from zoco.storage.sql import SqlTx, Statement
from zoco.storage.sql_idempotency import SqlIdempotencyRecords, records
from zoco.storage.sql_outbox import SqlOutbox, outbox
from zoco.storage.sqlite import SqliteStore

metadata = MetaData()
things = Table("things", metadata, Column("name", String, primary_key=True), Column("count", Integer, nullable=False))
owners = Table(
    "owners",
    metadata,
    Column("thing", String, ForeignKey("things.name", deferrable=True, initially="DEFERRED"), primary_key=True),
)
_PUT = Statement(insert(things))
_COUNT = Statement(select(things.c.count).where(things.c.name == bindparam("name")))
_NAMES = Statement(select(things.c.name).order_by(things.c.name))
_OWN = Statement(insert(owners))
_UNDO_ALL = Statement(text("INSERT OR ROLLBACK INTO things VALUES ('a', 0), ('a', 0)"))
_ENDLESS = Statement(
    text("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < :last) SELECT max(x) FROM n")
)


class ThingPut(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "things"
    name: str


class DoorOpened(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "doors"


class Things(Protocol):
    async def put(self, name: str, count: int = 1) -> None: ...

    async def count(self, name: str) -> int | None: ...

    async def names(self) -> list[str]: ...

    async def own(self, name: str) -> None:
        """Only the COMMIT finds out where there is no such thing."""

    async def undo_all(self) -> None:
        """A fault on which the engine undoes the whole transaction by itself, as on a full disk."""

    async def count_to(self, last: int) -> int: ...


class SqlThings:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def put(self, name: str, count: int = 1) -> None:
        await self._tx.run(_PUT, name=name, count=count)

    async def count(self, name: str) -> int | None:
        row = await self._tx.one(_COUNT, name=name)
        return row[0] if row else None

    async def names(self) -> list[str]:
        return [row[0] for row in await self._tx.all(_NAMES)]

    async def own(self, name: str) -> None:
        await self._tx.run(_OWN, thing=name)

    async def undo_all(self) -> None:
        await self._tx.run(_UNDO_ALL)

    async def count_to(self, last: int) -> int:
        return int((await self._tx.scan(_ENDLESS, last=last))[0][0])


ADAPTERS: Adapters = {Outbox: SqlOutbox, IdempotencyRecords: SqlIdempotencyRecords, Things: SqlThings}


def create(path: Path, tables: Iterable[Table] = (things, owners)) -> Path:
    """A database with the outbox, the idempotency records and these tables."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for table in (outbox, records, *tables):
            table.create(connection)
    engine.dispose()
    return path


def open_store(path: Path, clock: Clock, more: Adapters | None = None) -> SqliteStore:
    return SqliteStore(path, clock, ADAPTERS | (more or {}))


class Wire:
    """The writer's connection with a listener: every statement is noted, and may be made slow or made to fail."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.said: list[str] = []
        self.before: dict[str, Callable[[], Any]] = {}

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        self.said.append(statement)
        if statement in self.before:
            self.before[statement]()
        return self._connection.execute(statement, *values)

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def close(self) -> None:
        self._connection.close()


def tapped(store: SqliteStore) -> Wire:
    wire = Wire(store._writer.connection)
    store._writer.connection = wire  # type: ignore[assignment]
    return wire


def fault(code: int, words: str = "as if") -> sqlite3.OperationalError:
    """What the driver raises, made by hand."""
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    return error


def stored(path: Path) -> list[str]:
    """The names of the things on disk, as somebody else sees them."""
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("SELECT name FROM things ORDER BY name")]
    finally:
        connection.close()


async def put(store: SqliteStore, name: str) -> str:
    """The simplest use case."""
    async with store.write() as tx:
        await tx[Things].put(name)
        tx.emit(ThingPut(name=name))
    return name


async def names(store: SqliteStore) -> list[str]:
    async with store.read() as tx:
        return await tx[Things].names()


class Pause:
    """Holds a thread in one place, and tells the loop when it has come there."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reached = asyncio.Event()
        self._go_on = threading.Event()

    def __call__(self) -> None:
        self._loop.call_soon_threadsafe(self._reached.set)
        assert self._go_on.wait(10)

    def once(self) -> int:
        """As a progress handler: hold it where it is met first, and let it go on."""
        if not self._go_on.is_set():
            self()
        return 0

    async def reached(self) -> None:
        async with asyncio.timeout(10):
            await self._reached.wait()

    def end(self) -> None:
        self._go_on.set()
