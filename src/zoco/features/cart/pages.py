"""The cart in the browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.cart.errors import CartMissing, CartPurchased, ItemMissing
from zoco.features.cart.models import CartStatus, CartView
from zoco.features.cart.schemas import Quantity
from zoco.features.cart.service import CartService, notice
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import BadRequest, Conflict, Declined, Invalid
from zoco.kit.ids import CartId, ProductId
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.aliases import alias
from zoco.web.body import ShopRequest
from zoco.web.cookies import CART, Cookies
from zoco.web.flash import Undo, flash, flash_all
from zoco.web.forms import read_form
from zoco.web.pages import Contribution, Pages
from zoco.web.visitor import actor_of

CURRENT = "/carrito"
TITLE = N_("Your cart")
DESCRIPTION = N_("What you have put aside: change quantities, take things out, and buy when you are ready.")
MONTH = 30 * 24 * 3600
_TAKEN = re.compile(r"[0-9A-Za-z-]{1,64}:[1-9][0-9]{0,6}( [0-9A-Za-z-]{1,64}:[1-9][0-9]{0,6}){0,99}")


class ItemForm(msgspec.Struct, kw_only=True):
    """So many pieces of a product."""

    product_id: str
    quantity: Quantity = 1


class QuantityForm(msgspec.Struct, kw_only=True):
    """A new quantity; the address may name the product in the form's place."""

    quantity: Quantity
    product_id: str | None = None


class BackForm(msgspec.Struct, kw_only=True):
    """What was taken out, as `undo_of` writes it, and of which cart."""

    cart: str
    items: str

    def wanted(self) -> dict[ProductId, int]:
        """Raises BadRequest for what that does not write."""
        if not _TAKEN.fullmatch(self.items):
            raise BadRequest
        pairs = (pair.split(":") for pair in self.items.split())
        return {ProductId(product): int(quantity) for product, quantity in pairs}


class RemoveForm(msgspec.Struct, kw_only=True):
    """The product to be taken out; the address may name it, or a cart that is emptied."""

    product_id: str | None = None


