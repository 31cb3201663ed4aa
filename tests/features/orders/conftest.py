"""Somebody with a full cart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.samples import HOME

from zoco.features.cart.service import CartService
from zoco.features.catalogue.models import Product
from zoco.features.orders.models import Order
from zoco.features.orders.schemas import PlaceOrder
from zoco.features.orders.service import OrderService
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.ids import CartId, secret_id
from zoco.kit.permissions import Actor

Fill = Callable[..., Awaitable[CartId]]
Buy = Callable[..., Awaitable[Order]]


def key(name: str | None = None, body: bytes = b"", scope: str = "eva") -> IdempotencyKey:
    """A new key where none is named."""
    return IdempotencyKey.of(name or secret_id(), scope, body)


@pytest.fixture
def fill(cart: CartService) -> Fill:
    """Put products into somebody's cart, two of each where nothing else is said."""

    async def fill(actor: Actor, *products: Product, quantity: int = 2) -> CartId:
        opened, _ = await cart.open(actor)
        await cart.replace(actor, opened.id, [(product.id, quantity) for product in products])
        await cart.set_address(actor, opened.id, HOME)
        return opened.id

    return fill


@pytest.fixture
def buy(orders: OrderService, fill: Fill) -> Buy:
    """A whole purchase of two of each of the products."""

    async def buy(actor: Actor, *products: Product, quantity: int = 2) -> Order:
        which = await fill(actor, *products, quantity=quantity)
        order, _ = await orders.place(actor, which, PlaceOrder(), key(), "es")
        return order

    return buy
