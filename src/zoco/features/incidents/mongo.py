"""Incidents on MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zoco.features.incidents.models import Case, Incident, IncidentQuery
from zoco.kit.ids import IncidentId, UserId
from zoco.kit.mishaps import Source
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.storage.documents import (
    COUNT,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    Collection,
    Document,
    Index,
    MongoTx,
    maybe,
    maybe_key,
)
from zoco.storage.mongo_moving import rising

_LINE = ("source", "place", "kind", "message", "count", "first_at", "last_at", "solved_at", "solved_by")
INCIDENTS = Collection(
    "errores",
    {
        "_id": TEXT,
        "source": TEXT,
        "place": TEXT,
        "kind": TEXT,
        "message": TEXT,
        "trace": TEXT,
        "count": COUNT,
        "first_at": MOMENT,
        "last_at": MOMENT,
        "solved": FLAG,
        "solved_at": maybe(MOMENT),
        "solved_by": TEXT,
    },
    indexes=[Index([("last_at", 1), ("_id", 1)])],
)
CASES = Collection(
    "errores_casos",
    {"_id": TEXT, "incident": TEXT, "at": MOMENT, "place": TEXT, "actor": maybe(ID)},
    indexes=[Index([("at", 1), ("_id", 1)]), Index([("incident", 1), ("at", 1), ("_id", 1)])],
)


class MongoIncidents:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, incident: Incident) -> None:
        change = {
            "$inc": {"count": incident.count},
            "$set": {
                "last_at": incident.last_at,
                "place": incident.place,
                "message": incident.message,
                "trace": incident.trace,
                "solved": False,
                "solved_at": None,
            },
        }
        if not await self._tx.update(INCIDENTS, {"_id": incident.id}, change):
            await self.restore(incident)

    async def get(self, incident: IncidentId) -> Incident | None:
        found = await self._tx.one(INCIDENTS, {"_id": incident})
        return _incident(found) if found else None

    async def page(self, query: IncidentQuery) -> Page[Incident]:
        where: Document = {} if query.solved is None else {"solved": query.solved}
        if query.after:
            last, last_id = after_cursor(query.after, tuple[datetime, str])
            where["$or"] = [{"last_at": {"$lt": last}}, {"last_at": last, "_id": {"$lt": last_id}}]
        found = await self._tx.all(INCIDENTS, where, [("last_at", -1), ("_id", -1)], query.limit + 1, _LINE)
        return cut_page([_incident(row) for row in found], query.limit, lambda line: (line.last_at, line.id))

    async def solve(self, incident: IncidentId, at: datetime | None, by: str) -> bool:
        change = {"solved": at is not None, "solved_at": at, "solved_by": by}
        return await self._tx.update(INCIDENTS, {"_id": incident}, {"$set": change})

    async def keep(self, most: int) -> None:
        await _keep(self._tx, INCIDENTS, "last_at", most)

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Incident]]:
        return [(row["_id"], _incident(row)) for row in await rising(self._tx, INCIDENTS, after, limit)]

    async def restore(self, record: Incident) -> None:
        document = {
            "_id": record.id,
            "source": record.source.value,
            "place": record.place,
            "kind": record.kind,
            "message": record.message,
            "trace": record.trace,
            "count": record.count,
            "first_at": record.first_at,
            "last_at": record.last_at,
            "solved": record.solved_at is not None,
            "solved_at": record.solved_at,
            "solved_by": record.solved_by,
        }
        await self._tx.insert(INCIDENTS, [document])


class MongoCases:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, cases: Sequence[Case]) -> None:
        wanted = {case.id: case for case in cases}
        there = await self._tx.all(CASES, {"_id": {"$in": list(wanted)}}, fields=["incident"])
        for row in there:
            del wanted[row["_id"]]
        await self._tx.insert(CASES, [_document(case) for case in wanted.values()])

    async def get(self, case: str) -> Case | None:
        found = await self._tx.one(CASES, {"_id": case})
        return _case(found) if found else None

    async def of(self, incident: IncidentId, limit: int) -> list[Case]:
        found = await self._tx.all(CASES, {"incident": incident}, [("at", -1), ("_id", -1)], limit)
        return [_case(row) for row in found]

    async def keep(self, most: int) -> None:
        await _keep(self._tx, CASES, "at", most)

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Case]]:
        return [(row["_id"], _case(row)) for row in await rising(self._tx, CASES, after, limit)]

    async def restore(self, record: Case) -> None:
        await self._tx.insert(CASES, [_document(record)])


async def _keep(tx: MongoTx, collection: Collection, moment: str, most: int) -> None:
    cut: list[Document] = [{"$sort": {moment: -1, "_id": -1}}, {"$skip": most}, {"$limit": 1}]
    for last in await tx.grouped(collection, cut):
        at = last[moment]
        older = {"$or": [{moment: {"$lt": at}}, {moment: at, "_id": {"$lte": last["_id"]}}]}
        await tx.delete(collection, older)


def _incident(row: Document) -> Incident:
    return Incident(
        id=IncidentId(row["_id"]),
        source=Source(row["source"]),
        place=row["place"],
        kind=row["kind"],
        message=row["message"],
        trace=row.get("trace", ""),
        count=int(row["count"]),
        first_at=row["first_at"],
        last_at=row["last_at"],
        solved_at=row["solved_at"],
        solved_by=row["solved_by"],
    )


def _document(case: Case) -> Document:
    return {
        "_id": case.id,
        "incident": case.incident,
        "at": case.at,
        "place": case.place,
        "actor": maybe_key(case.actor),
    }


def _case(row: Document) -> Case:
    actor = row["actor"]
    return Case(
        id=row["_id"],
        incident=IncidentId(row["incident"]),
        at=row["at"],
        place=row["place"],
        actor=None if actor is None else UserId(str(actor)),
    )
