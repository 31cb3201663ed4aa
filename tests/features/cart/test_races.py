"""What two tabs of one person do to their cart at the same time."""

from __future__ import annotations

import asyncio

import pytest
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.cart.models import Cart, CartStatus, CartView
from zoco.features.cart.service import CartService
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.ids import CartId
from zoco.kit.permissions import Actor


@pytest.fixture
async def last(offer: Offer) -> Product:
    return await offer(stock=1)


@pytest.fixture
async def outdated(cart: CartService, catalogue: CatalogueService, last: Product, ana: Actor, customer: Actor) -> Cart:
    """The customer's cart with the last piece of a product that has a new price since."""
    opened, _ = await cart.open(customer)
    filled = await cart.add(customer, opened.id, last.id, 1)
    await catalogue.change(ana, last.id, ChangeProduct(price=MoneyIn(1500)))
    return filled.cart


async def test_a_cart_that_is_bought_while_another_tab_looks_stays_as_it_was_bought(
    shop: Shop, cart: CartService, catalogue: CatalogueService, last: Product, outdated: Cart, customer: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    bring_up_to_date = cart._bring_up_to_date

    async def once_it_is_bought(actor: Actor, which: CartId) -> CartView:
        await bring_up_to_date(actor, which)
        async with shop.store.write() as tx:
            await cart.buy(tx, actor, which)
            await catalogue.take(tx, [(last.id, 1)])
        return await bring_up_to_date(actor, which)

    monkeypatch.setattr(cart, "_bring_up_to_date", once_it_is_bought)
    seen = await cart.show(customer, outdated.id)
    assert seen.cart.status is CartStatus.PURCHASED
    assert [item.quantity for item in seen.cart.items] == [1]
    assert seen.changes == ()
    assert await cart.show(customer, outdated.id) == seen


async def test_five_tabs_that_look_at_once_change_it_once(cart: CartService, outdated: Cart, customer: Actor) -> None:
    seen = await asyncio.gather(*(cart.show(customer, outdated.id) for _ in range(5)))
    assert {view.cart.version for view in seen} == {outdated.version + 1}
    assert sorted(len(view.changes) for view in seen) == [0, 0, 0, 0, 1]
