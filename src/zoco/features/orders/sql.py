"""Orders on SQL engines."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    bindparam,
    func,
    insert,
    null,
    select,
    text,
    true,
    tuple_,
    update,
)

from zoco.features.cart.models import Address
from zoco.features.catalogue.models import Seller
from zoco.features.orders.models import Order, OrderAccount, OrderEntry, OrderLine, OrderQuery, OrderStatus, Sold
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import OrderId, UserId
from zoco.kit.money import Money
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.kit.text import email_key
from zoco.storage.sql import (
    Instant,
    Json,
    Row,
    SqlTx,
    Statement,
    any_of,
    constant,
    metadata,
    quarter_of,
    to_json,
    within,
)
from zoco.storage.sql_counters import count
from zoco.storage.sql_moving import Rising

orders = Table(
    "orders",
    metadata,
    Column("id", String, primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),
    Column("reference", String, nullable=False, unique=True),
    Column("status", String, nullable=False),
    Column("buyer", String),
    Column("cart_id", String, ForeignKey("carts.id"), nullable=False, unique=True),
    Column("email", String, nullable=False),
    Column("language", String, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("delivery_address", Json),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("email_key", String, nullable=False, server_default=""),
    Column("words", Text, nullable=False, server_default=""),
    CheckConstraint("status IN ('generada', 'pagada', 'enviada', 'entregada', 'cancelada')", name="status"),
    Index("ix_orders_buyer_number", "buyer", "number"),
    Index("ix_orders_latest", "created_at", "number"),
    Index("ix_orders_status_latest", "status", "created_at", "number"),
    Index("ix_orders_email_latest", "email_key", "created_at", "number"),
)
order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", String, ForeignKey("orders.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("product_id", String, nullable=False),
    Column("title", String, nullable=False),
    Column("description", Text, nullable=False),
    Column("unit_price", BigInteger, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("seller_id", String, nullable=False),
    Column("seller_name", String, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
)
order_entries = Table(
    "order_entries",
    metadata,
    Column("id", String, primary_key=True),
    Column("order_id", String, ForeignKey("orders.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("author", String, nullable=False),
    Column("author_name", String, nullable=False),
    Column("status", String),
    Column("note", Text, nullable=False),
    Index("ix_order_entries_order", "order_id", "at", "id"),
)
_o, _l, _e = orders.c, order_lines.c, order_entries.c
_SHOWN = (
    _o.id, _o.number, _o.reference, _o.status, _o.buyer, _o.cart_id, _o.email, _o.language, _o.total, _o.currency,
    _o.delivery_address, _o.created_at, _o.updated_at, _o.version,
)  # fmt: skip
_LINE = (_l.product_id, _l.title, _l.description, _l.unit_price, _l.quantity, _l.seller_id, _l.seller_name)

_COUNT_ON = Statement(
    text(
        "INSERT INTO counters (name, value) VALUES ('orders', :number)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE counters.value < excluded.value"
    )
)
_RECORDS = Rising(select(*_SHOWN), _o.number)
_mine = _o.buyer == bindparam("buyer")
_GET = {
    own: Statement(select(*_SHOWN).where(_o.number == bindparam("number"), _mine if own else true()))
    for own in (True, False)
}
_OF_ID = Statement(select(*_SHOWN).where(_o.id == bindparam("id")))
_OF_REFERENCE = Statement(select(*_SHOWN).where(_o.reference == bindparam("reference")))
_PAGE = {
    (own, further): Statement(
        select(*_SHOWN)
        .where(and_(_mine if own else true(), _o.number < bindparam("last") if further else true()))
        .order_by(_o.number.desc())
        .limit(bindparam("most"))
    )
    for own in (True, False)
    for further in (True, False)
}
_FILTERS = {
    "last": tuple_(_o.created_at, _o.number) < tuple_(bindparam("last"), bindparam("last_number")),
    "status": _o.status == bindparam("status"),
    "number": _o.number == bindparam("number"),
    "email": _o.email_key == bindparam("email"),
    "words": _o.words.like(bindparam("words"), escape="!"),
    "since": _o.created_at >= bindparam("since"),
    "until": _o.created_at < bindparam("until"),
}
_LINES = Statement(select(_l.order_id, *_LINE).where(any_of(_l.order_id, "ids")).order_by(_l.order_id, _l.position))
_ADD = Statement(insert(orders))
_ADD_LINE = Statement(insert(order_lines))
_SAVE = Statement(
    update(orders)
    .where(_o.id == bindparam("row_id"), _o.version == bindparam("old_version"))
    .values(status=bindparam("new_status"), updated_at=bindparam("now"), version=_o.version + constant(1))
)
_RELEASE = Statement(update(orders).where(_mine).values(buyer=null()))
_ENTRY = (_e.id, _e.order_id, _e.at, _e.author, _e.author_name, _e.status, _e.note)
_ADD_ENTRY = Statement(insert(order_entries))
_ENTRIES = Statement(select(*_ENTRY).where(_e.order_id == bindparam("order_id")).order_by(_e.at, _e.id))
_ENTRY_RECORDS = Rising(select(*_ENTRY), _e.id)
_quarter = quarter_of(_o.created_at)
_SOLD = Statement(
    select(_quarter, func.count(), func.sum(_o.total))
    .where(_o.created_at >= bindparam("since"), _o.status != constant("cancelada"))
    .group_by(_quarter)
    .order_by(_quarter)
)
_ACCOUNTS = Statement(
    select(_o.id, _o.number, _o.status, _o.cart_id, _o.total, _o.created_at, _l.product_id, _l.quantity, _l.unit_price)
    .join_from(orders, order_lines, _l.order_id == _o.id, isouter=True)
    .order_by(_o.number, _l.position)
)


class SqlOrders:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def next_number(self) -> int:
        return await count(self._tx, "orders")

    async def get(self, number: int, buyer: UserId | None) -> Order | None:
        own = {} if buyer is None else {"buyer": buyer}
        return await self._one(await self._tx.one(_GET[bool(own)], number=number, **own))

    async def of_id(self, order: OrderId) -> Order | None:
        return await self._one(await self._tx.one(_OF_ID, id=order))

    async def of_reference(self, reference: str) -> Order | None:
        return await self._one(await self._tx.one(_OF_REFERENCE, reference=reference))

    async def page(self, buyer: UserId | None, after: str | None, limit: int) -> Page[Order]:
        values: dict[str, Any] = {} if buyer is None else {"buyer": buyer}
        if after:
            (values["last"],) = after_cursor(after, tuple[int])
        rows = await self._tx.all(_PAGE[buyer is not None, bool(after)], most=limit + 1, **values)
        page = cut_page(rows, limit, itemgetter(slice(1, 2)))
        return Page(await self._filled(page.items), page.next)

    async def find(self, query: OrderQuery) -> Page[Order]:
        values: dict[str, Any] = {name: getattr(query, name) for name in ("status", "number", "since", "until")}
        values |= {"email": email_key(query.email), "words": within(query.words)}
        values = {name: value for name, value in values.items() if value}
        narrowed = tuple(values)
        if query.after:
            last, number = after_cursor(query.after, tuple[datetime, int])
            narrowed, values = (*narrowed, "last"), values | {"last": last, "last_number": number}
        ask = self._tx.scan if query.words else self._tx.all
        rows = await ask(found_by(narrowed), most=query.limit + 1, **values)
        page = cut_page(rows, query.limit, lambda row: (row[11], row[1]))
        return Page(await self._filled(page.items), page.next)

    async def add(self, order: Order) -> None:
        row = {
            "id": order.id,
            "number": order.number,
            "reference": order.reference,
            "status": order.status.value,
            "buyer": order.buyer,
            "cart_id": order.cart,
            "email": order.email,
            "language": order.language,
            "total": order.total.amount,
            "currency": order.total.currency,
            "delivery_address": to_json(order.delivery_address) if order.delivery_address else None,
            "created_at": order.created_at,
            "updated_at": order.updated_at,
            "version": order.version,
            "email_key": email_key(order.email),
            "words": order.words,
        }
        await self._tx.run_many(_ADD, [row])
        await self._tx.run_many(_ADD_LINE, _line_rows(order))

    async def save(self, order: Order) -> Order:
        changed = await self._tx.run(
            _SAVE, row_id=order.id, old_version=order.version, new_status=order.status.value, now=order.updated_at
        )
        if not changed:
            raise StaleWrite
        return msgspec.structs.replace(order, version=order.version + 1)

    async def release(self, buyer: UserId) -> None:
        await self._tx.run(_RELEASE, buyer=buyer)

    async def records(self, after: int | None, limit: int) -> list[tuple[int, Order]]:
        return [(order.number, order) for order in await self._filled(await _RECORDS.page(self._tx, after, limit))]

    async def restore(self, record: Order) -> None:
        await self.add(record)
        await self._tx.run(_COUNT_ON, number=record.number)

    async def sold(self, since: datetime) -> list[Sold]:
        rows = await self._tx.scan(_SOLD, since=since)
        return [Sold(datetime.fromisoformat(f"{row[0]}Z"), int(row[1]), int(row[2])) for row in rows]

    async def accounts(self) -> list[OrderAccount]:
        found = []
        for _, group in itertools.groupby(await self._tx.scan(_ACCOUNTS), itemgetter(0)):
            rows = list(group)
            order, number, status, cart, summed, created_at = rows[0][:6]
            lines = [row[6:] for row in rows if row[6] is not None]
            found.append(OrderAccount(order, number, OrderStatus(status), cart, summed, created_at, lines))
        return found

    async def _one(self, row: Row | None) -> Order | None:
        return (await self._filled([row]))[0] if row else None

    async def _filled(self, rows: Iterable[Row]) -> list[Order]:
        """Orders with their lines, in two statements however many there are."""
        rows = list(rows)
        lines: dict[str, list[OrderLine]] = {row[0]: [] for row in rows}
        currency = {row[0]: row[9] for row in rows}
        for line in await self._tx.all(_LINES, ids=to_json(list(lines))):
            price = Money(line[4], currency[line[0]])
            lines[line[0]].append(OrderLine(line[1], line[2], line[3], price, line[5], Seller(line[6], line[7])))
        return [_order(row, tuple(lines[row[0]])) for row in rows]


class SqlOrderEntries:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, entry: OrderEntry) -> None:
        row = msgspec.structs.asdict(entry)
        await self._tx.run(_ADD_ENTRY, order_id=row.pop("order"), **row)

    async def of(self, order: OrderId) -> list[OrderEntry]:
        return [_entry(row) for row in await self._tx.all(_ENTRIES, order_id=order)]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, OrderEntry]]:
        return [(row[-1], _entry(row)) for row in await _ENTRY_RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: OrderEntry) -> None:
        await self.add(record)


@functools.cache
def found_by(narrowed: tuple[str, ...]) -> Statement:
    """The statement of a list with these filters."""
    latest = select(*_SHOWN).where(*(_FILTERS[name] for name in narrowed))
    return Statement(latest.order_by(_o.created_at.desc(), _o.number.desc()).limit(bindparam("most")))


def _entry(row: Row) -> OrderEntry:
    return OrderEntry(
        id=row[0],
        order=row[1],
        at=row[2],
        author=row[3],
        author_name=row[4],
        status=OrderStatus(row[5]) if row[5] else None,
        note=row[6],
    )


def _order(row: Row, lines: tuple[OrderLine, ...]) -> Order:
    return Order(
        id=row[0],
        number=row[1],
        reference=row[2],
        status=OrderStatus(row[3]),
        buyer=row[4],
        cart=row[5],
        email=row[6],
        language=row[7],
        lines=lines,
        total=Money(row[8], row[9]),
        delivery_address=msgspec.convert(row[10], Address) if row[10] else None,
        created_at=row[11],
        updated_at=row[12],
        version=row[13],
    )


def _line_rows(order: Order) -> list[dict[str, Any]]:
    return [
        {
            "order_id": order.id,
            "position": position,
            "product_id": line.product_id,
            "title": line.title,
            "description": line.description,
            "unit_price": line.unit_price.amount,
            "quantity": line.quantity,
            "seller_id": line.seller.id,
            "seller_name": line.seller.name,
        }
        for position, line in enumerate(order.lines)
    ]
