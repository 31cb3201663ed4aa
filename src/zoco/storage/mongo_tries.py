"""Tries counted in MongoDB, for all processes of a shop."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.errors import DuplicateKeyError

from zoco.kit.ratelimit import ROUNDING
from zoco.storage.documents import MOMENT, TEXT, Collection, Index
from zoco.storage.mongo_errors import meant

TRIES = Collection(
    "intentos",
    {"_id": TEXT, "until": {"bsonType": ["double", "int", "long"]}, "at": MOMENT},
    indexes=[Index([("at", 1)], expires=0)],
)


class MongoTries:
    """One document for each key, changed only while it is as it was read."""

    def __init__(self, database: Any) -> None:
        self._tries = database[TRIES.name]

    async def count(self, key: str, now: float, each: float, most: float) -> float:
        with meant():
            while True:
                found = await self._tries.find_one({"_id": key})
                until = max(found["until"] if found else now, now) + each
                over = until - now - most
                if over > ROUNDING or await self._owe(key, found and found["until"], until):
                    return over

    async def forget(self, key: str) -> None:
        with meant():
            await self._tries.delete_one({"_id": key})

    async def _owe(self, key: str, before: float | None, until: float) -> bool:
        """Whether it was still as it had been."""
        at = datetime.fromtimestamp(until, UTC) + timedelta(minutes=1)
        if before is not None:
            changed = await self._tries.update_one({"_id": key, "until": before}, {"$set": {"until": until, "at": at}})
            return bool(changed.matched_count)
        try:
            await self._tries.insert_one({"_id": key, "until": until, "at": at})
        except DuplicateKeyError:
            return False
        return True
