"""Case 8: the price or the stock of a product is edited while it is being bought."""

from __future__ import annotations

import asyncio

import pytest
from tests.faults.conftest import offered

from zoco.app import Shop
from zoco.features.cart.errors import PriceChanged
from zoco.features.catalogue.errors import OutOfStock
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.orders.models import Order
from zoco.features.orders.schemas import PlaceOrder
from zoco.kit.errors import Declined
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.ids import CartId, ProductId
from zoco.kit.permissions import GUEST, Actor

pytestmark = pytest.mark.fault

BUYERS = 20


async def filled(shop: Shop, product: ProductId) -> CartId:
    cart, _ = await shop.services["cart"].open(GUEST)
    await shop.services["cart"].add(GUEST, cart.id, product, 1)
    which: CartId = cart.id
    return which


async def buy(shop: Shop, cart: CartId, key: str = "1") -> Order | type[Declined]:
    data = PlaceOrder(email="eva@example.com")
    try:
        order, _ = await shop.services["orders"].place(GUEST, cart, data, IdempotencyKey.of(key, cart, b""), "es")
    except (PriceChanged, OutOfStock) as refusal:
        return type(refusal)
    made: Order = order
    return made


async def test_who_buys_while_the_price_changes_pays_what_they_saw_or_is_told(shop: Shop, staff: Actor) -> None:
    (taza,) = await offered(shop, ("Taza", BUYERS))
    carts = [await filled(shop, taza.id) for _ in range(BUYERS)]

    async def edit() -> None:
        await shop.services["catalogue"].change(staff, taza.id, ChangeProduct(price=MoneyIn(1300)))

    half = BUYERS // 2
    first = asyncio.gather(*(buy(shop, cart) for cart in carts[:half]))
    _, early, late = await asyncio.gather(edit(), first, asyncio.gather(*(buy(shop, cart) for cart in carts[half:])))
    told = []
    for cart, outcome in zip(carts, [*early, *late], strict=True):
        if isinstance(outcome, Order):
            assert outcome.total.amount == 1250
        else:
            assert outcome is PriceChanged
            told.append(cart)
    for cart in told:
        seen = await shop.services["cart"].show(GUEST, cart)
        assert [change.code for change in seen.changes] == ["price"]
        order = await buy(shop, cart, "2")
        assert isinstance(order, Order)
        assert order.total.amount == 1300
    assert [sentence for _, _, found in await shop.check() for sentence in found] == []


async def test_who_buys_while_the_stock_is_edited_gets_what_is_there(shop: Shop, staff: Actor) -> None:
    (taza,) = await offered(shop, ("Taza", BUYERS))
    carts = [await filled(shop, taza.id) for _ in range(BUYERS)]

    async def edit() -> None:
        for stock in (3, 0, 5):
            await shop.services["catalogue"].change(staff, taza.id, ChangeProduct(stock=stock))

    _, outcomes = await asyncio.gather(edit(), asyncio.gather(*(buy(shop, cart) for cart in carts)))
    assert all(isinstance(outcome, Order) or outcome is OutOfStock for outcome in outcomes)
    left = (await shop.services["catalogue"].show(staff, taza.id)).stock
    assert 0 <= left <= 5
    assert [sentence for _, _, found in await shop.check() for sentence in found] == []
