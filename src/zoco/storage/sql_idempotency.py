"""Idempotency records on SQL engines."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, String, Table, bindparam, delete, select

from zoco.kit.errors import StaleWrite
from zoco.kit.idempotency import IdempotencyKey, KeyReused, Remembered
from zoco.storage.sql import Instant, SqlTx, Statement, constant, insert_new, metadata
from zoco.storage.sql_moving import Rising

records = Table(
    "idempotency",
    metadata,
    Column("scope", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("result", String, nullable=False),
    Column("created_at", Instant, nullable=False),
)
_c = records.c
_GET = Statement(
    select(_c.fingerprint, _c.result, _c.created_at).where(_c.scope == bindparam("scope"), _c.key == bindparam("key"))
)
_FORGET = Statement(
    delete(records).where(
        _c.scope == bindparam("scope"), _c.key == bindparam("key"), _c.created_at <= bindparam("since")
    )
)
_PRUNE = Statement(delete(records).where(_c.created_at < bindparam("before")))
_ADD = Statement(insert_new(records))
_PLACE = _c.scope + constant("\x1f") + _c.key
_RECORDS = Rising(select(_c.scope, _c.key, _c.fingerprint, _c.result, _c.created_at), _PLACE)
_RESULTS = Statement(select(_c.result))


class SqlIdempotencyRecords:
    """A key that is older than asked for is forgotten when it comes again."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def result(self, key: IdempotencyKey, since: datetime) -> str | None:
        row = await self._tx.one(_GET, scope=key.scope, key=key.key)
        if row is None:
            return None
        if row[2] <= since:
            await self._tx.run(_FORGET, scope=key.scope, key=key.key, since=since)
            return None
        if row[0] != key.fingerprint:
            raise KeyReused
        return str(row[1])

    async def add(self, key: IdempotencyKey, result: str, now: datetime) -> None:
        values = {
            "scope": key.scope,
            "key": key.key,
            "fingerprint": key.fingerprint,
            "result": result,
            "created_at": now,
        }
        if not await self._tx.run(_ADD, **values):
            raise StaleWrite

    async def prune(self, before: datetime) -> None:
        await self._tx.run(_PRUNE, before=before)

    async def results(self) -> list[str]:
        return [row[0] for row in await self._tx.scan(_RESULTS)]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Remembered]]:
        rows = await _RECORDS.page(self._tx, after, limit)
        return [(row[-1], Remembered(IdempotencyKey(*row[:3]), row[3], row[4])) for row in rows]

    async def restore(self, record: Remembered) -> None:
        await self.add(record.key, record.result, record.created_at)
