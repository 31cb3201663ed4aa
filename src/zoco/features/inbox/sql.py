"""Saved replies on SQL engines."""

from __future__ import annotations

import msgspec
from sqlalchemy import Column, Integer, String, Table, Text, bindparam, delete, insert, select, update

from zoco.features.inbox.models import SavedReply
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import ReplyId
from zoco.storage.sql import Instant, Row, SqlTx, Statement, constant, metadata
from zoco.storage.sql_moving import Rising

replies = Table(
    "saved_replies",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
)
_c = replies.c
_SHOWN = (_c.id, _c.title, _c.body, _c.created_at, _c.updated_at, _c.version)
_ALL = Statement(select(*_SHOWN).order_by(_c.id))
_GET = Statement(select(*_SHOWN).where(_c.id == bindparam("id")))
_RECORDS = Rising(select(*_SHOWN), _c.id)
_ADD = Statement(insert(replies))
_SAVE = Statement(
    update(replies)
    .where(_c.id == bindparam("row_id"), _c.version == bindparam("old_version"))
    .values(
        title=bindparam("new_title"),
        body=bindparam("new_body"),
        updated_at=bindparam("now"),
        version=_c.version + constant(1),
    )
)
_REMOVE = Statement(delete(replies).where(_c.id == bindparam("row_id")))


class SqlReplies:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def all(self) -> list[SavedReply]:
        return [_reply(row) for row in await self._tx.all(_ALL)]

    async def get(self, reply: ReplyId) -> SavedReply | None:
        row = await self._tx.one(_GET, id=reply)
        return _reply(row) if row else None

    async def add(self, reply: SavedReply) -> None:
        await self._tx.run_many(_ADD, [msgspec.structs.asdict(reply)])

    async def save(self, reply: SavedReply) -> SavedReply:
        changed = await self._tx.run(
            _SAVE,
            row_id=reply.id,
            old_version=reply.version,
            new_title=reply.title,
            new_body=reply.body,
            now=reply.updated_at,
        )
        if not changed:
            raise StaleWrite
        return msgspec.structs.replace(reply, version=reply.version + 1)

    async def remove(self, reply: ReplyId) -> bool:
        return bool(await self._tx.run(_REMOVE, row_id=reply))

    async def records(self, after: str | None, limit: int) -> list[tuple[str, SavedReply]]:
        return [(row[-1], _reply(row)) for row in await _RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: SavedReply) -> None:
        await self.add(record)


def _reply(row: Row) -> SavedReply:
    return SavedReply(id=row[0], title=row[1], body=row[2], created_at=row[3], updated_at=row[4], version=row[5])
