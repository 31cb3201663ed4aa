"""The timetable of jobs on MongoDB."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from zoco.storage.documents import MOMENT, TEXT, Collection, MongoTx

JOBS = Collection("tareas", {"_id": TEXT, "due_at": MOMENT})


class MongoTimetable:
    """The first process that writes the next time has the job."""

    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def later(self, now: datetime) -> Mapping[str, datetime]:
        return {row["_id"]: row["due_at"] for row in await self._tx.all(JOBS, {"due_at": {"$gt": now}})}

    async def take(self, job: str, now: datetime, again: datetime) -> bool:
        found = await self._tx.one(JOBS, {"_id": job})
        if found is None:
            await self._tx.insert(JOBS, [{"_id": job, "due_at": again}])
            return True
        due = {"_id": job, "$or": [{"due_at": {"$lte": now}}, {"due_at": {"$gt": again + (again - now)}}]}
        return await self._tx.update(JOBS, due, {"$set": {"due_at": again}})
