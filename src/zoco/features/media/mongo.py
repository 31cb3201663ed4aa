"""Pictures on MongoDB."""

from __future__ import annotations

from zoco.features.media.models import Picture
from zoco.storage.documents import ID, TEXT, WHOLE, Collection, Document, MongoTx, key
from zoco.storage.mongo_moving import rising

PICTURES = Collection("imagenes", {"_id": ID, "hash": TEXT, "width": WHOLE, "height": WHOLE})


class MongoPictures:
    """The owner is the id."""

    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def of(self, owner: str) -> Picture | None:
        found = await self._tx.one(PICTURES, {"_id": key(owner)})
        return _picture(found) if found else None

    async def save(self, owner: str, picture: Picture) -> None:
        values = {"hash": picture.hash, "width": picture.width, "height": picture.height}
        await self._tx.put(PICTURES, {"_id": key(owner)}, {"$set": values})

    async def remove(self, owner: str) -> None:
        await self._tx.delete(PICTURES, {"_id": key(owner)})

    async def records(self, after: str | None, limit: int) -> list[tuple[str, tuple[str, Picture]]]:
        found = await rising(self._tx, PICTURES, after, limit)
        return [(str(row["_id"]), (str(row["_id"]), _picture(row))) for row in found]

    async def restore(self, record: tuple[str, Picture]) -> None:
        await self.save(*record)


def _picture(row: Document) -> Picture:
    return Picture(row["hash"], row["width"], row["height"])
