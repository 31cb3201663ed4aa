"""The timetable of jobs on SQL engines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, String, Table, bindparam, or_, select, update

from zoco.storage.sql import Instant, SqlTx, Statement, insert_new, metadata

jobs = Table(
    "jobs",
    metadata,
    Column("name", String, primary_key=True),
    Column("due_at", Instant, nullable=False),
)
_LATER = Statement(select(jobs.c.name, jobs.c.due_at).where(jobs.c.due_at > bindparam("now")))
_FIRST = Statement(insert_new(jobs))
_TAKE = Statement(
    update(jobs)
    .where(jobs.c.name == bindparam("job"), or_(jobs.c.due_at <= bindparam("now"), jobs.c.due_at > bindparam("far")))
    .values(due_at=bindparam("again"))
)


class SqlTimetable:
    """The first process that writes the next time has the job."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def later(self, now: datetime) -> Mapping[str, datetime]:
        return {row[0]: row[1] for row in await self._tx.all(_LATER, now=now)}

    async def take(self, job: str, now: datetime, again: datetime) -> bool:
        if await self._tx.run(_TAKE, job=job, now=now, again=again, far=again + (again - now)):
            return True
        return bool(await self._tx.run(_FIRST, name=job, due_at=again))