class CartPages(Controller):
    """`/carrito` is the visitor's own cart.

    In `/carrito/{place}` a product of that cart names its item, so that a page which was opened before signing in still
    works after it; any other id is a cart's own, as the API knows it.
    """

    path = "/"
    include_in_schema = False
    english = alias("/cart", "/carrito")

    @get(CURRENT)
    async def show(
        self,
        request: ShopRequest,
        cart: NamedDependency[CartService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await _shown(request, cart, pages, await cart.current(actor, guest_cart(request, jar)))

    @post(CURRENT)
    async def add(
        self,
        request: ShopRequest,
        cart: NamedDependency[CartService],
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Put a product into the cart; where it cannot be had, its page says why."""
        form = await read_form(request, ItemForm)
        product = await catalogue.show(actor, ProductId(form.values.get("product_id", "")))
        try:
            wanted = form.require().quantity
            product.check_offer(wanted)
            opened = await _add(cart, actor, guest_cart(request, jar), product.id, wanted)
        except (Invalid, Conflict) as refusal:
            around = await catalogue.around(product, pages.language(request))
            wrong = isinstance(refusal, Invalid)
            return await pages.render(
                request,
                "catalogue/product.html",
                status=422 if wrong else 409,
                form=form,
                refusal=None if wrong else refusal,
                about=None,
                **msgspec.structs.asdict(around),
            )
        kept = [] if actor.id else [jar.put(CART, opened, MONTH)]
        said = flash(jar, N_("“{title}” is in your cart."), title=product.called)
        return Redirect(CURRENT, status_code=303, cookies=[said, *kept])

    @get("/carrito/{place:str}")
    async def show_by_id(
        self,
        place: FromPath[str],
        request: ShopRequest,
        cart: NamedDependency[CartService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """The cart of that id, or the visitor's own cart for a product that is in it."""
        known = guest_cart(request, jar)
        try:
            view = await cart.show(actor, CartId(place))
        except CartMissing:
            current = await cart.current(actor, known)
            if current is None or not (current.cart.item(ProductId(place)) or current.changes):
                raise
            return await _shown(request, cart, pages, current)
        own = view.cart.owner is not None or place == known
        address = CURRENT if own and view.cart.status is CartStatus.ACTIVE else f"{CURRENT}/{place}"
        return await _shown(request, cart, pages, view, address=address)

    @post("/carrito/{place:str}")
    async def change(
        self,
        place: FromPath[str],
        request: ShopRequest,
        cart: NamedDependency[CartService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Change one quantity. A refusal is shown beside it, with what was typed."""
        form = await read_form(request, QuantityForm)
        named = form.values.get("product_id") or place
        own = await _own(cart, actor, guest_cart(request, jar))
        found = own if named == place else CartId(place)
        address = CURRENT if found == own else f"{CURRENT}/{place}"
        try:
            await cart.set_quantity(actor, found, ProductId(named), form.require().quantity)
        except (Invalid, Conflict) as refusal:
            view = await cart.show(actor, found)
            return await _shown(request, cart, pages, view, refusal, at=named, typed=form.values, address=address)
        return Redirect(address, status_code=303, cookies=[flash(jar, N_("The quantity is changed."))])

    @get("/carrito/{place:str}/borrar")
    async def confirm_removal(
        self,
        place: FromPath[str],
        request: ShopRequest,
        cart: NamedDependency[CartService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """Ask before an item is removed or a cart emptied."""
        own = await _own(cart, actor, guest_cart(request, jar))
        try:
            view, product = await cart.show(actor, CartId(place)), None
        except CartMissing:
            view = await cart.show(actor, own)
            product = view.products.get(ProductId(place))
            if product is None:
                raise
        return await pages.render(
            request,
            "cart/remove.html",
            place=place,
            product=product.told_in(pages.language(request)) if product else None,
            notices=[notice(change) for change in view.changes],
            address=CURRENT if view.cart.id == own else f"{CURRENT}/{place}",
        )

    @post("/carrito/{place:str}/borrar")
    async def remove(
        self,
        place: FromPath[str],
        request: ShopRequest,
        cart: NamedDependency[CartService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        """Remove the item that the address or the form names; a cart's id alone empties it."""
        named = (await read_form(request, RemoveForm)).require().product_id or place
        own = await _own(cart, actor, guest_cart(request, jar))
        found = own if named == place else CartId(place)
        message = N_("The product was taken out of your cart.")
        try:
            view = await cart.remove(actor, found, ProductId(named))
        except (CartMissing, ItemMissing):
            if named != place:
                raise
            view = await cart.empty(actor, CartId(place))
            found, message = CartId(place), N_("Your cart is empty now.")
        address = CURRENT if found == own else f"{CURRENT}/{place}"
        return Redirect(address, status_code=303, cookies=[flash(jar, message, undo=undo_of(view))])

    @post("/carrito/deshacer")
    async def undo(
        self,
        request: ShopRequest,
        cart: NamedDependency[CartService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        """Put back what was taken out, as far as it can still be had; a guest's cart may be the person's own by now."""
        form = (await read_form(request, BackForm)).require()
        own, wanted = await _own(cart, actor, guest_cart(request, jar)), form.wanted()
        try:
            view = await cart.put_back(actor, CartId(form.cart), wanted)
        except (CartMissing, CartPurchased):
            view = await cart.put_back(actor, own, wanted)
        back = any(view.cart.item(product) for product in wanted)
        told = N_("It is back in your cart.") if back else N_("That is no longer for sale.")
        said = [(told, {}), *((notice(change).message, notice(change).params) for change in view.changes)]
        address = CURRENT if view.cart.id == own else f"{CURRENT}/{view.cart.id}"
        return Redirect(address, status_code=303, cookies=[flash_all(jar, said)])


def undo_of(view: CartView) -> Undo | None:
    """The way back from what was just taken out of a cart."""
    taken = " ".join(f"{item.product_id}:{item.quantity}" for item in view.taken)
    return Undo(f"{CURRENT}/deshacer", {"cart": view.cart.id, "items": taken}) if taken else None


def guest_cart(request: ShopRequest, jar: Cookies) -> CartId | None:
    """The cart that the visitor's browser remembers."""
    kept = jar.read(request.scope, CART)
    return CartId(kept) if kept else None


def count_in_head(cart: CartService) -> Contribution:
    """The number of pieces beside the link to the cart; asks the database for nobody who cannot have a cart."""

    async def contribute(request: ShopRequest, jar: Cookies) -> Mapping[str, Any]:
        actor, known = actor_of(request.scope), guest_cart(request, jar)
        return {"cart_count": await cart.count(actor, known)} if actor.id or known else {}

    return contribute


async def _add(cart: CartService, actor: Actor, known: CartId | None, product: ProductId, quantity: int) -> CartId:
    """Into the person's cart, a new one where the guest has none that is still open; answers which."""
    if known and not actor.id:
        try:
            await cart.add(actor, known, product, quantity)
        except (CartMissing, CartPurchased):
            pass
        else:
            return known
    opened, _ = await cart.open(actor)
    await cart.add(actor, opened.id, product, quantity)
    return opened.id


async def _own(cart: CartService, actor: Actor, known: CartId | None) -> CartId:
    """The visitor's own cart, without looking into it: what had to change there is told where it is shown."""
    return (await cart.open(actor))[0].id if actor.id else known or CartId("")


async def _shown(
    request: ShopRequest,
    cart: CartService,
    pages: Pages,
    view: CartView | None,
    refusal: Declined | None = None,
    **place: Any,
) -> Response[str]:
    """A cart; `at` and `typed` are the item that a refusal is about and its form, `address` where the page is."""
    wrong = refusal.errors[0] if isinstance(refusal, Invalid) else refusal
    shown = {"at": None, "typed": {}, "address": CURRENT} | place
    about = None
    if shown["address"] == CURRENT:
        title, description = pages.say(request, TITLE), pages.say(request, DESCRIPTION)
        about = pages.about(request, CURRENT, title=title, description=description)
    return await pages.render(
        request,
        "cart/cart.html",
        status=200 if refusal is None else 422 if isinstance(refusal, Invalid) else 409,
        view=view.told_in(pages.language(request)) if view else None,
        total=view.cart.total(cart.currency) if view else None,
        notices=[notice(change) for change in view.changes] if view else [],
        refusal=wrong,
        about=about,
        **shown,
    )
