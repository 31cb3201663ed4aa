"""Idempotency records on MongoDB."""

from __future__ import annotations

from datetime import datetime

from zoco.kit.idempotency import IdempotencyKey, KeyReused, Remembered
from zoco.storage.documents import MOMENT, TEXT, Collection, MongoTx

RECORDS = Collection(
    "idempotencia",
    {"_id": TEXT, "scope": TEXT, "key": TEXT, "fingerprint": TEXT, "result": TEXT, "created_at": MOMENT},
)


class MongoIdempotencyRecords:
    """A key that is older than asked for is forgotten when it comes again."""

    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def result(self, key: IdempotencyKey, since: datetime) -> str | None:
        found = await self._tx.one(RECORDS, {"_id": _place(key)})
        if found is None:
            return None
        if found["created_at"] <= since:
            await self._tx.delete(RECORDS, {"_id": _place(key)})
            return None
        if found["fingerprint"] != key.fingerprint:
            raise KeyReused
        return str(found["result"])

    async def add(self, key: IdempotencyKey, result: str, now: datetime) -> None:
        record = {"_id": _place(key), "scope": key.scope, "key": key.key, "fingerprint": key.fingerprint}
        await self._tx.insert(RECORDS, [record | {"result": result, "created_at": now}])

    async def prune(self, before: datetime) -> None:
        await self._tx.delete(RECORDS, {"created_at": {"$lt": before}})

    async def results(self) -> list[str]:
        return [row["result"] for row in await self._tx.all(RECORDS, {}, fields=["result"])]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Remembered]]:
        where = {"_id": {"$gt": after}} if after is not None else {}
        rows = await self._tx.all(RECORDS, where, sort=[("_id", 1)], limit=limit)
        return [
            (
                row["_id"],
                Remembered(
                    IdempotencyKey(row["scope"], row["key"], row["fingerprint"]), row["result"], row["created_at"]
                ),
            )
            for row in rows
        ]

    async def restore(self, record: Remembered) -> None:
        await self.add(record.key, record.result, record.created_at)


def _place(key: IdempotencyKey) -> str:
    return f"{key.scope}\x1f{key.key}"
