"""Staff change many products while people buy: nothing is lost, and nobody waits for a knot to be cut."""

from __future__ import annotations

import asyncio
from statistics import median
from time import monotonic

from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.cart.service import CartService
from zoco.features.catalogue.errors import CategoryTaken
from zoco.features.catalogue.models import Bulk, BulkAction, Product
from zoco.features.catalogue.service import CatalogueService
from zoco.features.orders.schemas import PlaceOrder
from zoco.features.orders.service import OrderService
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.ids import CartId
from zoco.kit.permissions import GUEST, Actor

ROUNDS, BUYERS = 10, 5
KNOT = 1.0
"""Seconds after which PostgreSQL looks for transactions that wait for each other."""


async def filled(cart: CartService, products: list[Product]) -> CartId:
    opened, _ = await cart.open(GUEST)
    for product in products:
        await cart.add(GUEST, opened.id, product.id, 1)
    return opened.id


async def test_pieces_sold_during_a_change_for_many_stay_sold(
    engine: str, shop: Shop, cart: CartService, orders: OrderService, catalogue: CatalogueService, staff: Actor,
    offer: Offer,
) -> None:  # fmt: skip
    products = [await offer(title=f"Taza {number}", stock=100) for number in range(3)]
    changed, times, buyer = 0, list[float](), PlaceOrder(email="eva@example.com")
    for _ in range(ROUNDS):
        now = [await catalogue.show(staff, product.id) for product in reversed(products)]
        carts = [await filled(cart, products) for _ in range(BUYERS)]
        buying = [orders.place(GUEST, one, buyer, IdempotencyKey.of(one, "guest", b""), "es") for one in carts]
        chosen, begun = [(one.id, one.version) for one in now], monotonic()
        changing = asyncio.ensure_future(catalogue.change_many(staff, chosen, Bulk(BulkAction.MORE, 1)))
        await asyncio.gather(changing, *buying)
        times.append(monotonic() - begun)
        changed += changing.result().changed // len(products)
    assert engine != "postgresql" or median(times) < KNOT  # elsewhere there are no knots, but slower commits
    stocks = {(await catalogue.show(staff, product.id)).stock for product in products}
    assert stocks == {100 - ROUNDS * BUYERS + changed}
    assert [found for _, _, found in await shop.check() if found] == []


async def test_a_shelf_that_moves_takes_with_it_what_comes_meanwhile(
    catalogue: CatalogueService, staff: Actor, offer: Offer
) -> None:
    await offer(category="Tazas")
    for number in range(ROUNDS):
        old, new = f"Jarras {number}", f"Cuencos {number}"
        await offer(category=old)
        await offer(category=new)
        merging = asyncio.ensure_future(catalogue.merge_categories(staff, f"jarras-{number}", f"cuencos-{number}"))
        late = await asyncio.gather(*(offer(category=old, title=f"{old} {one}") for one in range(BUYERS)))
        await merging
        assert {(await catalogue.show(staff, one.id)).category for one in late} == {f"cuencos-{number}"}


async def test_whoever_orders_the_shelves_does_not_undo_what_becomes_of_them_meanwhile(
    catalogue: CatalogueService, staff: Actor, offer: Offer
) -> None:
    for number in range(ROUNDS):
        old, new = f"jarras-{number}", f"cuencos-{number}"
        await offer(category=old)
        await offer(category=new)
        merging = asyncio.ensure_future(catalogue.merge_categories(staff, old, new))
        placing = (catalogue.place_category(staff, new, place) for place in range(1, 4))
        await asyncio.gather(merging, *placing, catalogue.order_by_name(staff), return_exceptions=True)
        assert merging.result() == 1
        assert (await catalogue.category(old)).slug == new


async def test_of_two_categories_that_get_the_same_name_one_is_refused(
    catalogue: CatalogueService, staff: Actor, offer: Offer
) -> None:
    for number in range(ROUNDS):
        names = [f"{name}-{number}" for name in ("jarras", "cuencos")]
        for name in names:
            await offer(category=name)
        done = await asyncio.gather(
            *(catalogue.rename_category(staff, name, f"Loza {number}") for name in names), return_exceptions=True
        )
        assert [type(one) for one in done if isinstance(one, Exception)] == [CategoryTaken]
