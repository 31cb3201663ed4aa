"""What people do with their carts, and what orders asks of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from zoco.features.accounts.providers import Notice
from zoco.features.cart.errors import CartMissing, ItemMissing, PriceChanged
from zoco.features.cart.events import CartChanged
from zoco.features.cart.models import (
    GUESTS_KEPT,
    Address,
    Cart,
    CartStatus,
    CartView,
    Change,
    ItemView,
    merged,
    put_back,
    refreshed,
)
from zoco.features.cart.repository import Carts
from zoco.features.cart.schemas import CartOut
from zoco.features.catalogue.errors import ProductMissing
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.clock import Clock
from zoco.kit.errors import FieldError, Invalid, StaleWrite
from zoco.kit.ids import CartId, ProductId, UserId, secret_id
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.store import Store, Tx, use_case
from zoco.kit.text import N_

SEE_ALL = Permission("cart.see_all", Role.STAFF)
"""See what is in anybody's cart."""

_AT_ONCE = 200  # carts that are forgotten in one transaction
NOTICES = {
    "gone": N_("“{title}” is no longer for sale and was taken out of your cart."),
    "fewer": N_("We have only {quantity} of “{title}” left, so we have adjusted your cart."),
    "full": N_("“{title}” did not fit into your cart, which is full."),
    "price": N_("The price of “{title}” has changed since you put it in your cart."),
}
NAMELESS = N_("A product is no longer in the shop and was taken out of your cart.")
"""Told of one that was removed: its title went with it."""


