"""The audit log on MongoDB."""

from __future__ import annotations

from datetime import datetime

from zoco.features.audit.models import Deed, DeedQuery
from zoco.kit.ids import DeedId, UserId
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.kit.text import email_key
from zoco.storage.documents import ID, MOMENT, TEXT, Collection, Document, Index, MongoTx, below, key
from zoco.storage.mongo_moving import rising

_LATEST = [("at", 1), ("_id", 1)]
DEEDS = Collection(
    "auditoria",
    {
        "_id": ID,
        "at": MOMENT,
        "actor": ID,
        "name": TEXT,
        "email": TEXT,
        "email_key": TEXT,
        "action": TEXT,
        "subject": TEXT,
        "details": {"bsonType": "object"},
    },
    indexes=[
        Index(_LATEST),
        *(Index([(name, 1), *_LATEST]) for name in ("actor", "email_key", "action", "subject")),
    ],
)


class MongoDeeds:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, deed: Deed) -> None:
        document = {
            "_id": key(deed.id),
            "at": deed.at,
            "actor": key(deed.actor),
            "name": deed.name,
            "email": deed.email,
            "email_key": email_key(deed.email),
            "action": deed.action,
            "subject": deed.subject,
            "details": deed.details,
        }
        await self._tx.insert(DEEDS, [document])

    async def page(self, query: DeedQuery) -> Page[Deed]:
        where: Document = {name: value for name in ("action", "subject") if (value := getattr(query, name))}
        both: list[Document] = []
        if query.person:
            both.append({"$or": [{"actor": key(query.person)}, {"email_key": query.person}]})
        if query.since:
            both.append({"at": {"$gte": query.since}})
        if query.until:
            both.append({"at": {"$lt": query.until}})
        if query.after:
            last, last_id = after_cursor(query.after, tuple[datetime, str])
            both += [{"at": {"$lte": last}}, {"$or": [{"at": {"$lt": last}}, {"at": last, "_id": below(last_id)}]}]
        if both:
            where["$and"] = both
        found = await self._tx.all(DEEDS, where, sort=[("at", -1), ("_id", -1)], limit=query.limit + 1)
        return cut_page([_deed(row) for row in found], query.limit, lambda deed: (deed.at, deed.id))

    async def actions(self) -> list[str]:
        grouped = await self._tx.grouped(DEEDS, [{"$group": {"_id": "$action"}}, {"$sort": {"_id": 1}}])
        return [row["_id"] for row in grouped]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Deed]]:
        return [(str(row["_id"]), _deed(row)) for row in await rising(self._tx, DEEDS, after, limit)]

    async def restore(self, record: Deed) -> None:
        await self.add(record)


def _deed(row: Document) -> Deed:
    details = {
        name: int(value) if type(value) not in (bool, str, type(None)) else value
        for name, value in row["details"].items()
    }
    return Deed(
        id=DeedId(str(row["_id"])),
        at=row["at"],
        actor=UserId(str(row["actor"])),
        name=row["name"],
        email=row["email"],
        action=row["action"],
        subject=row["subject"],
        details=details,
    )
