"""Carts over REST."""

from __future__ import annotations

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from zoco.features.cart.models import Address, CartView
from zoco.features.cart.schemas import AddItem, CartOut, ChangeCart, ItemOut, SetQuantity
from zoco.features.cart.service import CartService
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import CartId, ProductId
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.operations import stated

_OPEN_ALREADY = ResponseSpec(CartOut, description="The one that was open already", generate_examples=False)


class CartApi(Controller):
    """A guest's cart is reached by its unguessable id, a user's only by its owner."""

    path = "/api/carts"
    tags = ("carts",)

    @post("/", summary="Open a cart", operation_id="openCart", responses={200: _OPEN_ALREADY})
    async def open(self, cart: NamedDependency[CartService], actor: NamedDependency[Actor]) -> Response[CartOut]:
        """A new one for a guest; the one active cart of somebody signed in, 200 where it was there already."""
        opened, new = await cart.open(actor)
        view = CartView(opened, {}) if new else await cart.show(actor, opened.id)
        headers = {"Location": f"/api/carts/{opened.id}"}
        return Response(CartOut.of(view, cart.currency), status_code=201 if new else 200, headers=headers)

    @get("/{cid:str}", summary="Show a cart", operation_id="showCart")
    async def show(
        self, cid: FromPath[str], cart: NamedDependency[CartService], actor: NamedDependency[Actor]
    ) -> CartOut:
        """At present prices; what the shop had to change since is told in `notices`."""
        return CartOut.of(await cart.show(actor, CartId(cid)), cart.currency)

    @put("/{cid:str}", summary="Change a cart", operation_id="changeCart")
    async def change(
        self,
        cid: FromPath[str],
        data: JSONBody[ChangeCart],
        cart: NamedDependency[CartService],
        actor: NamedDependency[Actor],
    ) -> CartOut:
        """One of three: `items` replaces all, `product_id` with `quantity` changes one, `delivery_address` is set."""
        match data:
            case ChangeCart(items=list() as items, product_id=None, quantity=None, delivery_address=None):
                wanted = [(ProductId(item.product_id), item.quantity) for item in items]
                view = await cart.replace(actor, CartId(cid), wanted)
            case ChangeCart(items=None, product_id=str() as product, quantity=int() as quantity, delivery_address=None):
                view = await cart.set_quantity(actor, CartId(cid), ProductId(product), quantity)
            case ChangeCart(items=None, product_id=None, quantity=None, delivery_address=Address() as address):
                view = await cart.set_address(actor, CartId(cid), address)
            case _:
                raise Invalid(_misfit(data))
        return CartOut.of(view, cart.currency)

    @delete("/{cid:str}", summary="Empty a cart", operation_id="emptyCart", status_code=200)
    async def empty(
        self, cid: FromPath[str], cart: NamedDependency[CartService], actor: NamedDependency[Actor]
    ) -> CartOut:
        return CartOut.of(await cart.empty(actor, CartId(cid)), cart.currency)

    @post(
        "/{cid:str}/product/{pid:str}",
        summary="Add a product",
        operation_id="addToCart",
        operation_class=stated(body_needed=False),
    )
    async def add(
        self,
        cid: FromPath[str],
        pid: FromPath[str],
        cart: NamedDependency[CartService],
        actor: NamedDependency[Actor],
        data: JSONBody[AddItem | None] = None,
    ) -> Response[ItemOut]:
        """One piece, or `quantity`; adding again adds up. Answers the item."""
        added = await cart.add(actor, CartId(cid), ProductId(pid), data.quantity if data else 1)
        return Response(ItemOut.of(added.item, added.product), headers={"Location": f"/api/carts/{cid}"})

    @put("/{cid:str}/product/{pid:str}", summary="Change a quantity", operation_id="changeQuantity")
    async def set_quantity(
        self,
        cid: FromPath[str],
        pid: FromPath[str],
        data: JSONBody[SetQuantity],
        cart: NamedDependency[CartService],
        actor: NamedDependency[Actor],
    ) -> ItemOut:
        product = ProductId(pid)
        view = await cart.set_quantity(actor, CartId(cid), product, data.quantity)
        return next(
            ItemOut.of(item, view.products.get(product)) for item in view.cart.items if item.product_id == product
        )

    @delete("/{cid:str}/product/{pid:str}", summary="Remove a product", operation_id="removeFromCart", status_code=200)
    async def remove(
        self, cid: FromPath[str], pid: FromPath[str], cart: NamedDependency[CartService], actor: NamedDependency[Actor]
    ) -> CartOut:
        return CartOut.of(await cart.remove(actor, CartId(cid), ProductId(pid)), cart.currency)


def _misfit(data: ChangeCart) -> FieldError:
    """Why the fields given are none of the three changes, or more than one."""
    given = [name for name in data.__struct_fields__ if getattr(data, name) is not None]
    if len(given) > 1:
        return FieldError(given[0], "conflict", N_("Give items, or product_id with quantity, or delivery_address."))
    missing = {"product_id": "quantity", "quantity": "product_id"}[given[0]] if given else "items"
    return FieldError(missing, "required", N_("This is required."))
