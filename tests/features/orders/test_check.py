"""What `zoco check` finds in a shop whose rows somebody has broken by hand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.features.conftest import Offer
from tests.features.orders.conftest import Buy

from zoco.app import Shop
from zoco.features.orders.models import OrderStatus
from zoco.features.orders.service import OrderService
from zoco.kit.permissions import Actor
from zoco.storage.outbox import Relay
from zoco.storage.sqlite import SqliteStore
from zoco.testing.clock import FrozenClock
from zoco.testing.people import person


@pytest.fixture
async def used(shop: Shop, offer: Offer, buy: Buy, orders: OrderService, staff: Actor) -> Shop:
    """Three orders of two products, the last one called off."""
    taza, jarra = await offer(), await offer(title="Jarra", price={"amount": 3000})
    await buy(person(), taza)
    await buy(person(), taza, jarra)
    await buy(person(), jarra)
    await orders.move(staff, 3, OrderStatus.CANCELADA)
    return shop


async def broken(shop: Shop) -> dict[str, list[str]]:
    return {invariant: found for invariant, _, found in await shop.check() if found}


def damage(shop: Shop, *statements: str) -> None:
    """Change rows as no transaction of ours would."""
    assert isinstance(shop.store, SqliteStore)
    connection = shop.store._writer.connection
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    for statement in statements:
        connection.execute(statement)


async def test_a_shop_in_order_holds_every_invariant(used: Shop) -> None:
    assert [invariant for invariant, _, found in await used.check() if not found] == [
        "I1",
        "I2",
        "I3",
        "I4",
        "I5",
        "I6",
    ]


async def test_a_shop_whose_mails_are_out_holds_them_too(used: Shop, relay: Relay, clock: FrozenClock) -> None:
    await relay.drain()
    clock.move(days=2)
    assert await broken(used) == {}


@pytest.mark.parametrize(
    ("statements", "invariants"),
    [
        (["UPDATE products SET stock = stock + 1 WHERE title = 'Taza'"], "I1"),
        (["UPDATE products SET stock = -1, received = 1 WHERE title = 'Jarra'"], "I1 I6"),
        (["UPDATE order_lines SET quantity = 3 WHERE title = 'Taza'"], "I1 I2"),
        (["UPDATE orders SET status = 'cancelada' WHERE number = 1"], "I1"),
        (["UPDATE orders SET status = 'generada' WHERE number = 3"], "I1"),
        (["UPDATE orders SET number = 4 WHERE number = 3"], "I2"),
        (["UPDATE orders SET total = total + 1 WHERE number = 1"], "I2"),
        (["DELETE FROM order_lines WHERE order_id = (SELECT id FROM orders WHERE number = 3)"], "I2"),
        (
            [
                "DELETE FROM order_lines WHERE order_id = (SELECT id FROM orders WHERE number = 3)",
                "DELETE FROM orders WHERE number = 3",
            ],
            "I3 I4 I5",
        ),
        (["DELETE FROM outbox WHERE event = 'OrderPlaced' AND payload LIKE '%\"number\":1}'"], "I3"),
        (["UPDATE carts SET status = 'active' WHERE id = (SELECT cart_id FROM orders WHERE number = 1)"], "I4"),
        (["UPDATE carts SET id = 'another' WHERE id = (SELECT cart_id FROM orders WHERE number = 1)"], "I4 I6"),
        (["DELETE FROM idempotency WHERE result = (SELECT id FROM orders WHERE number = 1)"], "I5"),
        (["UPDATE idempotency SET result = 'nothing'"], "I5"),
        (["DELETE FROM carts"], "I4 I6"),
    ],
    ids=lambda value: str(value)[:70],
)
async def test_whatever_is_broken_is_told(used: Shop, statements: list[str], invariants: str) -> None:
    damage(used, *statements)
    assert (await broken(used)).keys() == set(invariants.split())


async def test_an_old_order_may_have_lost_its_key(used: Shop, clock: FrozenClock) -> None:
    damage(used, "DELETE FROM idempotency")
    assert (await broken(used)).keys() == {"I5"}
    clock.move(hours=24)
    assert await broken(used) == {}


async def test_a_sentence_says_what_is_broken(used: Shop) -> None:
    damage(used, "UPDATE idempotency SET result = 'nothing' WHERE scope = 'eva'", "UPDATE orders SET total = 1")
    found: dict[str, Any] = await broken(used)
    assert "order 1: 1 lines sum up to 2500, its total says 1" in found["I2"]
    assert "a key is kept for order nothing, which is not there" in found["I5"]
    assert "order 1 has no key" in found["I5"]
