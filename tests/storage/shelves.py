"""MongoDB as its own tests use it: stores on one database, and categories as the simplest documents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo import AsyncMongoClient
from tests.storage.shelf import ThingPut

from zoco.app import installed
from zoco.features.catalogue.mongo import CATEGORIES
from zoco.kit.store import use_case
from zoco.storage.documents import Document
from zoco.storage.mongo import MongoStore, MongoTransaction, open_store
from zoco.testing.clock import FrozenClock


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[MongoStore]:
    """What another process would open."""
    store = await asyncio.to_thread(open_store, url, FrozenClock(), installed())
    await store.start()
    yield store
    await store.close()


@asynccontextmanager
async def server_away() -> AsyncIterator[AsyncMongoClient[Document]]:
    """A client of a server that is not there. Not by TCP: closed while it connects, pymongo leaves its socket open."""
    async with AsyncMongoClient[Document]("mongodb://%2Fnowhere%2Fmongodb.sock", serverSelectionTimeoutMS=50) as client:
        yield client


@use_case
async def put(store: MongoStore, name: str) -> None:
    async with store.write() as tx:
        await tx.insert(CATEGORIES, [{"_id": name, "slug": name, "name": name}])
        tx.emit(ThingPut(name=name))


@use_case
async def lengthen(store: MongoStore, slug: str) -> None:
    async with store.write() as tx:
        await lengthen_in(tx, slug)


async def lengthen_in(tx: MongoTransaction, slug: str) -> None:
    (row,) = await tx.all(CATEGORIES, {"slug": slug})
    await tx.update(CATEGORIES, {"slug": slug}, {"$set": {"name": f"{row['name']}+"}})


async def names(store: MongoStore) -> list[str]:
    async with store.read() as tx:
        return [row["name"] for row in await tx.all(CATEGORIES, {}, sort=[("name", 1)])]
