"""What was before changes for many products, on MongoDB."""

from __future__ import annotations

from datetime import datetime

import msgspec

from zoco.features.catalogue.models import BulkNote
from zoco.storage.documents import ID, MOMENT, TEXT, Collection, Document, Index, MongoTx, key
from zoco.storage.mongo_moving import rising

NOTES = Collection(
    "cambios", {"_id": ID, "user": ID, "made_at": MOMENT, "rows": TEXT}, indexes=[Index([("made_at", 1)])]
)
"""`rows` is JSON, which nobody looks into."""


class MongoBulkNotes:
    """A handful, since old ones are forgotten."""

    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, note: BulkNote) -> None:
        rows = msgspec.json.encode(note.rows).decode()
        stored = {"_id": key(note.id), "user": key(note.user), "made_at": note.made_at, "rows": rows}
        await self._tx.insert(NOTES, [stored])

    async def take(self, note: str) -> BulkNote | None:
        found = await self._tx.one(NOTES, {"_id": key(note)})
        if found is None or not await self._tx.delete(NOTES, {"_id": found["_id"]}):
            return None
        return _note(found)

    async def forget(self, before: datetime) -> None:
        await self._tx.delete(NOTES, {"made_at": {"$lt": before}})

    async def records(self, after_key: str | None, limit: int) -> list[tuple[str, BulkNote]]:
        return [(str(row["_id"]), _note(row)) for row in await rising(self._tx, NOTES, after_key, limit)]

    async def restore(self, record: BulkNote) -> None:
        await self.add(record)


def _note(row: Document) -> BulkNote:
    values = {"id": str(row["_id"]), "user": str(row["user"]), "made_at": row["made_at"]}
    return msgspec.convert(values | {"rows": msgspec.json.decode(row["rows"])}, BulkNote)
