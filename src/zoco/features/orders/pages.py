"""Buying and orders in the browser."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from zoco.features.accounts.service import AccountService
from zoco.features.cart.errors import CartMissing
from zoco.features.cart.models import Address, CartStatus, CartView
from zoco.features.cart.service import CartService, notice
from zoco.features.catalogue.errors import ProductMissing
from zoco.features.orders.errors import CartMoved, FormUsed
from zoco.features.orders.models import Order
from zoco.features.orders.schemas import PlaceOrder
from zoco.features.orders.service import OrderService, confirmed_to
from zoco.kit.errors import Conflict, Declined, Invalid
from zoco.kit.idempotency import LONGEST_KEY, IdempotencyKey, KeyReused
from zoco.kit.ids import CartId, secret_id
from zoco.kit.paging import LIMIT
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.aliases import alias
from zoco.web.body import ShopRequest
from zoco.web.cookies import CART, TYPED, Cookies
from zoco.web.flash import flash
from zoco.web.forms import Form, kept, read_form, typed_before
from zoco.web.pages import Pages

CHECKOUT = "/carrito/comprar"
_HALF_AN_HOUR = 1_800
_NUMBER = re.compile(r"[0-9]{1,16}")


class CheckoutForm(msgspec.Struct, kw_only=True):
    """What the buyer writes, and which cart at which version they saw when they agreed to buy it."""

    cart: str
    version: int
    idempotency_key: Annotated[str, Meta(min_length=1, max_length=LONGEST_KEY)]
    delivery_address: Address
    email: str | None = None

    def order(self) -> PlaceOrder:
        return PlaceOrder(delivery_address=self.delivery_address, email=self.email)


class AddressForm(msgspec.Struct, kw_only=True):
    """Where the person's next orders go."""

    delivery_address: Address


