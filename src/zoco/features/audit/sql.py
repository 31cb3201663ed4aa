"""The audit log on SQL engines."""

from __future__ import annotations

import functools
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, String, Table, bindparam, insert, or_, select, text, tuple_

from zoco.features.audit.models import Deed, DeedQuery
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.kit.text import email_key
from zoco.storage.sql import Instant, Json, Row, SqlTx, Statement, metadata, to_json
from zoco.storage.sql_moving import Rising

deeds = Table(
    "deeds",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String, nullable=False),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("email_key", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("details", Json, nullable=False),
)
_c = deeds.c
Index("ix_deeds_latest", _c.at, _c.id)
Index("ix_deeds_actor", _c.actor, _c.at, _c.id)
Index("ix_deeds_email_key", _c.email_key, _c.at, _c.id)
Index("ix_deeds_action", _c.action, _c.at, _c.id)
Index("ix_deeds_subject", _c.subject, _c.at, _c.id)

_SHOWN = (_c.id, _c.at, _c.actor, _c.name, _c.email, _c.action, _c.subject, _c.details)
_FILTERS = {
    "last": tuple_(_c.at, _c.id) < tuple_(bindparam("last"), bindparam("last_id")),
    "person": or_(_c.actor == bindparam("person"), _c.email_key == bindparam("person")),
    "action": _c.action == bindparam("action"),
    "subject": _c.subject == bindparam("subject"),
    "since": _c.at >= bindparam("since"),
    "until": _c.at < bindparam("until"),
}
_ADD = Statement(insert(deeds))
# From one to the next by the index: there are few, however many deeds.
_ACTIONS = Statement(
    text(
        "WITH RECURSIVE known (action) AS (SELECT min(action) FROM deeds UNION ALL"
        " SELECT (SELECT min(action) FROM deeds WHERE action > known.action) FROM known WHERE action IS NOT NULL)"
        " SELECT action FROM known WHERE action IS NOT NULL ORDER BY action"
    )
)
_RECORDS = Rising(select(*_SHOWN), _c.id)


class SqlDeeds:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, deed: Deed) -> None:
        await self._tx.run(
            _ADD,
            id=deed.id,
            at=deed.at,
            actor=deed.actor,
            name=deed.name,
            email=deed.email,
            email_key=email_key(deed.email),
            action=deed.action,
            subject=deed.subject,
            details=to_json(deed.details),
        )

    async def page(self, query: DeedQuery) -> Page[Deed]:
        values: dict[str, Any] = {name: getattr(query, name) for name in _FILTERS if name != "last"}
        values = {name: value for name, value in values.items() if value}
        narrowed, further = tuple(values), {}
        if query.after:
            last, last_id = after_cursor(query.after, tuple[datetime, str])
            narrowed, further = (*narrowed, "last"), {"last": last, "last_id": last_id}
        rows = await self._tx.scan(_page(narrowed), most=query.limit + 1, **values, **further)
        return cut_page([_deed(row) for row in rows], query.limit, lambda deed: (deed.at, deed.id))

    async def actions(self) -> list[str]:
        return [row[0] for row in await self._tx.scan(_ACTIONS)]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Deed]]:
        return [(row[-1], _deed(row)) for row in await _RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: Deed) -> None:
        await self.add(record)


@functools.cache
def _page(narrowed: tuple[str, ...]) -> Statement:
    latest = select(*_SHOWN).where(*(_FILTERS[name] for name in narrowed)).order_by(_c.at.desc(), _c.id.desc())
    return Statement(latest.limit(bindparam("most")))


def _deed(row: Row) -> Deed:
    return Deed(
        id=row[0], at=row[1], actor=row[2], name=row[3], email=row[4], action=row[5], subject=row[6], details=row[7]
    )
