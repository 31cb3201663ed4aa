"""Mails on SQL engines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, Table, Text, bindparam, select, true, update

from zoco.features.mail.models import Mail
from zoco.kit.ids import MailId
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.storage.sql import Instant, Row, SqlTx, Statement, insert_new, metadata
from zoco.storage.sql_moving import Rising

mails = Table(
    "mails",
    metadata,
    Column("id", String, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("recipient", String, nullable=False),
    Column("language", String, nullable=False),
    Column("template", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("message_id", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
)
_c = mails.c
_SHOWN = (
    _c.id, _c.key, _c.recipient, _c.language, _c.template, _c.subject, _c.text, _c.html, _c.message_id, _c.created_at,
    _c.sent_at,
)  # fmt: skip
_ADD = Statement(insert_new(mails))
_GET = Statement(select(*_SHOWN).where(_c.id == bindparam("id")))
_RECORDS = Rising(select(*_SHOWN), _c.id)
_MARK_SENT = Statement(
    update(mails).where(_c.id == bindparam("row_id"), _c.sent_at.is_(None)).values(sent_at=bindparam("now"))
)
_PAGE = {
    further: Statement(
        select(*_SHOWN)
        .where(_c.id < bindparam("last") if further else true())
        .order_by(_c.id.desc())
        .limit(bindparam("most"))
    )
    for further in (True, False)
}


class SqlMails:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, mail: Mail) -> bool:
        added = await self._tx.run(
            _ADD,
            id=mail.id,
            key=mail.key,
            recipient=mail.to,
            language=mail.language,
            template=mail.template,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            message_id=mail.message_id,
            created_at=mail.created_at,
            sent_at=mail.sent_at,
        )
        return added == 1

    async def get(self, mail: MailId) -> Mail | None:
        row = await self._tx.one(_GET, id=mail)
        return _mail(row) if row else None

    async def mark_sent(self, mail: MailId, now: datetime) -> None:
        await self._tx.run(_MARK_SENT, row_id=mail, now=now)

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Mail]]:
        return [(row[-1], _mail(row)) for row in await _RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: Mail) -> None:
        await self.add(record)

    async def page(self, after: str | None, limit: int) -> Page[Mail]:
        values: dict[str, Any] = {}
        if after:
            (values["last"],) = after_cursor(after, tuple[str])
        rows = await self._tx.all(_PAGE[bool(after)], most=limit + 1, **values)
        return cut_page([_mail(row) for row in rows], limit, lambda mail: (mail.id,))


def _mail(row: Row) -> Mail:
    return Mail(
        id=row[0],
        key=row[1],
        to=row[2],
        language=row[3],
        template=row[4],
        subject=row[5],
        text=row[6],
        html=row[7],
        message_id=row[8],
        created_at=row[9],
        sent_at=row[10],
    )