class AddressPages(Controller):
    """`/cuenta/direccion`: what the checkout begins with."""

    path = "/cuenta/direccion"
    include_in_schema = False

    @get()
    async def show(
        self,
        request: ShopRequest,
        cart: NamedDependency[CartService],
        orders: NamedDependency[OrderService],
        accounts: NamedDependency[AccountService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        actor.signed_in()
        address = await _address(actor, await cart.current(actor, None), orders)
        phone = await _phone(actor, address, accounts)
        return await pages.render(request, "orders/address.html", form=Form(), address=address, phone=phone)

    @post()
    async def change(
        self,
        request: ShopRequest,
        cart: NamedDependency[CartService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Kept with the person's cart, so that programs find it there, too."""
        actor.signed_in()
        form = await read_form(request, AddressForm)
        if form.data is None:
            return await pages.render(request, "orders/address.html", status=422, form=form, address=None, phone="")
        opened, _ = await cart.open(actor)
        await cart.set_address(actor, opened.id, form.data.delivery_address)
        return Redirect("/cuenta", status_code=303, cookies=[flash(jar, N_("Your address is saved."))])


class OrderPages(Controller):
    """`/carrito/comprar` buys, `/ordenes` shows what was bought."""

    path = "/"
    include_in_schema = False
    english = alias("/orders", "/ordenes")

    @get(CHECKOUT)
    async def checkout(
        self,
        request: ShopRequest,
        cart: NamedDependency[CartService],
        orders: NamedDependency[OrderService],
        accounts: NamedDependency[AccountService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Where to, and once more what it is; without a cart there is nothing to ask."""
        known = jar.read(request.scope, CART)
        view = await cart.current(actor, CartId(known) if known else None)
        if view is None or not (view.cart.items or view.changes):
            return Redirect("/carrito", status_code=303)
        if not view.cart.items:
            return await _cart(request, cart, pages, view, None)
        address = await _address(actor, view, orders)
        form = Form[CheckoutForm](values=typed_before(jar.read(request.scope, TYPED), view.cart.id))
        return await _form(request, cart, pages, view, form, address, await _phone(actor, address, accounts))

    @post(CHECKOUT)
    async def place(
        self,
        request: ShopRequest,
        cart: NamedDependency[CartService],
        orders: NamedDependency[OrderService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
        language: NamedDependency[str],
    ) -> Response[Any]:
        """Buy; sent twice it is one order. A form that lacks something comes back, other refusals show the cart.

        What was typed is there again after that, and after signing in where the session ended in between.
        """
        form = await read_form(request, CheckoutForm)
        named = CartId(form.values.get("cart", ""))
        typed = jar.put(TYPED, kept(form, named, ("email", "delivery_address.")), _HALF_AN_HOUR)
        try:
            view = await cart.show(actor, named)
        except CartMissing:
            if actor.id or "email" in form.values:  # guests are asked for it, so this form is one of theirs
                raise
            said = flash(jar, N_("Your session has ended. Sign in again: what you typed is kept."))
            return Redirect(f"/login?next={CHECKOUT}", status_code=303, cookies=[said, typed])
        try:
            if not actor.id:
                form = _with_email(form)
            order = await _placed(orders, actor, view, form.require(), language)
        except Invalid as refusal:
            return await _form(request, cart, pages, view, form.refused(refusal))
        except (Conflict, ProductMissing) as refusal:
            now = await cart.show(actor, view.cart.id)
            now = msgspec.structs.replace(now, changes=(*view.changes, *now.changes))
            return await _cart(request, cart, pages, now, refusal, typed)
        said = flash(jar, N_("Thank you! Your order is placed."))
        cookies = [said, jar.clear(CART), jar.clear(TYPED)]
        return Redirect(f"/ordenes/{order.reference}", status_code=303, cookies=cookies)

    @get("/ordenes")
    async def list(
        self,
        request: ShopRequest,
        orders: NamedDependency[OrderService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """One's own orders, newest first."""
        page = await orders.page(actor, request.query_params.get("after") or None, LIMIT)
        return await pages.render(request, "orders/list.html", orders=page)

    @get("/ordenes/{place:str}")
    async def show(
        self,
        place: FromPath[str],
        request: ShopRequest,
        orders: NamedDependency[OrderService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """By number one's own order, any for staff; by reference for whoever has the link."""
        order = await _order(orders, actor, place)
        return await pages.render(request, "orders/order.html", order=order)


def _key(actor: Actor, data: CheckoutForm) -> IdempotencyKey:
    scope = f"{actor.id or 'guest'} {CHECKOUT} {data.cart}"
    return IdempotencyKey.of(data.idempotency_key, scope, msgspec.json.encode(data.order()))


async def _placed(orders: OrderService, actor: Actor, view: CartView, data: CheckoutForm, language: str) -> Order:
    """The order; raises CartMoved where the open cart is not what the form showed."""
    if view.cart.status is CartStatus.ACTIVE and view.cart.version != data.version:
        raise CartMoved
    try:
        order, _ = await orders.place(actor, view.cart.id, data.order(), _key(actor, data), language)
    except KeyReused:
        raise FormUsed from None
    return order


def _with_email(form: Form[CheckoutForm]) -> Form[CheckoutForm]:
    """A guest's form, which says at once with the rest what is wrong with where the confirmation should go."""
    try:
        confirmed_to(form.values.get("email", ""))
    except Invalid as refusal:
        return form.refused(refusal)
    return form


async def _address(actor: Actor, view: CartView | None, orders: OrderService) -> Address | None:
    """What stands in the cart, else where the person's last order went."""
    kept = view.cart.delivery_address if view else None
    return kept or (await orders.last_address(actor) if actor.id else None)


async def _phone(actor: Actor, address: Address | None, accounts: AccountService) -> str:
    """The account's, as long as there is no address that says another one, or none."""
    return (await accounts.get(actor, actor.id)).phone if actor.id and not address else ""


async def _order(orders: OrderService, actor: Actor, place: str) -> Order:
    if _NUMBER.fullmatch(place):
        return await orders.show(actor, int(place))
    return await orders.show_by_reference(place)


async def _form(
    request: ShopRequest,
    cart: CartService,
    pages: Pages,
    view: CartView,
    form: Form[CheckoutForm],
    address: Address | None = None,
    phone: str = "",
) -> Response[str]:
    """The checkout with a summary of the cart; what was typed wins over `address` and `phone`."""
    return await pages.render(
        request,
        "orders/checkout.html",
        status=422 if form.errors else 200,
        view=view.told_in(pages.language(request)),
        total=view.cart.total(cart.currency),
        notices=[notice(change) for change in view.changes],
        form=form,
        address=address,
        phone=phone,
        key=form.values.get("idempotency_key") or secret_id(),
    )


async def _cart(
    request: ShopRequest, cart: CartService, pages: Pages, view: CartView, refusal: Declined | None, *cookies: Cookie
) -> Response[str]:
    return await pages.render(
        request,
        "cart/cart.html",
        status=409 if refusal else 200,
        cookies=cookies,
        view=view.told_in(pages.language(request)),
        total=view.cart.total(cart.currency),
        notices=[notice(change) for change in view.changes],
        refusal=refusal,
        at=None,
        typed={},
        address="/carrito" if view.cart.status is CartStatus.ACTIVE else f"/carrito/{view.cart.id}",
    )
