"""Carts on SQL engines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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
    and_,
    bindparam,
    delete,
    insert,
    null,
    or_,
    select,
    update,
)

from zoco.features.cart.models import Address, Cart, CartItem, CartStatus
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import CartId, UserId
from zoco.kit.money import Money
from zoco.storage.sql import Instant, Json, Row, SqlTx, Statement, any_of, constant, insert_new, metadata, to_json
from zoco.storage.sql_moving import Rising

carts = Table(
    "carts",
    metadata,
    Column("id", String, primary_key=True),
    Column("owner", String),
    Column("status", String, nullable=False),
    Column("email", String, nullable=False),
    Column("delivery_address", Json),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("status IN ('active', 'purchased')", name="status"),
)
_active = carts.c.status == constant("active")
Index("uq_carts_active_owner", carts.c.owner, unique=True, sqlite_where=_active)
cart_items = Table(
    "cart_items",
    metadata,
    Column("cart_id", String, ForeignKey("carts.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("product_id", String, nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("unit_price", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("status", String, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
)

_SHOWN = [
    carts.c[name]
    for name in ("id", "owner", "status", "email", "delivery_address", "created_at", "updated_at", "version")
]
_GET = Statement(
    select(*_SHOWN).where(
        carts.c.id == bindparam("id"), or_(carts.c.owner.is_(None), carts.c.owner == bindparam("user"))
    ),
    held=True,
)
_OF = Statement(select(*_SHOWN).where(carts.c.owner == bindparam("user"), _active), held=True)
_ADD = Statement(insert_new(carts))
_SAVE = Statement(
    update(carts)
    .where(carts.c.id == bindparam("row_id"), carts.c.version == bindparam("old_version"))
    .values(
        status=bindparam("new_status"),
        email=bindparam("new_email"),
        delivery_address=bindparam("new_address"),
        updated_at=bindparam("now"),
        version=carts.c.version + constant(1),
    )
)
_REMOVE = Statement(delete(carts).where(carts.c.id == bindparam("row_id")))
_abandoned = and_(carts.c.owner.is_(None), _active, carts.c.updated_at < bindparam("before"))
_FORGOTTEN = Statement(select(carts.c.id).where(_abandoned).limit(bindparam("most")))
_FORGET = Statement(delete(carts).where(any_of(carts.c.id, "ids"), _abandoned))
_RELEASE = Statement(update(carts).where(carts.c.owner == bindparam("user"), ~_active).values(owner=null()))
_PURCHASED = Statement(select(carts.c.id).where(carts.c.status == constant("purchased")))
_RECORDS = Rising(select(*_SHOWN), carts.c.id)
_i = cart_items.c
_ITEMS = Statement(
    select(_i.product_id, _i.quantity, _i.unit_price, _i.currency, _i.status)
    .where(_i.cart_id == bindparam("cart"))
    .order_by(_i.position)
)
_ADD_ITEM = Statement(insert(cart_items))
_CHANGE_ITEM = Statement(
    update(cart_items)
    .where(_i.cart_id == bindparam("row_cart"), _i.position == bindparam("row_position"))
    .values({name: bindparam(name) for name in ("product_id", "quantity", "unit_price", "currency", "status")})
)
_MARK_ITEMS = Statement(
    update(cart_items).where(_i.cart_id == bindparam("row_cart")).values(status=bindparam("new_status"))
)
_DROP_ITEMS = Statement(delete(cart_items).where(_i.cart_id == bindparam("cart"), _i.position >= bindparam("place")))


class SqlCarts:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def get(self, cart: CartId, user: UserId | None) -> Cart | None:
        return await self._filled(await self._tx.one(_GET, id=cart, user=user))

    async def of(self, user: UserId) -> Cart | None:
        return await self._filled(await self._tx.one(_OF, user=user))

    async def add(self, cart: Cart) -> bool:
        added = await self._tx.run(
            _ADD,
            id=cart.id,
            owner=cart.owner,
            status=cart.status.value,
            email=cart.email,
            delivery_address=_address(cart),
            created_at=cart.created_at,
            updated_at=cart.updated_at,
            version=cart.version,
        )
        if added:
            await self._tx.run_many(_ADD_ITEM, [_item_row(cart, place) for place in range(len(cart.items))])
        return added == 1

    async def save(self, cart: Cart) -> Cart:
        changed = await self._tx.run(
            _SAVE,
            row_id=cart.id,
            old_version=cart.version,
            new_status=cart.status.value,
            new_email=cart.email,
            new_address=_address(cart),
            now=cart.updated_at,
        )
        if not changed:
            raise StaleWrite
        await self._save_items(cart)
        return msgspec.structs.replace(cart, version=cart.version + 1)

    async def remove(self, cart: CartId) -> None:
        await self._tx.run(_REMOVE, row_id=cart)

    async def forgotten(self, before: datetime, limit: int) -> list[CartId]:
        return [row[0] for row in await self._tx.scan(_FORGOTTEN, before=before, most=limit)]

    async def forget(self, carts: Sequence[CartId], before: datetime) -> None:
        await self._tx.run(_FORGET, ids=to_json(list(carts)), before=before)

    async def release(self, user: UserId) -> None:
        await self._tx.run(_RELEASE, user=user)

    async def purchased(self) -> list[CartId]:
        return [row[0] for row in await self._tx.scan(_PURCHASED)]

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Cart]]:
        rows = await _RECORDS.page(self._tx, after, limit)
        return [(row[-1], cart) for row in rows if (cart := await self._filled(row))]

    async def restore(self, record: Cart) -> None:
        await self.add(record)

    async def _save_items(self, cart: Cart) -> None:
        """Write only what differs: most changes are of one item among many."""
        stored = await self._items(cart.id, cart.version)
        if cart.status is CartStatus.PURCHASED and stored:  # with everything in it, which takes one statement
            await self._tx.run(_MARK_ITEMS, row_cart=cart.id, new_status=cart.status.value)
            stored = tuple(msgspec.structs.replace(item, status=cart.status) for item in stored)
        before, now = len(stored), len(cart.items)
        moved = [place for place in range(min(before, now)) if stored[place] != cart.items[place]]
        await self._tx.run_many(_CHANGE_ITEM, [_in_place(_item_row(cart, place)) for place in moved])
        await self._tx.run_many(_ADD_ITEM, [_item_row(cart, place) for place in range(before, now)])
        if before > now:
            await self._tx.run(_DROP_ITEMS, cart=cart.id, place=now)
        self._tx.learnt[SqlCarts, cart.id] = cart.version + 1, cart.items

    async def _items(self, cart: CartId, version: int) -> tuple[CartItem, ...]:
        """What is in a cart of this version, read once for all who ask before it changes."""
        place = SqlCarts, cart
        known, items = self._tx.learnt.get(place) or self._tx.lasting.get(place) or (0, ())
        if known != version:
            items = tuple(
                CartItem(row[0], row[1], Money(row[2], row[3]), CartStatus(row[4]))
                for row in await self._tx.all(_ITEMS, cart=cart)
            )
            self._tx.learnt[place] = version, items
        return items

    async def _filled(self, row: Row | None) -> Cart | None:
        if row is None:
            return None
        return Cart(
            id=row[0],
            owner=row[1],
            status=CartStatus(row[2]),
            items=await self._items(row[0], row[7]),
            email=row[3],
            delivery_address=msgspec.convert(row[4], Address) if row[4] else None,
            created_at=row[5],
            updated_at=row[6],
            version=row[7],
        )


def _address(cart: Cart) -> str | None:
    return to_json(cart.delivery_address) if cart.delivery_address else None


def _item_row(cart: Cart, place: int) -> dict[str, Any]:
    item = cart.items[place]
    return {
        "cart_id": cart.id,
        "position": place,
        "product_id": item.product_id,
        "quantity": item.quantity,
        "unit_price": item.unit_price.amount,
        "currency": item.unit_price.currency,
        "status": item.status.value,
    }


def _in_place(row: dict[str, Any]) -> dict[str, Any]:
    """The values of `_CHANGE_ITEM`."""
    return {"row_cart": row.pop("cart_id"), "row_position": row.pop("position"), **row}
