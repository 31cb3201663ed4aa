"""Whole collections in pages, for what carries a shop to another engine."""

from __future__ import annotations

from zoco.storage.documents import ID, Collection, Document, MongoTx, above


async def rising(tx: MongoTx, collection: Collection, after: str | None, limit: int) -> list[Document]:
    """Up to `limit` documents beyond the id `after`, None for the first ones, in the order of ids."""
    where: Document = {}
    if after is not None:
        where = {"_id": above(after) if collection.fields["_id"] is ID else {"$gt": after}}
    return await tx.all(collection, where, sort=[("_id", 1)], limit=limit)
