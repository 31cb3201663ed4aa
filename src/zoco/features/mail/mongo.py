"""Mails on MongoDB."""

from __future__ import annotations

from datetime import datetime

from zoco.features.mail.models import Mail
from zoco.kit.ids import MailId
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.storage.documents import (
    ID,
    MOMENT,
    TEXT,
    Collection,
    Document,
    Index,
    MongoTx,
    above,
    below,
    key,
    maybe,
)

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
    indexes=[Index([("key", 1)], unique=True)],
)


class MongoMails:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, mail: Mail) -> bool:
        if await self._tx.one(MAILS, {"$or": [{"key": mail.key}, {"_id": key(mail.id)}]}):
            return False
        await self._tx.insert(MAILS, [_document(mail)])
        return True

    async def get(self, mail: MailId) -> Mail | None:
        found = await self._tx.one(MAILS, {"_id": key(mail)})
        return _mail(found) if found else None

    async def mark_sent(self, mail: MailId, now: datetime) -> None:
        await self._tx.update(MAILS, {"_id": key(mail), "sent_at": None}, {"$set": {"sent_at": now}})

    async def page(self, after: str | None, limit: int) -> Page[Mail]:
        where: Document = {}
        if after:
            (last,) = after_cursor(after, tuple[str])
            where["_id"] = below(last)
        found = await self._tx.all(MAILS, where, sort=[("_id", -1)], limit=limit + 1)
        return cut_page([_mail(row) for row in found], limit, lambda mail: (mail.id,))

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Mail]]:
        where = {} if after is None else {"_id": above(after)}
        found = await self._tx.all(MAILS, where, sort=[("_id", 1)], limit=limit)
        return [(str(row["_id"]), _mail(row)) for row in found]

    async def restore(self, record: Mail) -> None:
        await self.add(record)


def _document(mail: Mail) -> Document:
    return {
        "_id": key(mail.id),
        "key": mail.key,
        "to": mail.to,
        "language": mail.language,
        "template": mail.template,
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "message_id": mail.message_id,
        "created_at": mail.created_at,
        "sent_at": mail.sent_at,
    }


def _mail(row: Document) -> Mail:
    return Mail(
        id=MailId(str(row["_id"])),
        key=row["key"],
        to=row["to"],
        language=row["language"],
        template=row["template"],
        subject=row["subject"],
        text=row["text"],
        html=row["html"],
        message_id=row["message_id"],
        created_at=row["created_at"],
        sent_at=row["sent_at"],
    )
