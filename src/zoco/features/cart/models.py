"""A cart and its items, and what can be done to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from zoco.features.cart.errors import CartEmpty, CartFull, CartPurchased, CartTooDear, ItemMissing
from zoco.features.catalogue.models import Product
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import CartId, ProductId, UserId
from zoco.kit.money import LARGEST, Money, total
from zoco.kit.text import N_

MOST_ITEMS = 100
GUESTS_KEPT = timedelta(days=90)
"""How long a cart of nobody stays after its last change."""


class CartStatus(StrEnum):
    """Of a cart, and of each of its items."""

    ACTIVE = "active"
    PURCHASED = "purchased"


Line = Annotated[str, Meta(min_length=1, max_length=200)]
OptionalLine = Annotated[str, Meta(max_length=200)]
_NEEDED = ("recipient", "line1", "city", "country")


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an order goes; recipient, line1, city and country are needed."""

    recipient: Line
    line1: Line
    city: Line
    country: Line
    phone: OptionalLine = ""
    line2: OptionalLine = ""
    region: OptionalLine = ""
    postal_code: OptionalLine = ""
    notes: Annotated[str, Meta(max_length=1000)] = ""

    def tidied(self) -> Address:
        """Without spaces around, and each line on one; raises Invalid where nothing is left of one that is needed."""
        lines = {name: " ".join(getattr(self, name).split()) for name in self.__struct_fields__ if name != "notes"}
        if lacking := [name for name in _NEEDED if not lines[name]]:
            message = N_("This is required.")
            raise Invalid(*(FieldError(f"delivery_address.{name}", "required", message) for name in lacking))
        return Address(**lines, notes=self.notes.strip())


class CartItem(msgspec.Struct, frozen=True):
    """So many pieces of a product; `unit_price` is the price that the buyer last saw."""

    product_id: ProductId
    quantity: int
    unit_price: Money
    status: CartStatus = CartStatus.ACTIVE

    @property
    def subtotal(self) -> Money:
        return self.unit_price.times(self.quantity)


class Cart(msgspec.Struct, frozen=True, kw_only=True):
    """A cart; one without an owner belongs to whoever knows its id. Items stand in the order of their adding."""

    id: CartId
    owner: UserId | None
    status: CartStatus
    items: tuple[CartItem, ...]
    email: str
    delivery_address: Address | None
    created_at: datetime
    updated_at: datetime
    version: int

    def item(self, product: ProductId) -> CartItem | None:
        return next((item for item in self.items if item.product_id == product), None)

    def quantity_of(self, product: ProductId) -> int:
        item = self.item(product)
        return item.quantity if item else 0

    def with_item(self, product: Product, quantity: int) -> Cart:
        """Make it `quantity` pieces, at the present price.

        Raises OutOfStock, NotForSale, CartFull or CartPurchased.
        """
        self.check_active()
        product.check_offer(quantity)
        item = CartItem(product.id, quantity, product.price)
        if self.item(product.id):
            return self._with(tuple(item if old.product_id == product.id else old for old in self.items))
        if len(self.items) >= MOST_ITEMS:
            raise CartFull(most=MOST_ITEMS)
        return self._with((*self.items, item))

    def without(self, product: ProductId) -> Cart:
        """Raises ItemMissing where the product is not in it."""
        self.check_active()
        if not self.item(product):
            raise ItemMissing
        return self._with(tuple(item for item in self.items if item.product_id != product))

    def emptied(self) -> Cart:
        self.check_active()
        return self._with(())

    def purchased(self) -> Cart:
        """Raises CartPurchased the second time, CartEmpty or CartTooDear where this makes no order."""
        self.check_active()
        if not self.items:
            raise CartEmpty
        if sum(item.subtotal.amount for item in self.items) > LARGEST:
            raise CartTooDear
        items = tuple(msgspec.structs.replace(item, status=CartStatus.PURCHASED) for item in self.items)
        return msgspec.structs.replace(self, items=items, status=CartStatus.PURCHASED)

    def total(self, currency: str) -> Money:
        return total([item.subtotal for item in self.items], currency)

    def check_active(self) -> None:
        if self.status is not CartStatus.ACTIVE:
            raise CartPurchased

    def _with(self, items: tuple[CartItem, ...]) -> Cart:
        return msgspec.structs.replace(self, items=items)


class Change(msgspec.Struct, frozen=True):
    """What the shop changed in a cart by itself, to be told to the buyer: `gone`, `full`, `fewer` or `price`."""

    code: str
    title: str
    quantity: int = 0


class CartView(msgspec.Struct, frozen=True):
    """A cart with the products that its items name; of a removed one there is none. `taken` was just taken out."""

    cart: Cart
    products: dict[ProductId, Product]
    changes: tuple[Change, ...] = ()
    taken: tuple[CartItem, ...] = ()

    def told_in(self, language: str) -> CartView:
        """With its products as visitors read them who speak the language."""
        told = {key: product.told_in(language) for key, product in self.products.items()}
        return msgspec.structs.replace(self, products=told)


class ItemView(msgspec.Struct, frozen=True):
    """One product in a cart."""

    cart: Cart
    product: Product

    @property
    def item(self) -> CartItem:
        return next(item for item in self.cart.items if item.product_id == self.product.id)


def refreshed(cart: Cart, products: dict[ProductId, Product]) -> tuple[Cart, tuple[Change, ...]]:
    """The cart as it can be bought now: gone products left out, quantities capped at the stock, present prices."""
    items, changes = list[CartItem](), list[Change]()
    for item in cart.items:
        product = products.get(item.product_id)
        if product is None or not product.offered:
            changes.append(Change("gone", product.called if product else ""))
            continue
        if len(items) == MOST_ITEMS:
            changes.append(Change("full", product.called))
            continue
        if item.quantity > product.stock:
            changes.append(Change("fewer", product.called, product.stock))
        if item.unit_price != product.price:
            changes.append(Change("price", product.called))
        items.append(CartItem(item.product_id, min(item.quantity, product.stock), product.price))
    return msgspec.structs.replace(cart, items=tuple(items)), tuple(changes)


def put_back(
    cart: Cart, wanted: Mapping[ProductId, int], products: dict[ProductId, Product]
) -> tuple[Cart, tuple[Change, ...]]:
    """The cart with at least so many pieces of each, as it can be bought now; what is gone for good stays out."""
    cart.check_active()
    items = {item.product_id: item for item in cart.items}
    for product, quantity in wanted.items():
        if product in products:
            again = max(quantity, cart.quantity_of(product))
            items[product] = CartItem(product, again, products[product].price)
    return refreshed(msgspec.structs.replace(cart, items=tuple(items.values())), products)


def merged(cart: Cart, guest: Cart) -> Cart:
    """The owner's cart with a guest's items added up; stock and size are looked at by `refreshed` afterwards."""
    quantities = {item.product_id: item for item in cart.items}
    for item in guest.items:
        own = quantities.get(item.product_id)
        quantities[item.product_id] = CartItem(
            item.product_id, item.quantity + (own.quantity if own else 0), item.unit_price
        )
    return msgspec.structs.replace(
        cart,
        items=tuple(quantities.values()),
        delivery_address=cart.delivery_address or guest.delivery_address,
    )
