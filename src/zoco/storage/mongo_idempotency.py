"""Idempotency records on MongoDB."""

from __future__ import annotations

from datetime import datetime

import msgspec

from zoco.kit.idempotency import IdempotencyKey, KeyReused, Remembered
from zoco.storage.documents import MOMENT, TEXT, Collection, MongoTx
from zoco.storage.mongo_moving import rising

RECORDS = Collection(
    "idempotencia",
    {"_id": TEXT, "scope": TEXT, "key": TEXT, "fingerprint": TEXT, "result": TEXT, "created_at": MOMENT},
)


class MongoIdempotencyRecords:
    """Two that claim a key at once collide, and the one that is run again finds it."""

    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def claim(self, key: IdempotencyKey, result: str, now: datetime, since: datetime) -> str | None:
        found = await self._tx.one(RECORDS, {"_id": _place(key)})
        if found is not None and found["created_at"] > since:
            if found["fingerprint"] != key.fingerprint:
                raise KeyReused
            return str(found["result"])
        if found is not None:
            await self._tx.delete(RECORDS, {"_id": _place(key)})
        await self.restore(Remembered(key, result, now))
        return None

    async def prune(self, before: datetime) -> None:
        await self._tx.delete(RECORDS, {"created_at": {"$lt": before}})

    async def results(self) -> list[str]:
        return [row["result"] for row in await self._tx.all(RECORDS, {}, fields=["result"])]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Remembered]]:
        rows = await rising(self._tx, RECORDS, after, limit)
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
        kept = {"result": record.result, "created_at": record.created_at}
        await self._tx.insert(RECORDS, [{"_id": _place(record.key), **msgspec.structs.asdict(record.key), **kept}])


def _place(key: IdempotencyKey) -> str:
    return f"{key.scope}\x1f{key.key}"
