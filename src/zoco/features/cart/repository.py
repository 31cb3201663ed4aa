"""The storage port of carts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from zoco.features.cart.models import Cart
from zoco.kit.ids import CartId, UserId
from zoco.kit.moving import Movable


class Carts(Movable, Protocol):
    """Carts with their items."""

    async def get(self, cart: CartId, user: UserId | None) -> Cart | None:
        """The cart where it is the user's own or nobody's; None for somebody else's."""

    async def of(self, user: UserId) -> Cart | None:
        """The user's active cart; there is at most one."""

    async def add(self, cart: Cart) -> bool:
        """False, and nothing is stored, where its owner has an active cart already."""

    async def save(self, cart: Cart) -> Cart:
        """Store it if `version` is still the stored one, and answer it with the next version; else StaleWrite."""

    async def remove(self, cart: CartId) -> None:
        """With its items: it was merged into another, or its owner has left."""

    async def forgotten(self, before: datetime, limit: int) -> list[CartId]:
        """Some carts of nobody that were not bought, and last changed earlier."""

    async def forget(self, carts: Sequence[CartId], before: datetime) -> None:
        """Remove those of them that are still so."""

    async def release(self, user: UserId) -> None:
        """Make what the user bought nobody's; its version stays."""

    async def purchased(self) -> list[CartId]:
        """Every cart that was bought; a report for `zoco check`."""
