"""What a cart refuses."""

from __future__ import annotations

from zoco.kit.errors import Conflict, NotFound
from zoco.kit.text import N_


class CartMissing(NotFound):
    code = "cart.missing"
    message = N_("This cart does not exist.")


class CartEmpty(Conflict):
    code = "cart.empty"
    message = N_("The cart is empty.")


class CartPurchased(Conflict):
    code = "cart.purchased"
    message = N_("This cart was bought already.")


class ItemMissing(NotFound):
    code = "cart.item_missing"
    message = N_("This product is not in the cart.")


class PriceChanged(Conflict):
    """The price differs from the one the buyer saw; params `title`."""

    code = "cart.price_changed"
    message = N_("The price of “{title}” has changed. Look at your cart again before you buy.")


class CartTooDear(Conflict):
    code = "cart.too_dear"
    message = N_("This is too much for one order. Take fewer pieces.")


class CartFull(Conflict):
    code = "cart.full"
    message = N_("A cart holds at most {most} different products.")
