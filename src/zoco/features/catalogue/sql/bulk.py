"""What was before changes for many products, on SQL engines."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Column, String, Table, bindparam, delete, insert, select

from zoco.features.catalogue.models import BulkNote
from zoco.storage.sql import Instant, Json, Row, SqlTx, Statement, metadata, to_json
from zoco.storage.sql_moving import Rising

bulk_notes = Table(
    "bulk_notes",
    metadata,
    Column("id", String, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("made_at", Instant, nullable=False, index=True),
    Column("rows", Json, nullable=False),
)
_c = bulk_notes.c
_SHOWN = (_c.id, _c.user_id, _c.made_at, _c.rows)
_GET = Statement(select(*_SHOWN).where(_c.id == bindparam("id")), held=True)
_ADD = Statement(insert(bulk_notes))
_TAKE = Statement(delete(bulk_notes).where(_c.id == bindparam("row_id")))
_FORGET = Statement(delete(bulk_notes).where(_c.made_at < bindparam("before")))
_RECORDS = Rising(select(*_SHOWN), _c.id)


class SqlBulkNotes:
    """A handful, since old ones are forgotten."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, note: BulkNote) -> None:
        await self._tx.run(_ADD, id=note.id, user_id=note.user, made_at=note.made_at, rows=to_json(note.rows))

    async def take(self, note: str) -> BulkNote | None:
        found = await self._tx.one(_GET, id=note)
        if found is None or not await self._tx.run(_TAKE, row_id=note):
            return None
        return _note(found)

    async def forget(self, before: datetime) -> None:
        await self._tx.run(_FORGET, before=before)

    async def records(self, after_key: str | None, limit: int) -> list[tuple[str, BulkNote]]:
        return [(row[-1], _note(row)) for row in await _RECORDS.page(self._tx, after_key, limit)]

    async def restore(self, record: BulkNote) -> None:
        await self.add(record)


def _note(row: Row) -> BulkNote:
    values = {"id": row[0], "user": row[1], "made_at": row[2], "rows": row[3]}
    return msgspec.convert(values, BulkNote)
