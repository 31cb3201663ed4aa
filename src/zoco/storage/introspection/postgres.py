"""Reading of PostgreSQL databases, by the driver that the shop has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from zoco.storage.engine import DatabaseUnusable
from zoco.storage.postgres_pool import CONNECT_SECONDS, LOST

Result = TypeVar("Result")


def run(url: str, work: Callable[[Connection], Result]) -> Result:
    """Do the work in a transaction that can only read; raises DatabaseUnusable."""
    return asyncio.run(_run(url, work))


async def _run(url: str, work: Callable[[Connection], Result]) -> Result:
    try:
        wire = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except (*LOST, asyncpg.PostgresError, ValueError, OverflowError) as error:
        raise DatabaseUnusable(_in_words(error)) from error

    async def connected() -> asyncpg.Connection:
        return wire

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connected, poolclass=NullPool)
    only_reads = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    try:
        async with engine.connect() as connection:
            return await (await connection.execution_options(**only_reads)).run_sync(work)
    except (*LOST, SQLAlchemyError) as error:
        cause = getattr(error, "orig", None)
        raise DatabaseUnusable(_in_words((cause and cause.__cause__) or error)) from error
    finally:
        wire.terminate()


def _in_words(error: BaseException) -> str:
    first_line, *_ = str(error).splitlines() or [type(error).__name__]
    match error:
        case asyncpg.InvalidCatalogNameError():
            return f"there is no such database ({first_line})"
        case asyncpg.InvalidAuthorizationSpecificationError():
            return f"PostgreSQL lets nobody in with that user and password ({first_line})"
        case asyncpg.InsufficientPrivilegeError():
            return f"this user may not read the database ({first_line})"
        case asyncpg.PostgresError():
            return f"PostgreSQL refuses: {first_line}"
        case _:
            return f"PostgreSQL does not answer ({first_line})"
