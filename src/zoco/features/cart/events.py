"""Facts about carts."""

from __future__ import annotations

from typing import ClassVar

from zoco.kit.events import Event
from zoco.kit.ids import CartId, UserId


class CartChanged(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "cart"
    cart: CartId
    version: int
    owner: UserId | None = None
