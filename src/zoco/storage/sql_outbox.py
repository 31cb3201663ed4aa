"""The outbox on SQL engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    null,
    select,
    update,
)

from zoco.kit.events import Event, Reaction
from zoco.kit.outbox import Delivery, Stored
from zoco.storage.sql import Instant, Json, SqlTx, Statement, any_of, constant, metadata, to_json
from zoco.storage.sql_moving import Rising

outbox = Table(
    "outbox",
    metadata,
    Column("id", String, primary_key=True),
    Column("event_id", String, nullable=False),
    Column("event", String, nullable=False),
    Column("reaction", String, nullable=False),
    Column("payload", Json, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("lease", String),
    Column("delivered_at", Instant),
    Column("reason", String),
    CheckConstraint("state IN ('due', 'delivered', 'dead')", name="state"),
    CheckConstraint("state != 'dead' OR reason IS NOT NULL", name="reason"),
)
Index("ix_outbox_due", outbox.c.due_at, sqlite_where=outbox.c.state == "due")

_due = outbox.c.state == constant("due")
_held = and_(outbox.c.id == bindparam("row_id"), outbox.c.lease == bindparam("held"), _due)

_ADD = Statement(insert(outbox))
_NEXT_DUE = Statement(select(outbox.c.due_at).where(_due).order_by(outbox.c.due_at).limit(constant(1)))
_FREE = Statement(
    select(outbox.c.id, outbox.c.reaction, outbox.c.payload, outbox.c.created_at, outbox.c.attempts)
    .where(_due, outbox.c.due_at <= bindparam("now"))
    .order_by(outbox.c.due_at, outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # what another process is just taking is no longer free
)
_TAKE = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(lease=bindparam("taken"), due_at=bindparam("until"), attempts=outbox.c.attempts + constant(1))
)
_DONE = Statement(update(outbox).where(_held).values(state=constant("delivered"), delivered_at=bindparam("now")))
_POSTPONE = Statement(
    update(outbox).where(_held).values(due_at=bindparam("due"), lease=null(), reason=bindparam("why"))
)
_BURY = Statement(update(outbox).where(_held).values(state=constant("dead"), reason=bindparam("why")))
_DUE = Statement(select(outbox.c.id, outbox.c.due_at).where(any_of(outbox.c.id, "ids"), _due))
_HASTEN = Statement(
    update(outbox)
    .where(_due, outbox.c.due_at > bindparam("now"), outbox.c.lease.is_(None), outbox.c.reaction == bindparam("named"))
    .values(due_at=bindparam("now"))
)
_DELIVERED = Statement(
    select(outbox.c.id)
    .where(outbox.c.state == constant("delivered"), outbox.c.delivered_at < bindparam("before"))
    .limit(bindparam("most"))
)
_FORGET = Statement(delete(outbox).where(any_of(outbox.c.id, "ids")))
_RECORDS = Rising(select(*outbox.c), outbox.c.id)
_FACTS = Statement(select(outbox.c.payload).where(outbox.c.event == bindparam("kind")).order_by(outbox.c.id))


class SqlOutbox:
    """A row that is held is due again when its lease ends, so that a process that died gives nothing away."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, event: Event, wanted: Iterable[Reaction], now: datetime) -> None:
        same = {
            "event_id": event.id,
            "event": type(event).__name__,
            "payload": msgspec.json.encode(event).decode(),
            "state": "due",
            "attempts": 0,
            "created_at": now,
            "due_at": now,
            "lease": None,
            "delivered_at": None,
            "reason": None,
        }
        rows = [same | {"id": f"{event.id}/{reaction.name}", "reaction": reaction.name} for reaction in wanted]
        await self._tx.run_many(_ADD, rows)

    async def claim(self, now: datetime, until: datetime, lease: str, limit: int) -> list[Delivery]:
        free = await self._tx.all(_FREE, now=now, most=limit)
        await self._tx.run_many(_TAKE, [{"row_id": row[0], "taken": lease, "until": until} for row in free])
        return [Delivery(row[0], row[1], msgspec.json.encode(row[2]), row[3], row[4] + 1, lease) for row in free]

    async def done(self, delivery: Delivery, now: datetime) -> bool:
        return await self._tx.run(_DONE, row_id=delivery.id, held=delivery.lease, now=now) == 1

    async def postpone(self, delivery: Delivery, due: datetime, reason: str) -> None:
        await self._tx.run(_POSTPONE, row_id=delivery.id, held=delivery.lease, due=due, why=reason)

    async def bury(self, delivery: Delivery, reason: str) -> None:
        await self._tx.run(_BURY, row_id=delivery.id, held=delivery.lease, why=reason)

    async def next_due(self) -> datetime | None:
        row = await self._tx.one(_NEXT_DUE)
        return row[0] if row else None

    async def due(self, deliveries: Sequence[str]) -> Mapping[str, datetime]:
        return {row[0]: row[1] for row in await self._tx.all(_DUE, ids=to_json(list(deliveries)))}

    async def hasten(self, reaction: str, now: datetime) -> int:
        return await self._tx.run(_HASTEN, named=reaction, now=now)

    async def facts(self, event: str) -> list[bytes]:
        return [msgspec.json.encode(row[0]) for row in await self._tx.scan(_FACTS, kind=event)]

    async def delivered(self, before: datetime, limit: int) -> list[str]:
        return [row[0] for row in await self._tx.scan(_DELIVERED, before=before, most=limit)]

    async def forget(self, rows: Sequence[str]) -> None:
        await self._tx.run(_FORGET, ids=to_json(list(rows)))

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Stored]]:
        return [(row[-1], Stored(*row[:-1])) for row in await _RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: Stored) -> None:
        await self._tx.run(_ADD, **msgspec.structs.asdict(record) | {"payload": to_json(record.payload)})
