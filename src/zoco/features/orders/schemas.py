"""What orders say and understand on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from zoco.features.cart.models import Address
from zoco.features.catalogue.models import Seller
from zoco.features.orders.models import Order, OrderLine, OrderStatus
from zoco.kit.money import Money

Email = Annotated[
    str, Meta(min_length=3, max_length=254, description="Where the confirmation goes; one's own where signed in.")
]


class PlaceOrder(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Both may stand in the cart already."""

    delivery_address: Address | None = None
    email: Email | None = None


class MoveOrder(msgspec.Struct, forbid_unknown_fields=True):
    status: OrderStatus


class LineOut(msgspec.Struct, frozen=True):
    product_id: str
    title: str
    description: str
    unit_price: Money
    quantity: int
    subtotal: Money
    seller: Seller

    @classmethod
    def of(cls, line: OrderLine) -> LineOut:
        return cls(
            line.product_id, line.title, line.description, line.unit_price, line.quantity, line.subtotal, line.seller
        )


class OrderOut(msgspec.Struct, frozen=True):
    number: int
    reference: str
    status: OrderStatus
    email: str
    lines: list[LineOut]
    total: Money
    delivery_address: Address | None
    created_at: datetime

    @classmethod
    def of(cls, order: Order) -> OrderOut:
        return cls(
            order.number,
            order.reference,
            order.status,
            order.email,
            [LineOut.of(line) for line in order.lines],
            order.total,
            order.delivery_address,
            order.created_at,
        )


class OrderPage(msgspec.Struct, frozen=True):
    items: list[OrderOut]
    next: str | None
