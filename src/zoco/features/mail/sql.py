"""Mails on SQL engines."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
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
    false,
    func,
    null,
    select,
    update,
)

from zoco.features.mail.models import Fault, Mail, MailLine, MailQuery, MailState, Verdict
from zoco.kit.ids import MailId
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.storage.sql import Instant, Row, SqlTx, Statement, constant, insert_new, metadata, within
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
    Column("about", String, nullable=False, server_default=""),
    Column("private", Boolean, nullable=False, server_default=false()),
    Column("state", String, nullable=False, server_default="waiting"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("tried_at", Instant),
    Column("fault", String),
    Column("error", String, nullable=False, server_default=""),
    Column("event", String, nullable=False, server_default=""),
    Column("reopened_at", Instant),
    Column("words", Text, nullable=False, server_default=""),
)
_c = mails.c
Index("ix_mails_state_id", _c.state, _c.id)
Index("ix_mails_about_id", _c.about, _c.id)

_HEAD = (
    _c.id, _c.recipient, _c.language, _c.template, _c.subject, _c.created_at, _c.sent_at, _c.about, _c.private,
    _c.state, _c.attempts, _c.tried_at, _c.fault, _c.error, _c.event, _c.reopened_at,
)  # fmt: skip
_WHOLE = (*_HEAD, _c.key, _c.text, _c.html, _c.message_id)
_ADD = Statement(insert_new(mails))
_GET = Statement(select(*_WHOLE).where(_c.id == bindparam("id")))
_RECORDS = Rising(select(*_WHOLE), _c.id)
_TRIED = {"attempts": _c.attempts + constant(1), "tried_at": bindparam("now")}
_MARK_SENT = Statement(
    update(mails)
    .where(_c.id == bindparam("row_id"), _c.sent_at.is_(None))
    .values(sent_at=bindparam("now"), state=constant("sent"), fault=null(), error=constant(""), **_TRIED)
)
_MARK_TRIED = Statement(
    update(mails)
    .where(_c.id == bindparam("row_id"), _c.sent_at.is_(None))
    .values(state=bindparam("becomes"), fault=bindparam("wrong"), error=bindparam("told"), **_TRIED)
)
_REOPEN = Statement(
    update(mails)
    .where(_c.id == bindparam("row_id"), _c.state != constant("waiting"))
    .values(state=constant("waiting"), sent_at=null(), event=bindparam("by"), reopened_at=bindparam("now"))
)
_OLDEST = select(_c.id).where(_c.state == bindparam("old_state")).order_by(_c.id).limit(bindparam("most"))
_FORGET = Statement(delete(mails).where(_c.id.in_(_OLDEST), _c.created_at < bindparam("before")))
_COUNT = Statement(select(_c.state, func.count()).group_by(_c.state))
_FILTERS = {
    "last": _c.id < bindparam("last"),
    "state": _c.state == bindparam("state"),
    "about": _c.about == bindparam("about"),
    "template": _c.template == bindparam("template"),
    "words": _c.words.like(bindparam("words"), escape="!"),
}


class SqlMails:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, mail: Mail) -> bool:
        row = msgspec.structs.asdict(mail)
        return await self._tx.run(_ADD, recipient=row.pop("to"), words=mail.words, **row) == 1

    async def get(self, mail: MailId) -> Mail | None:
        row = await self._tx.one(_GET, id=mail)
        return _mail(row) if row else None

    async def mark_sent(self, mail: MailId, now: datetime) -> None:
        await self._tx.run(_MARK_SENT, row_id=mail, now=now)

    async def mark_tried(self, mail: MailId, now: datetime, verdict: Verdict, *, failed: bool) -> None:
        becomes = MailState.FAILED if failed else MailState.WAITING
        await self._tx.run(
            _MARK_TRIED, row_id=mail, now=now, becomes=becomes.value, wrong=verdict.fault, told=verdict.words
        )

    async def reopen(self, mail: MailId, event: str, now: datetime) -> bool:
        return await self._tx.run(_REOPEN, row_id=mail, by=event, now=now) == 1

    async def forget(self, state: MailState, before: datetime, limit: int) -> int:
        return await self._tx.run(_FORGET, old_state=state.value, before=before, most=limit)

    async def page(self, query: MailQuery) -> Page[MailLine]:
        values: dict[str, Any] = {name: getattr(query, name) for name in ("state", "about", "template")}
        values["words"] = within(query.words)
        if query.after:
            (values["last"],) = after_cursor(query.after, tuple[str])
        values = {name: value for name, value in values.items() if value}
        statement = _page(tuple(sorted(values)))
        ask = self._tx.scan if query.words else self._tx.all
        rows = await ask(statement, most=query.limit + 1, **values)
        return cut_page([_line(row) for row in rows], query.limit, lambda mail: (mail.id,))

    async def count(self) -> Mapping[MailState, int]:
        return {MailState(row[0]): row[1] for row in await self._tx.scan(_COUNT)}

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Mail]]:
        return [(row[-1], _mail(row)) for row in await _RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: Mail) -> None:
        await self.add(record)


@functools.cache
def _page(filters: tuple[str, ...]) -> Statement:
    narrowed = select(*_HEAD).where(*(_FILTERS[name] for name in filters))
    return Statement(narrowed.order_by(_c.id.desc()).limit(bindparam("most")))


def _shared(row: Row) -> dict[str, Any]:
    return {
        "id": MailId(row[0]),
        "to": row[1],
        "language": row[2],
        "template": row[3],
        "subject": row[4],
        "created_at": row[5],
        "sent_at": row[6],
        "about": row[7],
        "private": bool(row[8]),
        "state": MailState(row[9]),
        "attempts": row[10],
        "tried_at": row[11],
        "fault": Fault(row[12]) if row[12] else None,
        "error": row[13],
        "event": row[14],
        "reopened_at": row[15],
    }


def _line(row: Row) -> MailLine:
    return MailLine(**_shared(row))


def _mail(row: Row) -> Mail:
    return Mail(**_shared(row), key=row[16], text=row[17], html=row[18], message_id=row[19])