class CartService:
    """Every method asks for the cart by its id and by who wants it: an owner's cart is nobody else's."""

    def __init__(self, store: Store, clock: Clock, catalogue: CatalogueService) -> None:
        self._store, self._clock, self._catalogue = store, clock, catalogue
        self.currency = catalogue.currency

    @use_case
    async def open(self, actor: Actor) -> tuple[Cart, bool]:
        """The person's active cart, and whether it is new; a guest always gets a new one."""
        async with self._store.write() as tx:
            existing = await tx[Carts].of(actor.id) if actor.id else None
            return (existing, False) if existing else (await self._new(tx, actor.id, actor.email), True)

    async def show(self, actor: Actor, cart: CartId) -> CartView:
        """The cart with present prices and what can still be had; what had to change is stored and told."""
        async with self._store.read() as tx:
            view = await self._view(tx, await self._own(tx, actor, cart))
        return await self._refresh(actor, view)

    async def current(self, actor: Actor, cart: CartId | None) -> CartView | None:
        """The signed-in person's active cart, or the guest's that `cart` names; None where there is none."""
        async with self._store.read() as tx:
            found = await self._current(tx, actor, cart)
            view = await self._view(tx, found) if found else None
        return await self._refresh(actor, view) if view else None

    async def look(self, actor: Actor, owner: UserId) -> CartView | None:
        """Somebody's active cart as it stands, for staff; nothing in it is brought up to date."""
        actor.require(SEE_ALL)
        async with self._store.read() as tx:
            found = await tx[Carts].of(owner)
            return await self._view(tx, found) if found else None

    async def count(self, actor: Actor, cart: CartId | None) -> int:
        """How many pieces are in the person's cart."""
        async with self._store.read() as tx:
            found = await self._current(tx, actor, cart)
        return sum(item.quantity for item in found.items) if found else 0

    @use_case
    async def add(self, actor: Actor, cart: CartId, product: ProductId, quantity: int) -> ItemView:
        """Put so many more pieces into the cart; raises OutOfStock where the stock does not cover them all together."""
        async with self._store.write() as tx:
            found = await self._own(tx, actor, cart)
            added = await self._catalogue.get(tx, product)
            changed = found.with_item(added, found.quantity_of(product) + quantity)
            return ItemView(await self._changed(tx, changed), added)

    @use_case
    async def set_quantity(self, actor: Actor, cart: CartId, product: ProductId, quantity: int) -> CartView:
        """Make it exactly so many pieces of a product that is in the cart; raises ItemMissing."""
        async with self._store.write() as tx:
            found = await self._own(tx, actor, cart)
            found.check_active()
            if not found.item(product):
                raise ItemMissing
            return await self._save(tx, found.with_item(await self._catalogue.get(tx, product), quantity))

    @use_case
    async def replace(self, actor: Actor, cart: CartId, wanted: Sequence[tuple[ProductId, int]]) -> CartView:
        """Make these the cart's only items; a product named twice counts together.

        Raises Invalid where a product does not exist, and what `add` does.
        """
        quantities: dict[ProductId, int] = {}
        for product, quantity in wanted:
            quantities[product] = quantities.get(product, 0) + quantity
        async with self._store.write() as tx:
            changed = (await self._own(tx, actor, cart)).emptied()
            found = await self._catalogue.many(tx, quantities)
            if unknown := [place for place, (product, _) in enumerate(wanted) if product not in found]:
                raise Invalid(*(_unknown(place) for place in unknown))
            for product, quantity in quantities.items():
                changed = changed.with_item(found[product], quantity)
            return await self._save(tx, changed)

    @use_case
    async def set_address(self, actor: Actor, cart: CartId, address: Address) -> CartView:
        """Raises Invalid where a line that is needed is blank."""
        address = address.tidied()
        async with self._store.write() as tx:
            found = await self._own(tx, actor, cart)
            found.check_active()
            return await self._save(tx, msgspec.structs.replace(found, delivery_address=address))

    @use_case
    async def remove(self, actor: Actor, cart: CartId, product: ProductId) -> CartView:
        async with self._store.write() as tx:
            found = await self._own(tx, actor, cart)
            view = await self._save(tx, found.without(product))
        return msgspec.structs.replace(view, taken=tuple(item for item in found.items if item.product_id == product))

    @use_case
    async def empty(self, actor: Actor, cart: CartId) -> CartView:
        async with self._store.write() as tx:
            found = await self._own(tx, actor, cart)
            view = await self._save(tx, found.emptied())
        return msgspec.structs.replace(view, taken=found.items)

    @use_case
    async def put_back(self, actor: Actor, cart: CartId, wanted: Mapping[ProductId, int]) -> CartView:
        """Have at least so many pieces of each again, as far as they can be had; sent twice it is the same."""
        async with self._store.write() as tx:
            found = await self._own(tx, actor, cart)
            products = await self._catalogue.many(tx, {*wanted, *(item.product_id for item in found.items)})
            back, changes = put_back(found, wanted, products)
            view = await self._save(tx, back) if back != found else CartView(found, products)
        return msgspec.structs.replace(view, changes=changes)

    @use_case
    async def signed_in(self, user: UserId, email: str, guest_cart: CartId | None) -> list[Notice]:
        """Add a guest's cart to the one of the person who signs in, capped at the stock; what changed is told."""
        if guest_cart is None:
            return []
        async with self._store.write() as tx:
            guest = await tx[Carts].get(guest_cart, None)
            if guest is None or guest.status is not CartStatus.ACTIVE or not guest.items:
                return []
            own = await tx[Carts].of(user) or await self._new(tx, user, email)
            both = merged(own, guest)
            both, changes = refreshed(both, await self._products(tx, both))
            await tx[Carts].remove(guest.id)
            tx.emit(CartChanged(cart=guest.id, version=guest.version + 1))
            await self._changed(tx, both)
        return [notice(change) for change in changes]

    async def own_data(self, tx: Tx, user: UserId) -> dict[str, Any]:
        """The person's active cart; what they bought is told by orders."""
        found = await tx[Carts].of(user)
        return {"carts": [CartOut.of(await self._view(tx, found), self.currency)] if found else []}

    async def forget(self, tx: Tx, user: UserId) -> None:
        """Somebody has left: drop their active cart, and make those that they bought nobody's; emits CartChanged."""
        active = await tx[Carts].of(user)
        if active:
            await tx[Carts].remove(active.id)
            tx.emit(CartChanged(cart=active.id, version=active.version + 1, owner=user))
        await tx[Carts].release(user)

    async def forget_guests(self) -> None:
        """Drop carts that nobody owns and nobody has touched for long."""
        while len(await self._forget_some()) == _AT_ONCE:
            pass

    async def buy(self, tx: Tx, actor: Actor, cart: CartId) -> CartView:
        """Mark the cart and its items as purchased; the stock is the caller's to take.

        Raises CartPurchased, CartEmpty, or PriceChanged for a price that the buyer has not seen.
        """
        found = await self._own(tx, actor, cart)
        view = await self._view(tx, found)
        bought = found.purchased()
        for item in found.items:
            product = view.products.get(item.product_id)
            if product is not None and product.price != item.unit_price:
                raise PriceChanged(title=product.called)
        return CartView(await self._changed(tx, bought), view.products)

    async def purchased(self, tx: Tx) -> list[CartId]:
        """Every cart that was bought; a report for `zoco check`."""
        return await tx[Carts].purchased()

    @use_case
    async def _forget_some(self) -> list[CartId]:
        before = self._clock.now() - GUESTS_KEPT
        async with self._store.read() as tx:
            old = await tx[Carts].forgotten(before, _AT_ONCE)
        if old:
            async with self._store.write() as tx:
                await tx[Carts].forget(old, before)
        return old

    async def _own(self, tx: Tx, actor: Actor, cart: CartId) -> Cart:
        found = await tx[Carts].get(cart, actor.id)
        if found is None:
            raise CartMissing
        return found

    async def _current(self, tx: Tx, actor: Actor, cart: CartId | None) -> Cart | None:
        if actor.id:
            return await tx[Carts].of(actor.id)
        found = await tx[Carts].get(cart, None) if cart else None
        return found if found and found.status is CartStatus.ACTIVE else None

    async def _new(self, tx: Tx, owner: UserId | None, email: str) -> Cart:
        now = self._clock.now()
        cart = Cart(
            id=CartId(secret_id()),
            owner=owner,
            status=CartStatus.ACTIVE,
            items=(),
            email=email,
            delivery_address=None,
            created_at=now,
            updated_at=now,
            version=1,
        )
        if not await tx[Carts].add(cart):
            raise StaleWrite
        return cart

    async def _view(self, tx: Tx, cart: Cart) -> CartView:
        return CartView(cart, await self._products(tx, cart))

    async def _products(self, tx: Tx, cart: Cart) -> dict[ProductId, Product]:
        return await self._catalogue.many(tx, [item.product_id for item in cart.items])

    async def _refresh(self, actor: Actor, view: CartView) -> CartView:
        """Store what no longer holds, which is rare."""
        return await self._bring_up_to_date(actor, view.cart.id) if _outdated(view) else view

    @use_case
    async def _bring_up_to_date(self, actor: Actor, cart: CartId) -> CartView:
        async with self._store.write() as tx:
            view = await self._view(tx, await self._own(tx, actor, cart))
            if not _outdated(view):  # another tab was here first
                return view
            changed, changes = refreshed(view.cart, view.products)
            saved = await self._save(tx, changed)
        return CartView(saved.cart, saved.products, changes)

    async def _save(self, tx: Tx, cart: Cart) -> CartView:
        return await self._view(tx, await self._changed(tx, cart))

    async def _changed(self, tx: Tx, cart: Cart) -> Cart:
        saved = await tx[Carts].save(msgspec.structs.replace(cart, updated_at=self._clock.now()))
        tx.emit(CartChanged(cart=saved.id, version=saved.version, owner=saved.owner))
        return saved


def _outdated(view: CartView) -> bool:
    """Whether the shop has to change something in the cart; a bought one stays as it was."""
    return view.cart.status is CartStatus.ACTIVE and bool(refreshed(view.cart, view.products)[1])


def _unknown(place: int) -> FieldError:
    return FieldError(f"items[{place}].product_id", "missing", ProductMissing.message)


def notice(change: Change) -> Notice:
    """A change as it is told to the buyer."""
    told = NOTICES[change.code] if change.title else NAMELESS
    return Notice(f"cart.{change.code}", told, {"title": change.title, "quantity": change.quantity})
