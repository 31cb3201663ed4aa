"""Tries counted in MongoDB, for all processes of a shop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ReturnDocument

from zoco.kit.ratelimit import ROUNDING
from zoco.storage.documents import MOMENT, TEXT, Collection, Document, Index
from zoco.storage.mongo_errors import meant
from zoco.storage.mongo_once import make_sure

_SECONDS = {"bsonType": ["double", "int", "long"]}
TRIES = Collection(
    "intentos",
    {"_id": TEXT, "owed": _SECONDS, "until": _SECONDS, "at": MOMENT},
    indexes=[Index([("at", 1)], expires=0)],
)
_AFTERWARDS = timedelta(minutes=1)  # that a document is kept once its key owes nothing, for clocks that differ


class MongoTries:
    """One document for each key, in one step that no other process can come between."""

    def __init__(self, database: Any) -> None:
        self._tries = database[TRIES.name]

    async def count(self, key: str, now: float, each: float, most: float) -> float:
        before = {"$cond": [{"$lte": ["$until", now + 2 * most]}, {"$max": ["$until", now]}, now]}
        counted = {"$lte": ["$owed", now + most + ROUNDING]}
        at = datetime.fromtimestamp(now + most, UTC) + _AFTERWARDS
        change: list[Document] = [
            {"$set": {"owed": {"$add": [before, each]}}},
            {"$set": {"until": {"$cond": [counted, "$owed", before]}, "at": at}},
        ]
        with meant():
            while (found := await self._change(key, change)) is None:
                await make_sure(self._tries, {"_id": key, "owed": now, "until": now, "at": at})
        return float(found["owed"]) - now - most

    async def forget(self, key: str) -> None:
        with meant():
            await self._tries.delete_one({"_id": key})

    async def prune(self, now: float) -> None:
        """The server does."""

    async def _change(self, key: str, change: list[Document]) -> Document | None:
        found: Document | None = await self._tries.find_one_and_update(
            {"_id": key}, change, return_document=ReturnDocument.AFTER
        )
        return found
