"""The storage port of orders."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from zoco.features.orders.models import Order, OrderAccount, OrderEntry, OrderQuery, Sold
from zoco.kit.ids import OrderId, UserId
from zoco.kit.moving import Movable
from zoco.kit.paging import Page


class Orders(Movable, Protocol):
    """Orders with their lines; `buyer` None means anybody's."""

    async def next_number(self) -> int:
        """One more than the last order's; nobody else gets it unless this transaction is undone. Ask for it last."""

    async def get(self, number: int, buyer: UserId | None) -> Order | None: ...

    async def of_id(self, order: OrderId) -> Order | None: ...

    async def of_reference(self, reference: str) -> Order | None: ...

    async def page(self, buyer: UserId | None, after: str | None, limit: int) -> Page[Order]:
        """Newest, that is highest number, first."""

    async def find(self, query: OrderQuery) -> Page[Order]:
        """Anybody's. Latest first, ties by number downwards; Invalid where `after` is no cursor of this list."""

    async def add(self, order: Order) -> None: ...

    async def save(self, order: Order) -> Order:
        """Store the status, and answer the next version; StaleWrite where `version` is not the stored one."""

    async def release(self, buyer: UserId) -> None:
        """Make the buyer's orders nobody's; their versions stay."""

    async def sold(self, since: datetime) -> list[Sold]:
        """By quarters of an hour, those without an order left out; called-off orders do not count. A report."""

    async def accounts(self) -> list[OrderAccount]:
        """Every order by number; a report for `zoco check`."""


class OrderEntries(Movable, Protocol):
    """What became of orders, and what staff wrote about them."""

    async def add(self, entry: OrderEntry) -> None: ...

    async def of(self, order: OrderId) -> list[OrderEntry]:
        """Oldest first, ties by id."""
