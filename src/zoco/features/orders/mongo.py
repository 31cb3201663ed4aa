"""Orders on MongoDB, with their lines inside."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from zoco.features.cart.models import Address
from zoco.features.catalogue.models import Seller
from zoco.features.orders.models import Order, OrderAccount, OrderEntry, OrderLine, OrderQuery, OrderStatus, Sold
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import CartId, EntryId, OrderId, ProductId, UserId
from zoco.kit.paging import Page, cut_page
from zoco.kit.paging import after as after_cursor
from zoco.kit.text import email_key
from zoco.storage.documents import (
    COUNT,
    ID,
    MOMENT,
    MONEY,
    TEXT,
    WHOLE,
    Collection,
    Document,
    Index,
    MongoTx,
    key,
    list_of,
    made_of,
    maybe,
    maybe_key,
    money,
    one_of,
    price,
)
from zoco.storage.mongo_counters import COUNTERS
from zoco.storage.mongo_moving import rising

_LINE = made_of(
    {
        "product_id": ID,
        "title": TEXT,
        "description": TEXT,
        "unit_price": MONEY,
        "quantity": COUNT | {"minimum": 1},
        "seller": made_of({"id": ID, "name": TEXT}),
    }
)
ORDERS = Collection(
    "ordenes",
    {
        "_id": ID,
        "number": COUNT | {"minimum": 1},
        "reference": TEXT,
        "status": one_of("generada", "pagada", "enviada", "entregada", "cancelada"),
        "buyer": maybe(ID),
        "cart_id": ID,
        "email": TEXT,
        "language": TEXT,
        "lines": list_of(_LINE),
        "total": MONEY,
        "delivery_address": {"bsonType": ["object", "null"]},
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "version": WHOLE,
    },
    loose={"email_key": TEXT, "words": TEXT},
    indexes=[
        Index([("created_at", 1), ("number", 1)]),
        Index([("status", 1), ("created_at", 1), ("number", 1)]),
        Index([("email_key", 1), ("created_at", 1), ("number", 1)]),
        Index([("email", 1)]),
        Index([("number", 1)], unique=True),
        Index([("reference", 1)], unique=True),
        Index([("cart_id", 1)], unique=True),
        Index([("buyer", 1), ("number", -1)]),
    ],
)
ENTRIES = Collection(
    "historial",
    {
        "_id": ID,
        "order_id": ID,
        "at": MOMENT,
        "author": ID,
        "author_name": TEXT,
        "status": maybe(TEXT),
        "note": TEXT,
    },
    indexes=[Index([("order_id", 1), ("at", 1), ("_id", 1)])],
)
_NUMBERS: Document = {"_id": "orders"}


class MongoOrders:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def next_number(self) -> int:
        return int((await self._tx.put(COUNTERS, _NUMBERS, {"$inc": {"value": 1}}))["value"])

    async def get(self, number: int, buyer: UserId | None) -> Order | None:
        mine = {} if buyer is None else {"buyer": key(buyer)}
        return _order(await self._tx.one(ORDERS, {"number": number, **mine}))

    async def of_id(self, order: OrderId) -> Order | None:
        return _order(await self._tx.one(ORDERS, {"_id": key(order)}))

    async def of_reference(self, reference: str) -> Order | None:
        return _order(await self._tx.one(ORDERS, {"reference": reference}))

    async def page(self, buyer: UserId | None, after: str | None, limit: int) -> Page[Order]:
        where: Document = {} if buyer is None else {"buyer": key(buyer)}
        if after:
            (last,) = after_cursor(after, tuple[int])
            where["number"] = {"$lt": last}
        found = await self._tx.all(ORDERS, where, sort=[("number", -1)], limit=limit + 1)
        return cut_page([_filled(row) for row in found], limit, lambda order: (order.number,))

    async def find(self, query: OrderQuery) -> Page[Order]:
        where: Document = {} if query.status is None else {"status": query.status.value}
        if query.number is not None:
            where["number"] = query.number
        if query.words:
            where["words"] = {"$regex": re.escape(query.words)}
        both: list[Document] = []
        if query.email:  # orders of the shop's first version have no key
            both.append({"$or": [{"email_key": email_key(query.email)}, {"email": query.email}]})
        if query.since:
            both.append({"created_at": {"$gte": query.since}})
        if query.until:
            both.append({"created_at": {"$lt": query.until}})
        if query.after:
            last, number = after_cursor(query.after, tuple[datetime, int])
            beyond = [{"created_at": {"$lt": last}}, {"created_at": last, "number": {"$lt": number}}]
            both += [{"created_at": {"$lte": last}}, {"$or": beyond}]
        if both:
            where["$and"] = both
        latest = [("created_at", -1), ("number", -1)]
        found = await self._tx.all(ORDERS, where, sort=latest, limit=query.limit + 1)
        return cut_page([_filled(row) for row in found], query.limit, lambda order: (order.created_at, order.number))

    async def add(self, order: Order) -> None:
        await self._tx.insert(ORDERS, [_document(order)])

    async def save(self, order: Order) -> Order:
        stored = {"_id": key(order.id), "version": order.version}
        changed = {"status": order.status.value, "updated_at": order.updated_at}
        if not await self._tx.update(ORDERS, stored, {"$set": changed, "$inc": {"version": 1}}):
            raise StaleWrite
        return msgspec.structs.replace(order, version=order.version + 1)

    async def release(self, buyer: UserId) -> None:
        await self._tx.update_all(ORDERS, {"buyer": key(buyer)}, {"$set": {"buyer": None}})

    async def sold(self, since: datetime) -> list[Sold]:
        rows = await self._tx.grouped(
            ORDERS,
            [
                {"$match": {"created_at": {"$gte": since}, "status": {"$ne": "cancelada"}}},
                {
                    "$group": {
                        "_id": {"$dateTrunc": {"date": "$created_at", "unit": "minute", "binSize": 15}},
                        "orders": {"$sum": 1},
                        "total": {"$sum": "$total.amount"},
                    }
                },
                {"$sort": {"_id": 1}},
            ],
        )
        return [Sold(row["_id"], int(row["orders"]), int(row["total"])) for row in rows]

    async def accounts(self) -> list[OrderAccount]:
        return [_account(row) for row in await self._tx.all(ORDERS, {}, sort=[("number", 1)])]

    async def records(self, after: int | None, limit: int) -> list[tuple[int, Order]]:
        where = {} if after is None else {"number": {"$gt": after}}
        found = await self._tx.all(ORDERS, where, sort=[("number", 1)], limit=limit)
        return [(int(row["number"]), _filled(row)) for row in found]

    async def restore(self, record: Order) -> None:
        await self.add(record)
        await self._tx.put(COUNTERS, _NUMBERS, {"$max": {"value": record.number}})


class MongoOrderEntries:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, entry: OrderEntry) -> None:
        document = {
            "_id": key(entry.id),
            "order_id": key(entry.order),
            "at": entry.at,
            "author": key(entry.author),
            "author_name": entry.author_name,
            "status": entry.status and entry.status.value,
            "note": entry.note,
        }
        await self._tx.insert(ENTRIES, [document])

    async def of(self, order: OrderId) -> list[OrderEntry]:
        oldest = [("at", 1), ("_id", 1)]
        return [_entry(row) for row in await self._tx.all(ENTRIES, {"order_id": key(order)}, sort=oldest)]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, OrderEntry]]:
        return [(str(row["_id"]), _entry(row)) for row in await rising(self._tx, ENTRIES, after, limit)]

    async def restore(self, record: OrderEntry) -> None:
        await self.add(record)


def _entry(row: Document) -> OrderEntry:
    return OrderEntry(
        id=EntryId(str(row["_id"])),
        order=OrderId(str(row["order_id"])),
        at=row["at"],
        author=UserId(str(row["author"])),
        author_name=row["author_name"],
        status=OrderStatus(row["status"]) if row["status"] else None,
        note=row["note"],
    )


def _document(order: Order) -> Document:
    return {
        "_id": key(order.id),
        "number": order.number,
        "reference": order.reference,
        "status": order.status.value,
        "buyer": maybe_key(order.buyer),
        "cart_id": key(order.cart),
        "email": order.email,
        "language": order.language,
        "lines": [
            {
                "product_id": key(line.product_id),
                "title": line.title,
                "description": line.description,
                "unit_price": price(line.unit_price),
                "quantity": line.quantity,
                "seller": {"id": key(line.seller.id), "name": line.seller.name},
            }
            for line in order.lines
        ],
        "total": price(order.total),
        "delivery_address": msgspec.to_builtins(order.delivery_address),
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "version": order.version,
        "email_key": email_key(order.email),
        "words": order.words,
    }


def _order(row: Document | None) -> Order | None:
    return _filled(row) if row else None


def _filled(row: Document) -> Order:
    address = row["delivery_address"]
    return Order(
        id=OrderId(str(row["_id"])),
        number=int(row["number"]),
        reference=row["reference"],
        status=OrderStatus(row["status"]),
        buyer=None if row["buyer"] is None else UserId(str(row["buyer"])),
        cart=CartId(str(row["cart_id"])),
        email=row["email"],
        language=row["language"],
        lines=tuple(_line(line) for line in row["lines"]),
        total=money(row["total"]),
        delivery_address=msgspec.convert(address, Address) if address else None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


def _line(line: Document) -> OrderLine:
    seller = Seller(UserId(str(line["seller"]["id"])), line["seller"]["name"])
    product = ProductId(str(line["product_id"]))
    return OrderLine(
        product, line["title"], line["description"], money(line["unit_price"]), int(line["quantity"]), seller
    )


def _account(row: Document) -> OrderAccount:
    lines = [
        (ProductId(str(line["product_id"])), int(line["quantity"]), int(line["unit_price"]["amount"]))
        for line in row["lines"]
    ]
    order, cart = OrderId(str(row["_id"])), CartId(str(row["cart_id"]))
    summed = int(row["total"]["amount"])
    return OrderAccount(order, int(row["number"]), OrderStatus(row["status"]), cart, summed, row["created_at"], lines)
