"""Carts on MongoDB, with their items inside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from zoco.features.cart.models import Address, Cart, CartItem, CartStatus
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import CartId, ProductId, UserId
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
from zoco.storage.mongo_moving import rising

_STATUS = one_of("active", "purchased")
CARTS = Collection(
    "carrito",
    {
        "_id": ID,
        "owner": maybe(ID),
        "status": _STATUS,
        "items": list_of(
            made_of({"product_id": ID, "quantity": COUNT | {"minimum": 1}, "unit_price": MONEY, "status": _STATUS})
        ),
        "email": TEXT,
        "delivery_address": {"bsonType": ["object", "null"]},
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "version": WHOLE,
    },
    loose={"active_owner": ID},
    indexes=[Index([("active_owner", 1)], unique=True, only="active_owner"), Index([("owner", 1)])],
)
"""`active_owner` is the owner of a cart that is still open, and nowhere else."""


class MongoCarts:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def get(self, cart: CartId, user: UserId | None) -> Cart | None:
        mine = [None] if user is None else [None, key(user)]
        return _cart(await self._tx.one(CARTS, {"_id": key(cart), "owner": {"$in": mine}}))

    async def of(self, user: UserId) -> Cart | None:
        return _cart(await self._tx.one(CARTS, {"active_owner": key(user)}))

    async def add(self, cart: Cart) -> bool:
        document = _document(cart)
        taken = [{"_id": document["_id"]}]
        if "active_owner" in document:
            taken.append({"active_owner": document["active_owner"]})
        if await self._tx.one(CARTS, {"$or": taken}):
            return False
        await self._tx.insert(CARTS, [document])
        return True

    async def save(self, cart: Cart) -> Cart:
        saved = msgspec.structs.replace(cart, version=cart.version + 1)
        document = _document(saved)
        change: Document = {"$set": {name: value for name, value in document.items() if name not in ("_id", "owner")}}
        if "active_owner" not in document:
            change["$unset"] = {"active_owner": ""}
        if not await self._tx.update(CARTS, {"_id": document["_id"], "version": cart.version}, change):
            raise StaleWrite
        return saved

    async def remove(self, cart: CartId) -> None:
        await self._tx.delete(CARTS, {"_id": key(cart)})

    async def forgotten(self, before: datetime, limit: int) -> list[CartId]:
        found = await self._tx.all(CARTS, _abandoned(before), limit=limit, fields=["_id"])
        return [CartId(str(row["_id"])) for row in found]

    async def forget(self, carts: Sequence[CartId], before: datetime) -> None:
        await self._tx.delete(CARTS, {"_id": {"$in": [key(cart) for cart in carts]}, **_abandoned(before)})

    async def release(self, user: UserId) -> None:
        await self._tx.update_all(CARTS, {"owner": key(user), "status": "purchased"}, {"$set": {"owner": None}})

    async def purchased(self) -> list[CartId]:
        return [CartId(str(row["_id"])) for row in await self._tx.all(CARTS, {"status": "purchased"}, fields=["_id"])]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Cart]]:
        return [(str(row["_id"]), _filled(row)) for row in await rising(self._tx, CARTS, after, limit)]

    async def restore(self, record: Cart) -> None:
        await self.add(record)


def _abandoned(before: datetime) -> Document:
    return {"owner": None, "status": "active", "updated_at": {"$lt": before}}


def _document(cart: Cart) -> Document:
    owner = maybe_key(cart.owner)
    return {
        "_id": key(cart.id),
        "owner": owner,
        "status": cart.status.value,
        "items": [
            {
                "product_id": key(item.product_id),
                "quantity": item.quantity,
                "unit_price": price(item.unit_price),
                "status": item.status.value,
            }
            for item in cart.items
        ],
        "email": cart.email,
        "delivery_address": msgspec.to_builtins(cart.delivery_address),
        "created_at": cart.created_at,
        "updated_at": cart.updated_at,
        "version": cart.version,
    } | ({"active_owner": owner} if owner is not None and cart.status is CartStatus.ACTIVE else {})


def _cart(row: Document | None) -> Cart | None:
    return _filled(row) if row else None


def _filled(row: Document) -> Cart:
    address = row["delivery_address"]
    return Cart(
        id=CartId(str(row["_id"])),
        owner=None if row["owner"] is None else UserId(str(row["owner"])),
        status=CartStatus(row["status"]),
        items=tuple(_item(item) for item in row["items"]),
        email=row["email"],
        delivery_address=msgspec.convert(address, Address) if address else None,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


def _item(item: Document) -> CartItem:
    product, quantity = ProductId(str(item["product_id"])), int(item["quantity"])
    return CartItem(product, quantity, money(item["unit_price"]), CartStatus(item["status"]))
