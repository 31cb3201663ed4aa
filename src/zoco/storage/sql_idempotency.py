"""Idempotency records on SQL engines."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Column, String, Table, bindparam, delete, select, update

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
_RENEW = Statement(
    update(records)
    .where(_c.scope == bindparam("old_scope"), _c.key == bindparam("old_key"), _c.created_at <= bindparam("since"))
    .values({name: bindparam(name) for name in ("fingerprint", "result", "created_at")})
)
_PRUNE = Statement(delete(records).where(_c.created_at < bindparam("before")))
_ADD = Statement(insert_new(records))
_PLACE = _c.scope + constant("\x1f") + _c.key
_RECORDS = Rising(select(_c.scope, _c.key, _c.fingerprint, _c.result, _c.created_at), _PLACE)
_RESULTS = Statement(select(_c.result))


class SqlIdempotencyRecords:
    """A key is stored first and looked at where that fails, since most come once."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def claim(self, key: IdempotencyKey, result: str, now: datetime, since: datetime) -> str | None:
        said = {"fingerprint": key.fingerprint, "result": result, "created_at": now}
        if await self._tx.run(_ADD, scope=key.scope, key=key.key, **said):
            return None
        row = await self._tx.one(_GET, scope=key.scope, key=key.key)
        if row is not None and row[2] > since:
            if row[0] != key.fingerprint:
                raise KeyReused
            return str(row[1])
        if not await self._tx.run(_RENEW, old_scope=key.scope, old_key=key.key, since=since, **said):
            raise StaleWrite
        return None

    async def prune(self, before: datetime) -> None:
        await self._tx.run(_PRUNE, before=before)

    async def results(self) -> list[str]:
        return [row[0] for row in await self._tx.scan(_RESULTS)]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Remembered]]:
        rows = await _RECORDS.page(self._tx, after, limit)
        return [(row[-1], Remembered(IdempotencyKey(*row[:3]), row[3], row[4])) for row in rows]

    async def restore(self, record: Remembered) -> None:
        key = msgspec.structs.asdict(record.key)
        await self._tx.run(_ADD, result=record.result, created_at=record.created_at, **key)
