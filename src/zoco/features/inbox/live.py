"""What changes beside an open conversation: `cart-of:…` for the cart of the customer; `inbox` is chat's to say."""

from __future__ import annotations

from zoco.features.cart.events import CartChanged
from zoco.web.live import Hint, Hints, hint


@hint(CartChanged)
def cart(fact: CartChanged) -> Hints:
    return [Hint(f"cart-of:{fact.owner}", "role:staff")] if fact.owner else []
