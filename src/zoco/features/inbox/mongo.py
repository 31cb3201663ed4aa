"""Saved replies on MongoDB."""

from __future__ import annotations

import msgspec

from zoco.features.inbox.models import SavedReply
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import ReplyId
from zoco.storage.documents import ID, MOMENT, TEXT, WHOLE, Collection, Document, MongoTx, key
from zoco.storage.mongo_moving import rising

REPLIES = Collection(
    "respuestas",
    {"_id": ID, "title": TEXT, "body": TEXT, "created_at": MOMENT, "updated_at": MOMENT, "version": WHOLE},
)


class MongoReplies:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def all(self) -> list[SavedReply]:
        return [_reply(row) for row in await self._tx.all(REPLIES, {}, sort=[("_id", 1)])]

    async def get(self, reply: ReplyId) -> SavedReply | None:
        found = await self._tx.one(REPLIES, {"_id": key(reply)})
        return _reply(found) if found else None

    async def add(self, reply: SavedReply) -> None:
        await self._tx.insert(REPLIES, [_document(reply)])

    async def save(self, reply: SavedReply) -> SavedReply:
        stored = {"_id": key(reply.id), "version": reply.version}
        changed = {"title": reply.title, "body": reply.body, "updated_at": reply.updated_at}
        if not await self._tx.update(REPLIES, stored, {"$set": changed, "$inc": {"version": 1}}):
            raise StaleWrite
        return msgspec.structs.replace(reply, version=reply.version + 1)

    async def remove(self, reply: ReplyId) -> bool:
        return bool(await self._tx.delete(REPLIES, {"_id": key(reply)}))

    async def records(self, after: str | None, limit: int) -> list[tuple[str, SavedReply]]:
        return [(str(row["_id"]), _reply(row)) for row in await rising(self._tx, REPLIES, after, limit)]

    async def restore(self, record: SavedReply) -> None:
        await self.add(record)


def _document(reply: SavedReply) -> Document:
    return {
        "_id": key(reply.id),
        "title": reply.title,
        "body": reply.body,
        "created_at": reply.created_at,
        "updated_at": reply.updated_at,
        "version": reply.version,
    }


def _reply(row: Document) -> SavedReply:
    return SavedReply(
        id=ReplyId(str(row["_id"])),
        title=row["title"],
        body=row["body"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=int(row["version"]),
    )
