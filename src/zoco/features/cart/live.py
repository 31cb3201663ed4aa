"""What a cart's facts change on open pages: `cart`."""

from __future__ import annotations

from zoco.features.cart.events import CartChanged
from zoco.web.live import Hint, Hints, hint


@hint(CartChanged)
def cart(fact: CartChanged) -> Hints:
    """To its owner on every device, else to whoever's browser keeps that cart."""
    return [Hint("cart", f"user:{fact.owner}" if fact.owner else f"cart:{fact.cart}")]
