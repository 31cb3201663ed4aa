"""What the facts of orders change on open pages: `order:…` by its reference, which nobody can guess, and `orders`."""

from __future__ import annotations

from collections.abc import Iterator

from zoco.features.orders.events import OrderMoved, OrderPlaced
from zoco.web.live import Hint, hint


@hint(OrderPlaced, OrderMoved)
def order(fact: OrderPlaced | OrderMoved) -> Iterator[Hint]:
    """To whoever has the order's link and to its buyer on every device."""
    if isinstance(fact, OrderMoved) and fact.reference:
        yield Hint(f"order:{fact.reference}")
    if fact.buyer:
        yield Hint("orders", f"user:{fact.buyer}")
