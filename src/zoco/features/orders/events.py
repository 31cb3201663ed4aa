"""Facts about orders."""

from __future__ import annotations

from typing import ClassVar

from zoco.features.orders.models import OrderStatus
from zoco.kit.events import Event
from zoco.kit.ids import OrderId, UserId


class OrderPlaced(Event, frozen=True, kw_only=True):
    """`buyer` is nobody for a guest, and in facts that older versions have stored."""

    topic: ClassVar[str] = "orders"
    order: OrderId
    number: int
    buyer: UserId | None = None


class OrderMoved(Event, frozen=True, kw_only=True):
    """Its status is another one now; older versions stored neither `reference` nor `buyer`."""

    topic: ClassVar[str] = "orders"
    order: OrderId
    number: int
    status: OrderStatus
    reference: str = ""
    buyer: UserId | None = None
