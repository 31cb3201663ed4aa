"""Facts about orders."""

from __future__ import annotations

from typing import ClassVar

from zoco.features.orders.models import OrderStatus
from zoco.kit.events import Event
from zoco.kit.ids import OrderId


class OrderPlaced(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "orders"
    order: OrderId
    number: int


class OrderMoved(Event, frozen=True, kw_only=True):
    """Its status is another one now."""

    topic: ClassVar[str] = "orders"
    order: OrderId
    number: int
    status: OrderStatus
