"""Records of imports on MongoDB."""

from __future__ import annotations

from zoco.features.imports.repository import Imported
from zoco.kit.ids import ProductId
from zoco.storage.documents import ID, TEXT, Collection, Document, MongoTx, key, list_of, made_of

_SAID = made_of({"field": TEXT, "digest": TEXT})
IMPORTED = Collection("importaciones", {"_id": TEXT, "product_id": ID, "said": list_of(_SAID)})
"""`said` is a list, because the names of fields in a foreign file may be anything."""


class MongoImportedRows:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def get(self, key: str) -> Imported | None:
        found = await self._tx.one(IMPORTED, {"_id": key})
        return _imported(found) if found else None

    async def save(self, imported: Imported) -> None:
        said = [{"field": field, "digest": digest} for field, digest in imported.said.items()]
        values = {"product_id": key(imported.product), "said": said}
        await self._tx.put(IMPORTED, {"_id": imported.key}, {"$set": values})

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Imported]]:
        where = {} if after is None else {"_id": {"$gt": after}}
        found = await self._tx.all(IMPORTED, where, sort=[("_id", 1)], limit=limit)
        return [(row["_id"], _imported(row)) for row in found]

    async def restore(self, record: Imported) -> None:
        await self.save(record)


def _imported(row: Document) -> Imported:
    said = {one["field"]: one["digest"] for one in row["said"]}
    return Imported(row["_id"], ProductId(str(row["product_id"])), said)
