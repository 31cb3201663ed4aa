"""Brings a PostgreSQL database to the schema of this version, and says in words why one cannot be used."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import asyncpg
import structlog

from zoco.storage import migrate
from zoco.storage.engine import DatabaseUnusable, SchemaNewer
from zoco.storage.postgres_pool import LOST, Wire, connect

log = structlog.get_logger("zoco.migrate")
Result = TypeVar("Result")

_OLDEST = 150_000
_LOCK = 0x7A6F636F  # "zoco": whoever migrates holds it
_WAIT = "60s"
_CREATE = "createdb --encoding=UTF8 --template=template0 NAME"


def upgrade(url: str) -> None:
    """Run the migrations that the database lacks, all or none; processes that start together take turns.

    Raises DatabaseUnusable: it cannot be reached, is too old or newer than this version, or a migration failed.
    """
    _alone(_upgrade(url))


def is_made(url: str) -> bool:
    """Whether migrations ever ran there; raises DatabaseUnusable."""
    return _alone(_asked(url)) is not None


def in_words(error: BaseException) -> str:
    """Why the database cannot be reached, and what to do about it."""
    match error:
        case asyncpg.InvalidCatalogNameError():
            return (
                f"{error}; make it with `createdb --encoding=UTF8 --template=template0 NAME`, or correct database.url"
            )
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


async def _upgrade(url: str) -> None:
    wire = await _connected(url)
    try:
        await _ask_if_usable(wire)
        if _lacks(await _stored(wire)):
            await _migrate(wire)
    except (*LOST, asyncpg.PostgresError) as error:
        raise DatabaseUnusable(in_words(error)) from error
    finally:
        await wire.close(timeout=1)


async def _asked(url: str) -> str | None:
    wire = await _connected(url)
    try:
        return await _stored(wire)
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


async def _stored(wire: Wire) -> str | None:
    """The revision in the database; None where no migration ever ran."""
    if await wire.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    found: str | None = await wire.fetchval("SELECT version_num FROM alembic_version")
    return found


def _lacks(stored: str | None) -> bool:
    needed = migrate.newest()
    if stored is not None and stored > needed:
        raise SchemaNewer(
            f"the database has schema {stored}, this version knows up to {needed}; install the version that wrote it"
        )
    return stored != needed


async def _migrate(wire: Wire) -> None:
    """In one transaction, so that a migration that fails leaves nothing."""
    async with wire.transaction():
        await wire.execute(f"SET LOCAL lock_timeout = '{_WAIT}'; SET LOCAL statement_timeout = 0")
        await wire.execute(f"SELECT pg_advisory_xact_lock({_LOCK})")
        stored = await _stored(wire)
        if not _lacks(stored):  # another process did it meanwhile
            return
        await wire.execute(await asyncio.to_thread(_script, stored))
        await wire.execute(
            "CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT PRIMARY KEY); DELETE FROM alembic_version"
        )
        await wire.execute("INSERT INTO alembic_version VALUES ($1)", migrate.newest())
    log.info("migrate", schema=migrate.newest())


def _script(stored: str | None) -> str:
    """The statements of the migrations after a revision, written by a process of its own, which alone needs Alembic."""
    command = [sys.executable, "-m", "zoco.storage.migrations", str(migrate.FOLDER), "postgresql", stored or "base"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if done.returncode:
        log.error("migrate.failed", detail=done.stderr)
        fault = (done.stderr.strip().splitlines() or ["it ended at once"])[-1]
        raise DatabaseUnusable(f"the database could not be brought to schema {migrate.newest()} ({fault})")
    return done.stdout
