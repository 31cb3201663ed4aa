"""Brings a PostgreSQL database to the schema of this version, and says in words why one cannot be used."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import asyncpg
import structlog

from zoco.kit.module import Module
from zoco.storage.engine import DatabaseUnusable
from zoco.storage.migrate import Steps, fault_in, said, steps_of
from zoco.storage.postgres_pool import LOST, Wire, connect

log = structlog.get_logger("zoco.migrate")
Result = TypeVar("Result")

_OLDEST = 150_000
_LOCK = 0x7A6F636F  # "zoco": whoever migrates holds it
_WAIT = "60s"
_NOTED = "CREATE TABLE IF NOT EXISTS {table} (version_num TEXT PRIMARY KEY); DELETE FROM {table}"
_CREATE = "createdb --encoding=UTF8 --template=template0 NAME"


def upgrade(url: str, modules: Sequence[Module] = ()) -> None:
    """Run the migrations that the database lacks, all or none; processes that start together take turns.

    Raises DatabaseUnusable: it cannot be reached, is too old or newer than this version, or a migration failed.
    """
    _alone(_upgrade(url, steps_of(modules)))


def is_made(url: str) -> bool:
    """Whether migrations ever ran there; raises DatabaseUnusable."""
    return _alone(_asked(url)) is not None


def in_words(error: BaseException) -> str:
    """Why the database cannot be reached, and what to do about it."""
    match error:
        case asyncpg.InvalidCatalogNameError():
            return f"{error}; make it with `{_CREATE}`, or correct database.url"
        case asyncpg.InvalidAuthorizationSpecificationError():
            return f"PostgreSQL lets nobody in with that user and password ({error}); correct database.url"
        case asyncpg.TooManyConnectionsError():
            return f"PostgreSQL has no connection left ({error}); raise its max_connections or lower database.pool"
        case asyncpg.InsufficientPrivilegeError():
            return f"the user of database.url lacks a right in the database ({error}); let it own the database"
        case asyncpg.PostgresError():
            return f"PostgreSQL refuses: {error}"
        case _:
            reason = str(error) or type(error).__name__
            return f"PostgreSQL does not answer ({reason}); start it, or correct database.url"


def _alone(work: Coroutine[Any, Any, Result]) -> Result:
    """In a loop of its own, wherever this is called from."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def _upgrade(url: str, every: Sequence[Steps]) -> None:
    wire = await _connected(url)
    try:
        await _ask_if_usable(wire)
        if await _lacking(wire, every):
            await _migrate(wire, every)
    except (*LOST, asyncpg.PostgresError) as error:
        raise DatabaseUnusable(in_words(error)) from error
    finally:
        await wire.close(timeout=1)


async def _asked(url: str) -> str | None:
    wire = await _connected(url)
    try:
        return await _stored(wire, Steps.table)
    finally:
        await wire.close(timeout=1)


async def _connected(url: str) -> Wire:
    try:
        return await connect(url)
    except (*LOST, asyncpg.PostgresError, ValueError, OverflowError) as error:  # the last two for ports that are none
        raise DatabaseUnusable(in_words(error)) from error


async def _ask_if_usable(wire: Wire) -> None:
    version, shown, encoding = await wire.fetchrow(
        "SELECT current_setting('server_version_num')::int, current_setting('server_version'),"
        " current_setting('server_encoding')"
    )
    if version < _OLDEST:
        raise DatabaseUnusable(f"this is PostgreSQL {shown}; Zoco needs version {_OLDEST // 10_000} or later")
    if encoding != "UTF8":
        raise DatabaseUnusable(
            f"the database is encoded as {encoding} and cannot keep every text; make another with `{_CREATE}`"
        )


async def _stored(wire: Wire, table: str) -> str | None:
    """The revision in the database; None where none of these migrations ever ran."""
    if await wire.fetchval("SELECT to_regclass($1)", f'"{table}"') is None:
        return None
    found: str | None = await wire.fetchval(f'SELECT version_num FROM "{table}"')  # noqa: S608 - a name of ours
    return found


async def _lacking(wire: Wire, every: Iterable[Steps]) -> list[tuple[Steps, str | None]]:
    """Those of which something must run, each with how far the database is."""
    asked = [(steps, await _stored(wire, steps.table)) for steps in every]
    return [(steps, stored) for steps, stored in asked if steps.lacking(stored, "the database")]


async def _migrate(wire: Wire, every: Iterable[Steps]) -> None:
    """In one transaction, so that a migration that fails leaves nothing."""
    async with wire.transaction():
        await wire.execute(f"SET LOCAL lock_timeout = '{_WAIT}'; SET LOCAL statement_timeout = 0")
        await wire.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        lacking = await _lacking(wire, every)  # less, where another process did it meanwhile
        for steps, stored in lacking:
            await wire.execute(await asyncio.to_thread(_script, steps, stored))
            await wire.execute(_NOTED.format(table=f'"{steps.table}"'))
            await wire.execute(f'INSERT INTO "{steps.table}" VALUES ($1)', steps.newest())  # noqa: S608 - a name of ours
    if lacking:
        log.info("migrate", schema=said(steps for steps, _ in lacking))


def _script(steps: Steps, stored: str | None) -> str:
    """The statements of the migrations after a revision, written by a process of its own, which alone needs Alembic."""
    command = [sys.executable, "-m", "zoco.storage.migrations", "postgresql", str(steps.folder), stored or "base"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if done.returncode:
        log.error("migrate.failed", detail=done.stderr)
        raise DatabaseUnusable(f"the database could not be brought to schema {said([steps])} ({fault_in(done.stderr)})")
    return done.stdout
