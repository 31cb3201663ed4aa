"""The engine for shops of several processes: PostgreSQL, by a few connections in each of them."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from operator import itemgetter
from typing import Any, TypeVar

import structlog

from zoco.kit.clock import Clock
from zoco.kit.events import Event, Reaction
from zoco.kit.ids import ordered_id
from zoco.kit.module import Module
from zoco.kit.recent import Recent
from zoco.storage.engine import MOST_KEPT, Adapters, Commits, DatabaseUnusable, Hook
from zoco.storage.facts import encoded
from zoco.storage.postgres_bus import STORE_FACTS, Bus
from zoco.storage.postgres_check import broken
from zoco.storage.postgres_migrate import in_words, is_made, upgrade
from zoco.storage.postgres_pool import LOST, Pool, Slots, Wire, meant
from zoco.storage.postgres_sql import PostgresReady, ready, together
from zoco.storage.postgres_tries import PostgresTries
from zoco.storage.sql import Row, Statement
from zoco.storage.sql_adapters import sql_adapters

Port = TypeVar("Port")
log = structlog.get_logger("zoco.postgres")

_MOST_WRITERS = 6  # of one process at once: most wait for the next order number anyway, and a queue of locks is slow
_TOGETHER = 16  # rows in one statement: each count of each kind is a statement for the server to prepare
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE = "BEGIN"  # READ COMMITTED: who wants what another has just changed waits for it, and is not sent away


def open_store(url: str, clock: Clock, modules: Sequence[Module], pool: int) -> PostgresStore:
    upgrade(url, modules)
    return PostgresStore(url, clock, sql_adapters(modules), pool)


def is_there(url: str) -> bool:
    return is_made(url)


class PostgresTx:
    """One transaction; each statement is one round trip."""

    __slots__ = ("_adapters", "_later", "_wire", "_writes", "events", "lasting", "learnt")

    def __init__(self, wire: Wire, adapters: Adapters, lasting: Recent[Any, Any], *, writes: bool) -> None:
        self._wire: Wire | None = wire
        self._adapters, self._writes, self.lasting = adapters, writes, lasting
        self.learnt: dict[Any, Any] = {}
        self.events: list[Event] = []
        self._later: list[tuple[PostgresReady, tuple[Any, ...]]] = []

    def __getitem__(self, port: type[Port]) -> Port:
        adapter: Port = self._adapters[port](self)
        return adapter

    def emit(self, event: Event) -> None:
        self.events.append(event)

    async def one(self, statement: Statement, **values: Any) -> Row | None:
        row: Row | None = await self._said(Wire.fetchrow, statement, values)
        return row

    async def all(self, statement: Statement, **values: Any) -> list[Row]:
        rows: list[Row] = await self._said(Wire.fetch, statement, values)
        return rows

    async def scan(self, statement: Statement, **values: Any) -> list[Row]:
        return await self.all(statement, **values)

    async def run(self, statement: Statement, **values: Any) -> int:
        done: str = await self._said(Wire.execute, statement, values)
        return int(done.rpartition(" ")[2])

    async def run_many(self, statement: Statement, rows: list[dict[str, Any]]) -> None:
        """Put off until something else is said or all is committed, so that it costs no round trip of its own."""
        text = ready(statement)
        self._later += [(text, text.args(row)) for row in rows]

    def close(self) -> None:
        """Whoever kept it can do nothing more: its connection is another's now."""
        self._wire = None

    async def flush(self) -> None:
        """Do what was put off: rows that are added together in one statement, anything else one after another."""
        if not self._later:
            return
        later, self._later = self._later, []
        wire = self._open()
        with meant(wire):
            if len(later) <= _TOGETHER and all(text.adds for text, _ in later):
                adding = together(tuple((text.text, len(args)) for text, args in later))
                await wire.execute(adding, *itertools.chain.from_iterable(args for _, args in later))
                return
            for text, rows in itertools.groupby(later, itemgetter(0)):
                await wire.executemany(text.text, [args for _, args in rows])

    async def _said(self, method: Callable[..., Awaitable[Any]], statement: Statement, values: dict[str, Any]) -> Any:
        await self.flush()
        text, wire = ready(statement), self._open()
        with meant(wire):
            return await method(wire, text.holding if self._writes else text.text, *text.args(values))

    def _open(self) -> Wire:
        if self._wire is None:
            message = "a transaction was used after its end"
            raise RuntimeError(message)
        return self._wire


class PostgresStore:
    """The store in one PostgreSQL database; `pool` is how many connections it may have, and one more listens."""

    def __init__(self, url: str, clock: Clock, adapters: Adapters, pool: int) -> None:
        self._adapters = adapters
        self._commits = Commits(clock)
        self._pool = Pool(url, pool)
        self._writers = Slots(max(1, min(_MOST_WRITERS, pool - 1)))
        self._bus = Bus(url, self._commits, self._pool.origins)
        self._started = False
        self._lasting = Recent[Any, Any](MOST_KEPT)
        self.tries = PostgresTries(self._pool)

    def subscribe(self, reactions: Iterable[Reaction]) -> None:
        self._commits.subscribe(reactions)

    def on_commit(self, hook: Hook) -> None:
        self._commits.on_commit(hook)

    async def start(self) -> None:
        if not self._started:
            try:
                await self._bus.start()
            except LOST as error:
                raise DatabaseUnusable(in_words(error)) from error
            self._started = True

    def new_id(self) -> str:
        return ordered_id()

    async def version(self) -> str:
        return f"PostgreSQL {await self._pool.value('SELECT current_setting($1)', 'server_version')}"

    async def revision(self, topic: str) -> int:
        await self._bus.look()
        return self._commits.revision(topic)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[PostgresTx]:
        wire = await self._pool.begin(_READ)
        tx = PostgresTx(wire, self._adapters, self._lasting, writes=False)
        try:
            yield tx
            await tx.flush()
            tx.close()
            await self._pool.end(wire, "ROLLBACK")
            self._lasting.update(tx.learnt.items())
        except BaseException:
            tx.close()
            await self._pool.undo(wire)
            raise

    @asynccontextmanager
    async def write(self) -> AsyncIterator[PostgresTx]:
        await self._writers.take()
        try:
            wire = await self._pool.begin(_WRITE)
            tx, ending = PostgresTx(wire, self._adapters, self._lasting, writes=True), False
            try:
                yield tx
                if tx.events:
                    await self._commits.store_facts(tx, tx.events)
                    facts = {"origin": self._pool.origin(wire), "events": encoded(tx.events)}
                    await tx.run_many(STORE_FACTS, [facts])
                await tx.flush()
                tx.close()
                ending = True
                await self._pool.end(wire, "COMMIT")
            except BaseException:
                tx.close()
                if ending:  # perhaps it is committed, and a look has passed it over as one's own
                    self._commits.outdated()
                await self._pool.undo(wire, drop=ending)
                raise
        finally:
            self._writers.release()
        self._lasting.update(tx.learnt.items())
        if tx.events:
            self._commits.committed(tx.events)
            self._bus.call()

    async def check(self) -> list[str]:
        async with self.read() as tx:
            return await broken(tx)

    async def close(self) -> None:
        await self._writers.emptied()
        await self._bus.close()
        await self._pool.close()
