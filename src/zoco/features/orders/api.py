"""Purchases and orders over REST."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter

from zoco.features.orders.schemas import MoveOrder, OrderOut, OrderPage, PlaceOrder
from zoco.features.orders.service import SEE_ALL, OrderService
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.ids import CartId
from zoco.kit.paging import LARGEST_LIMIT, LIMIT
from zoco.kit.permissions import Actor
from zoco.web.body import ShopRequest
from zoco.web.operations import stated

_KEY = "Any text of your own, new for each purchase and the same when you try again; needed."


class PurchaseApi(Controller):
    """Buying."""

    path = "/api/carts/{cid:str}/purchase"
    tags = ("orders",)

    @post(
        "/",
        summary="Buy a cart",
        operation_id="purchaseCart",
        operation_class=stated("Idempotency-Key", body_needed=False),
    )
    async def place(
        self,
        cid: FromPath[str],
        request: ShopRequest,
        orders: NamedDependency[OrderService],
        actor: NamedDependency[Actor],
        language: NamedDependency[str],
        idempotency_key: Annotated[str | None, HeaderParameter(name="Idempotency-Key", description=_KEY)] = None,
        data: JSONBody[PlaceOrder | None] = None,
    ) -> Response[OrderOut]:
        """All or nothing: order, stock, number and mails. Sent again with the same key, it answers the same order."""
        key = IdempotencyKey.of(idempotency_key, f"{actor.id or 'guest'} {request.scope['path']}", await request.body())
        order, replayed = await orders.place(actor, CartId(cid), data or PlaceOrder(), key, language)
        headers = {"Location": f"/api/orders/{order.number}"}
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        return Response(OrderOut.of(order), headers=headers)


class OrderApi(Controller):
    """Orders: one's own; staff see all."""

    path = "/api/orders"
    tags = ("orders",)

    @get("/", summary="List orders", operation_id="listOrders")
    async def list(
        self,
        orders: NamedDependency[OrderService],
        actor: NamedDependency[Actor],
        after: Annotated[str | None, QueryParameter(max_length=300, description="`next` of the page before.")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT)] = LIMIT,
    ) -> OrderPage:
        """Newest first."""
        page = await orders.page(actor, after, limit, all_buyers=actor.may(SEE_ALL))
        return OrderPage([OrderOut.of(order) for order in page.items], page.next)

    @get("/{number:int}", summary="Show an order", operation_id="showOrder")
    async def show(
        self, number: FromPath[int], orders: NamedDependency[OrderService], actor: NamedDependency[Actor]
    ) -> OrderOut:
        return OrderOut.of(await orders.show(actor, number))

    @put("/{number:int}/status", summary="Change the status of an order", operation_id="moveOrder")
    async def move(
        self,
        number: FromPath[int],
        data: JSONBody[MoveOrder],
        orders: NamedDependency[OrderService],
        actor: NamedDependency[Actor],
    ) -> OrderOut:
        """For staff: generada → pagada → enviada → entregada, or cancelada before it is sent, which restocks."""
        return OrderOut.of(await orders.move(actor, number, data.status))
