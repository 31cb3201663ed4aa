"""Incidents on SQL engines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
)

from zoco.features.incidents.models import Case, Incident, IncidentQuery
from zoco.kit.ids import IncidentId
from zoco.kit.mishaps import Source
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.storage.sql import Instant, Row, SqlTx, Statement, constant, insert_new, metadata
from zoco.storage.sql_moving import Rising

incidents = Table(
    "incidents",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("place", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("trace", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("solved", Boolean, nullable=False),
    Column("solved_at", Instant),
    Column("solved_by", String, nullable=False),
)
cases = Table(
    "incident_cases",
    metadata,
    Column("id", String, primary_key=True),
    Column("incident", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("place", String, nullable=False),
    Column("actor", String),
)
_i, _c = incidents.c, cases.c
Index("ix_incidents_latest", _i.last_at, _i.id)
Index("ix_incident_cases_latest", _c.at, _c.id)
Index("ix_incident_cases_incident", _c.incident, _c.at, _c.id)

_LINE = (
    _i.id, _i.source, _i.place, _i.kind, _i.message, _i["count"], _i.first_at, _i.last_at, _i.solved_at, _i.solved_by,
)  # fmt: skip
_WHOLE = (*_LINE, _i.trace)
_CASE = (_c.id, _c.incident, _c.at, _c.place, _c.actor)

_AGAIN = Statement(
    update(incidents)
    .where(_i.id == bindparam("row_id"))
    .values(
        count=_i["count"] + bindparam("more"),
        last_at=bindparam("last"),
        place=bindparam("now_place"),
        message=bindparam("now_message"),
        trace=bindparam("now_trace"),
        solved=bindparam("no"),
        solved_at=bindparam("none"),
    )
)
_ADD = Statement(insert(incidents))
_GET = Statement(select(*_WHOLE).where(_i.id == bindparam("row_id")))
_LATEST = select(*_LINE).order_by(_i.last_at.desc(), _i.id.desc()).limit(bindparam("most"))
_BEFORE = tuple_(_i.last_at, _i.id) < tuple_(bindparam("last"), bindparam("last_id"))
_PAGES = {
    (narrowed, further): Statement(
        _LATEST.where(*((_i.solved == bindparam("wanted"),) if narrowed else ()), *((_BEFORE,) if further else ()))
    )
    for narrowed in (False, True)
    for further in (False, True)
}
_SOLVE = Statement(
    update(incidents)
    .where(_i.id == bindparam("row_id"))
    .values(solved=bindparam("done"), solved_at=bindparam("moment"), solved_by=bindparam("person"))
)
_LAST_KEPT = Statement(
    select(_i.last_at, _i.id).order_by(_i.last_at.desc(), _i.id.desc()).limit(constant(1)).offset(bindparam("most"))
)
_FORGET = Statement(
    delete(incidents).where(tuple_(_i.last_at, _i.id) <= tuple_(bindparam("last"), bindparam("last_id")))
)
_RECORDS = Rising(select(*_WHOLE), _i.id)

_ADD_CASE = Statement(insert_new(cases))
_GET_CASE = Statement(select(*_CASE).where(_c.id == bindparam("row_id")))
_CASES = Statement(
    select(*_CASE)
    .where(_c.incident == bindparam("kind_of"))
    .order_by(_c.at.desc(), _c.id.desc())
    .limit(bindparam("most"))
)
_LAST_CASE = Statement(
    select(_c.at, _c.id).order_by(_c.at.desc(), _c.id.desc()).limit(constant(1)).offset(bindparam("most"))
)
_FORGET_CASES = Statement(delete(cases).where(tuple_(_c.at, _c.id) <= tuple_(bindparam("last"), bindparam("last_id"))))
_CASE_RECORDS = Rising(select(*_CASE), _c.id)


class SqlIncidents:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, incident: Incident) -> None:
        known = await self._tx.run(
            _AGAIN,
            row_id=incident.id,
            more=incident.count,
            last=incident.last_at,
            now_place=incident.place,
            now_message=incident.message,
            now_trace=incident.trace,
            no=False,
            none=None,
        )
        if not known:
            await self.restore(incident)

    async def get(self, incident: IncidentId) -> Incident | None:
        row = await self._tx.one(_GET, row_id=incident)
        return _incident(row) if row else None

    async def page(self, query: IncidentQuery) -> Page[Incident]:
        values = {} if query.solved is None else {"wanted": query.solved}
        further = {}
        if query.after:
            last, last_id = after_cursor(query.after, tuple[datetime, str])
            further = {"last": last, "last_id": last_id}
        statement = _PAGES[query.solved is not None, bool(further)]
        rows = await self._tx.all(statement, most=query.limit + 1, **values, **further)
        return cut_page([_incident(row) for row in rows], query.limit, lambda found: (found.last_at, found.id))

    async def solve(self, incident: IncidentId, at: datetime | None, by: str) -> bool:
        return bool(await self._tx.run(_SOLVE, row_id=incident, done=at is not None, moment=at, person=by))

    async def keep(self, most: int) -> None:
        if row := await self._tx.one(_LAST_KEPT, most=most):
            await self._tx.run(_FORGET, last=row[0], last_id=row[1])

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Incident]]:
        return [(row[-1], _incident(row[:-1])) for row in await _RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: Incident) -> None:
        await self._tx.run(
            _ADD,
            id=record.id,
            source=record.source.value,
            place=record.place,
            kind=record.kind,
            message=record.message,
            trace=record.trace,
            count=record.count,
            first_at=record.first_at,
            last_at=record.last_at,
            solved=record.solved_at is not None,
            solved_at=record.solved_at,
            solved_by=record.solved_by,
        )


class SqlCases:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, cases: Sequence[Case]) -> None:
        for case in cases:
            await self.restore(case)

    async def get(self, case: str) -> Case | None:
        row = await self._tx.one(_GET_CASE, row_id=case)
        return _case(row) if row else None

    async def of(self, incident: IncidentId, limit: int) -> list[Case]:
        return [_case(row) for row in await self._tx.all(_CASES, kind_of=incident, most=limit)]

    async def keep(self, most: int) -> None:
        if row := await self._tx.one(_LAST_CASE, most=most):
            await self._tx.run(_FORGET_CASES, last=row[0], last_id=row[1])

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Case]]:
        return [(row[-1], _case(row)) for row in await _CASE_RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: Case) -> None:
        await self._tx.run(
            _ADD_CASE, id=record.id, incident=record.incident, at=record.at, place=record.place, actor=record.actor
        )


def _incident(row: Row) -> Incident:
    return Incident(
        id=row[0],
        source=Source(row[1]),
        place=row[2],
        kind=row[3],
        message=row[4],
        count=row[5],
        first_at=row[6],
        last_at=row[7],
        solved_at=row[8],
        solved_by=row[9],
        trace=row[10] if len(row) > len(_LINE) else "",
    )


def _case(row: Row) -> Case:
    return Case(id=row[0], incident=row[1], at=row[2], place=row[3], actor=row[4])
