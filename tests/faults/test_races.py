"""Many buyers at the same moment, over real connections."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx
import pytest
from tests.faults.conftest import Buyers, Server

pytestmark = pytest.mark.fault

BUYERS, ROUNDS = 50, 20


def outcomes(answers: list[httpx.Response]) -> Counter[tuple[int, str]]:
    """How many answers have which status, and code where they are refusals."""
    return Counter((answer.status_code, answer.json().get("code", "")) for answer in answers)


async def test_of_fifty_buyers_of_the_last_piece_one_gets_it(server: Server, buyers: Buyers) -> None:
    products = await server.offer(*[("Taza", 1)] * ROUNDS)
    await server.start()
    crowd = await buyers(BUYERS)
    for place, product in enumerate(products):
        await asyncio.gather(*(buyer.fill(product) for buyer in crowd))
        answers = await asyncio.gather(*(buyer.buy(f"{place} {n}") for n, buyer in enumerate(crowd)))
        assert outcomes(answers) == {(201, ""): 1, (409, "catalogue.out_of_stock"): BUYERS - 1}
        assert [answer.json()["number"] for answer in answers if answer.status_code == 201] == [place + 1]
    await server.stop()
    assert await server.check() == []


async def test_mixed_baskets_in_opposite_order_neither_fail_nor_sell_too_much(server: Server, buyers: Buyers) -> None:
    taza, jarra, plato = await server.offer(("Taza", 40), ("Jarra", 20), ("Plato", 25))
    await server.start()
    crowd = await buyers(BUYERS)
    baskets = [(taza, jarra, plato), (plato, jarra, taza), (plato, taza), (taza, plato), (jarra,)]
    await asyncio.gather(*(buyer.fill(*baskets[place % 5]) for place, buyer in enumerate(crowd)))
    answers = await asyncio.gather(*(buyer.buy("x") for buyer in crowd))
    assert set(outcomes(answers)) <= {(201, ""), (409, "catalogue.out_of_stock")}
    orders = [answer.json() for answer in answers if answer.status_code == 201]
    assert sorted(order["number"] for order in orders) == list(range(1, len(orders) + 1))
    sold = Counter(line["product_id"] for order in orders for line in order["lines"])
    assert sold[plato.id] == 25 or sold[jarra.id] == 20
    await server.stop()
    async with server.open() as shop, shop.store.read() as tx:
        left = {product: stock for product, (_, stock) in (await shop.services["catalogue"].stock_account(tx)).items()}
    assert left == {product.id: product.stock - sold[product.id] for product in (taza, jarra, plato)}
    assert await server.check() == []


async def test_one_cart_bought_from_twenty_tabs_is_one_order(server: Server, buyers: Buyers) -> None:
    taza, jarra = await server.offer(("Taza", 50), ("Jarra", 50))
    await server.start()
    tabs = await buyers(20)
    await tabs[0].fill(taza, jarra)
    answers = await asyncio.gather(*(tab.buy(str(place), tabs[0].cart) for place, tab in enumerate(tabs)))
    assert outcomes(answers) == {(201, ""): 1, (409, "cart.purchased"): 19}
    await server.stop()
    assert await server.check() == []


async def test_one_key_sent_fifty_times_is_one_order(server: Server, buyers: Buyers) -> None:
    (taza,) = await server.offer(("Taza", 50))
    await server.start()
    tabs = await buyers(50)
    await tabs[0].fill(taza)
    answers = await asyncio.gather(*(tab.buy("clave", tabs[0].cart) for tab in tabs))
    assert outcomes(answers) == {(201, ""): 50}
    assert {answer.json()["number"] for answer in answers} == {1}
    assert sum(answer.headers.get("idempotent-replayed") == "true" for answer in answers) == 49
    await server.stop()
    assert await server.check() == []
