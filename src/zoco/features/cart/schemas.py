"""What the cart says and understands on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from zoco.features.cart.models import Address, CartItem, CartStatus, CartView
from zoco.features.catalogue.models import Image, Product
from zoco.kit.money import Money

Quantity = Annotated[int, Meta(ge=1, le=1_000_000, description="Pieces.")]


class AddItem(msgspec.Struct, forbid_unknown_fields=True):
    quantity: Quantity = 1


class SetQuantity(msgspec.Struct, forbid_unknown_fields=True):
    quantity: Quantity


class ItemIn(msgspec.Struct, forbid_unknown_fields=True):
    product_id: str
    quantity: Quantity


class ChangeCart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One of three: `items` replaces all, `product_id` with `quantity` changes one, `delivery_address` is set."""

    items: list[ItemIn] | None = None
    product_id: str | None = None
    quantity: Quantity | None = None
    delivery_address: Address | None = None


class ItemOut(msgspec.Struct, frozen=True):
    product_id: str
    title: str
    image: Image | None
    unit_price: Money
    quantity: int
    subtotal: Money
    status: CartStatus

    @classmethod
    def of(cls, item: CartItem, product: Product | None) -> ItemOut:
        """`product` is None where it was removed."""
        return cls(
            item.product_id,
            product.title if product else "",
            product.image if product else None,
            item.unit_price,
            item.quantity,
            item.subtotal,
            item.status,
        )


class NoticeOut(msgspec.Struct, frozen=True):
    """Something that the shop changed in the cart by itself: `gone`, `full`, `fewer` or `price`."""

    code: str
    title: str
    quantity: int


class CartOut(msgspec.Struct, frozen=True):
    id: str
    status: CartStatus
    items: list[ItemOut]
    total: Money
    email: str
    delivery_address: Address | None
    updated_at: datetime
    version: int
    notices: list[NoticeOut]

    @classmethod
    def of(cls, view: CartView, currency: str) -> CartOut:
        cart = view.cart
        return cls(
            cart.id,
            cart.status,
            [ItemOut.of(item, view.products.get(item.product_id)) for item in cart.items],
            cart.total(currency),
            cart.email,
            cart.delivery_address,
            cart.updated_at,
            cart.version,
            [NoticeOut(change.code, str(change.title), change.quantity) for change in view.changes],
        )
