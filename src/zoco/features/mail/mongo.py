"""Mails on MongoDB."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from zoco.features.mail.models import Fault, Mail, MailLine, MailQuery, MailState, Verdict
from zoco.kit.ids import MailId
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
    below,
    key,
    maybe,
    one_of,
)
from zoco.storage.mongo_moving import rising

MAILS = Collection(
    "correos",
    {
        "_id": ID,
        "key": TEXT,
        "to": TEXT,
        "language": TEXT,
        "template": TEXT,
        "subject": TEXT,
        "text": TEXT,
        "html": TEXT,
        "message_id": TEXT,
        "created_at": MOMENT,
        "sent_at": maybe(MOMENT),
    },
    loose={
        "about": TEXT,
        "private": FLAG,
        "state": one_of(*MailState),
        "attempts": COUNT,
        "tried_at": maybe(MOMENT),
        "fault": maybe(TEXT),
        "error": TEXT,
        "event": TEXT,
        "words": TEXT,
        "reopened_at": maybe(MOMENT),
    },
    indexes=[Index([("key", 1)], unique=True), Index([("state", 1), ("_id", 1)]), Index([("about", 1), ("_id", 1)])],
)
_WITH_LINKS = ("accounts/welcome", "accounts/verify", "accounts/reset")
"""Those of the shop's first version, which did not say so itself."""
_SHARED = tuple(MailLine.__struct_fields__)
_HEAD = tuple(name for name in _SHARED if name != "id")


class MongoMails:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, mail: Mail) -> bool:
        if await self._tx.one(MAILS, {"$or": [{"key": mail.key}, {"_id": key(mail.id)}]}):
            return False
        document = msgspec.structs.asdict(mail)
        await self._tx.insert(
            MAILS, [{"_id": key(document.pop("id")), **document, "state": mail.state.value, "words": mail.words}]
        )
        return True

    async def get(self, mail: MailId) -> Mail | None:
        found = await self._tx.one(MAILS, {"_id": key(mail)})
        return _mail(found) if found else None

    async def mark_sent(self, mail: MailId, now: datetime) -> None:
        await self._tried(mail, now, {"sent_at": now, "state": "sent", "fault": None, "error": ""})

    async def mark_tried(self, mail: MailId, now: datetime, verdict: Verdict, *, failed: bool) -> None:
        becomes = MailState.FAILED if failed else MailState.WAITING
        fault = verdict.fault and verdict.fault.value
        await self._tried(mail, now, {"state": becomes.value, "fault": fault, "error": verdict.words})

    async def reopen(self, mail: MailId, event: str, now: datetime) -> bool:
        gone = {"_id": key(mail), "$or": [{"sent_at": {"$ne": None}}, {"state": "failed"}]}
        change = {"state": "waiting", "sent_at": None, "event": event, "reopened_at": now}
        return await self._tx.update(MAILS, gone, {"$set": change})

    async def forget(self, state: MailState, before: datetime, limit: int) -> int:
        oldest = await self._tx.all(
            MAILS, {"state": state.value}, sort=[("_id", 1)], limit=limit, fields=["created_at"]
        )
        old = [row["_id"] for row in oldest if row["created_at"] < before]
        return await self._tx.delete(MAILS, {"_id": {"$in": old}}) if old else 0

    async def page(self, query: MailQuery) -> Page[MailLine]:
        where: Document = {name: value for name in ("about", "template") if (value := getattr(query, name))}
        if query.state:
            where["state"] = query.state.value
        if query.words:  # mails of the shop's first version have no words
            typed = {"$regex": re.escape(query.q), "$options": "i"}
            where["$or"] = [{"words": {"$regex": re.escape(query.words)}}, {"to": typed}, {"subject": typed}]
        if query.after:
            (last,) = after_cursor(query.after, tuple[str])
            where["_id"] = below(last)
        found = await self._tx.all(MAILS, where, sort=[("_id", -1)], limit=query.limit + 1, fields=_HEAD)
        return cut_page([MailLine(**_shared(row)) for row in found], query.limit, lambda mail: (mail.id,))

    async def count(self) -> Mapping[MailState, int]:
        grouped = await self._tx.grouped(MAILS, [{"$group": {"_id": "$state", "count": {"$sum": 1}}}])
        return {MailState(row["_id"]): int(row["count"]) for row in grouped if row["_id"]}

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Mail]]:
        return [(str(row["_id"]), _mail(row)) for row in await rising(self._tx, MAILS, after, limit)]

    async def restore(self, record: Mail) -> None:
        await self.add(record)

    async def _tried(self, mail: MailId, now: datetime, values: Document) -> None:
        change = {"$set": {**values, "tried_at": now}, "$inc": {"attempts": 1}}
        await self._tx.update(MAILS, {"_id": key(mail), "sent_at": None}, change)


def _shared(row: Document) -> dict[str, Any]:
    """What the log shows; documents of the first version have less."""
    sent = "sent" if row["sent_at"] else "waiting"
    given = {name: row[name] for name in _SHARED if name in row}
    given |= {"id": MailId(str(row["_id"])), "state": MailState(row.get("state", sent))}
    given["private"] = row.get("private", row["template"] in _WITH_LINKS)
    if fault := row.get("fault"):
        given["fault"] = Fault(fault)
    return given


def _mail(row: Document) -> Mail:
    return Mail(**_shared(row), key=row["key"], text=row["text"], html=row["html"], message_id=row["message_id"])
