"""The outbox on MongoDB."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from zoco.kit.events import Event, Reaction
from zoco.kit.outbox import Delivery, Stored
from zoco.storage.documents import COUNT, MOMENT, TEXT, Collection, Document, Index, MongoTx, maybe, one_of
from zoco.storage.mongo_moving import rising

OUTBOX = Collection(
    "bandeja",
    {
        "_id": TEXT,
        "event_id": TEXT,
        "event": TEXT,
        "reaction": TEXT,
        "payload": {"bsonType": "object"},
        "state": one_of("due", "delivered", "dead"),
        "attempts": COUNT,
        "created_at": MOMENT,
        "due_at": MOMENT,
        "lease": maybe(TEXT),
        "delivered_at": maybe(MOMENT),
        "reason": maybe(TEXT),
    },
    indexes=[Index([("state", 1), ("due_at", 1), ("_id", 1)]), Index([("event", 1), ("_id", 1)])],
)
_DUE = {"state": "due"}


class MongoOutbox:
    """A document that is held is due again when its lease ends, so that a process that died gives nothing away."""

    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, event: Event, wanted: Iterable[Reaction], now: datetime) -> None:
        same = {
            "event_id": event.id,
            "event": type(event).__name__,
            "payload": msgspec.to_builtins(event),
            "state": "due",
            "attempts": 0,
            "created_at": now,
            "due_at": now,
            "lease": None,
            "delivered_at": None,
            "reason": None,
        }
        await self._tx.insert(
            OUTBOX,
            [{"_id": f"{event.id}/{reaction.name}", **same, "reaction": reaction.name} for reaction in wanted],
        )

    async def claim(self, now: datetime, until: datetime, lease: str, limit: int) -> list[Delivery]:
        free = await self._tx.all(
            OUTBOX, {"state": "due", "due_at": {"$lte": now}}, sort=[("due_at", 1), ("_id", 1)], limit=limit
        )
        if free:
            held = {"$set": {"lease": lease, "due_at": until}, "$inc": {"attempts": 1}}
            await self._tx.update_all(OUTBOX, {"_id": {"$in": [row["_id"] for row in free]}}, held)
        return [
            Delivery(
                row["_id"],
                row["reaction"],
                msgspec.json.encode(row["payload"]),
                row["created_at"],
                row["attempts"] + 1,
                lease,
            )
            for row in free
        ]

    async def done(self, delivery: Delivery, now: datetime) -> bool:
        return await self._change(delivery, {"state": "delivered", "delivered_at": now})

    async def postpone(self, delivery: Delivery, due: datetime, reason: str) -> None:
        await self._change(delivery, {"due_at": due, "lease": None, "reason": reason})

    async def bury(self, delivery: Delivery, reason: str) -> None:
        await self._change(delivery, {"state": "dead", "reason": reason})

    async def next_due(self) -> datetime | None:
        found = await self._tx.all(OUTBOX, _DUE, sort=[("due_at", 1)], limit=1, fields=["due_at"])
        return found[0]["due_at"] if found else None

    async def due(self, deliveries: Sequence[str]) -> Mapping[str, datetime]:
        found = await self._tx.all(OUTBOX, {"_id": {"$in": list(deliveries)}, **_DUE}, fields=["due_at"])
        return {row["_id"]: row["due_at"] for row in found}

    async def hasten(self, reaction: str, now: datetime) -> int:
        late = {**_DUE, "due_at": {"$gt": now}, "lease": None, "reaction": reaction}
        return await self._tx.update_all(OUTBOX, late, {"$set": {"due_at": now}})

    async def facts(self, event: str) -> list[bytes]:
        found = await self._tx.all(OUTBOX, {"event": event}, sort=[("_id", 1)], fields=["payload"])
        return [msgspec.json.encode(row["payload"]) for row in found]

    async def delivered(self, before: datetime, limit: int) -> list[str]:
        old = {"state": "delivered", "delivered_at": {"$lt": before}}
        return [row["_id"] for row in await self._tx.all(OUTBOX, old, limit=limit, fields=["_id"])]

    async def forget(self, rows: Sequence[str]) -> None:
        await self._tx.delete(OUTBOX, {"_id": {"$in": list(rows)}})

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Stored]]:
        rows = await rising(self._tx, OUTBOX, after, limit)
        return [(row["_id"], msgspec.convert({**row, "id": row["_id"]}, Stored)) for row in rows]

    async def restore(self, record: Stored) -> None:
        document = msgspec.structs.asdict(record)
        await self._tx.insert(OUTBOX, [{"_id": document.pop("id"), **document}])

    async def _change(self, delivery: Delivery, values: Document) -> bool:
        held = {"_id": delivery.id, "lease": delivery.lease, **_DUE}
        return await self._tx.update(OUTBOX, held, {"$set": values})
