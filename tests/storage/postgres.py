"""Shelves in a PostgreSQL shop, and a hand inside the server: what the engine's own tests share."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
from sqlalchemy import bindparam, insert, select, text, update
from tests.storage.shelf import ThingPut

from zoco.app import installed
from zoco.features.catalogue.sql import categories
from zoco.kit.store import use_case
from zoco.storage.postgres import PostgresStore
from zoco.storage.sql import Statement, constant
from zoco.storage.sql_adapters import sql_adapters
from zoco.testing.clock import FrozenClock

_c = categories.c
PUT = Statement(insert(categories).values({name: bindparam(name) for name in ("id", "slug", "name")}))
NAMES = Statement(select(_c.slug).order_by(_c.slug))
OLD = Statement(select(_c.name).where(_c.slug == bindparam("place")), held=True)
RENAME = Statement(update(categories).where(_c.slug == bindparam("place")).values(name=bindparam("new")))
APPEND = Statement(update(categories).where(_c.slug == bindparam("place")).values(name=_c.name + constant("+")))
BACKEND = Statement(text("SELECT pg_backend_pid()"))
END_BACKEND = "SELECT pg_terminate_backend($1)"


def store_at(url: str, pool: int = 4) -> PostgresStore:
    """What a process of the shop would open."""
    return PostgresStore(url, FrozenClock(), sql_adapters(installed()), pool)


@contextlib.asynccontextmanager
async def opened(url: str, pool: int = 4) -> AsyncIterator[PostgresStore]:
    store = store_at(url, pool)
    await store.start()
    try:
        yield store
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def hand(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody at the server itself."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def put(store: PostgresStore, name: str) -> str:
    """The simplest use case."""
    async with store.write() as tx:
        await tx.run(PUT, id=name, slug=name, name=name)
        tx.emit(ThingPut(name=name))
    return name


async def names(store: PostgresStore) -> list[str]:
    async with store.read() as tx:
        return [row[0] for row in await tx.all(NAMES)]


@use_case
async def lengthen(store: PostgresStore, name: str) -> None:
    """Read and write what others want to read and write as well."""
    async with store.write() as tx:
        ((old,),) = await tx.all(OLD, place=name)
        await tx.run(RENAME, place=name, new=f"{old}+")


async def name_of(store: PostgresStore, place: str) -> str:
    async with store.read() as tx:
        ((name,),) = await tx.all(OLD, place=place)
    return str(name)


async def fails(awaitable: Any) -> str:
    """The name of what is raised; empty where nothing is."""
    try:
        await awaitable
    except Exception as error:  # noqa: BLE001 - it is looked at
        return type(error).__name__
    return ""
