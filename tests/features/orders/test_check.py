"""What `zoco check` finds in a shop whose rows somebody has broken by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from tests.features.conftest import Offer
from tests.features.orders.conftest import Buy

from zoco.app import Shop
from zoco.features.catalogue.schemas import AddProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.features.orders.events import OrderPlaced
from zoco.features.orders.models import OrderStatus
from zoco.features.orders.service import OrderService
from zoco.kit.outbox import Outbox
from zoco.kit.permissions import Actor
from zoco.storage.housekeeping import Housekeeping
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import Databases
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


Damage = Callable[[str], None]


@pytest.fixture
def damage(engine: str, used: Shop, databases: Databases) -> Damage:
    """Change rows as no transaction of ours would, by the name of what is done."""
    words = DAMAGES if engine in ("sqlite", "postgresql") else DOCUMENT_DAMAGES
    return lambda name: databases.of(engine).tamper(*words[name])


DAMAGES: dict[str, list[Any]] = {
    "more in stock": ["UPDATE products SET stock = stock + 1 WHERE title = 'Taza'"],
    "more received": ["UPDATE products SET received = received + 1 WHERE title = 'Jarra'"],
    "another quantity": ["UPDATE order_lines SET quantity = 3 WHERE title = 'Taza'"],
    "called off in silence": ["UPDATE orders SET status = 'cancelada' WHERE number = 1"],
    "called back": ["UPDATE orders SET status = 'generada' WHERE number = 3"],
    "a number left out": ["UPDATE orders SET number = 4 WHERE number = 3"],
    "another total": ["UPDATE orders SET total = total + 1 WHERE number = 1"],
    "no lines": ["DELETE FROM order_lines WHERE order_id = (SELECT id FROM orders WHERE number = 3)"],
    "no order": [
        "DELETE FROM order_lines WHERE order_id = (SELECT id FROM orders WHERE number = 3)",
        "DELETE FROM orders WHERE number = 3",
    ],
    "no fact": ["DELETE FROM outbox WHERE event = 'OrderPlaced' AND CAST(payload ->> 'number' AS INTEGER) = 1"],
    "no facts": ["DELETE FROM outbox"],
    "an active cart": ["UPDATE carts SET status = 'active' WHERE id = (SELECT cart_id FROM orders WHERE number = 1)"],
    "another cart": ["UPDATE carts SET id = 'another' WHERE id = (SELECT cart_id FROM orders WHERE number = 1)"],
    "no carts": ["DELETE FROM carts"],
    "no key": ["DELETE FROM idempotency WHERE result = (SELECT id FROM orders WHERE number = 1)"],
    "no keys": ["DELETE FROM idempotency"],
    "wrong keys": ["UPDATE idempotency SET result = 'nothing'"],
    "all totals": ["UPDATE orders SET total = 1"],
}


def changed(collection: str, which: dict[str, Any], how: dict[str, Any], *, many: bool = False) -> list[Any]:
    return [{"update": collection, "updates": [{"q": which, "u": how, "multi": many}]}]


def deleted(collection: str, which: dict[str, Any], *, most: int = 0) -> list[Any]:
    return [{"delete": collection, "deletes": [{"q": which, "limit": most}]}]


FIRST, LAST = {"number": 1}, {"number": 3}
DOCUMENT_DAMAGES: dict[str, list[Any]] = {
    "more in stock": changed("productos", {"title": "Taza"}, {"$inc": {"stock": 1}}),
    "more received": changed("productos", {"title": "Jarra"}, {"$inc": {"received": 1}}),
    "another quantity": changed("ordenes", FIRST, {"$set": {"lines.0.quantity": 3}}),
    "called off in silence": changed("ordenes", FIRST, {"$set": {"status": "cancelada"}}),
    "called back": changed("ordenes", LAST, {"$set": {"status": "generada"}}),
    "a number left out": changed("ordenes", LAST, {"$set": {"number": 4}}),
    "another total": changed("ordenes", FIRST, {"$inc": {"total.amount": 1}}),
    "no lines": changed("ordenes", LAST, {"$set": {"lines": []}}),
    "no order": deleted("ordenes", LAST),
    "no fact": deleted("bandeja", {"event": "OrderPlaced", "payload.number": 1}),
    "no facts": deleted("bandeja", {}),
    "an active cart": changed("carrito", {"status": "purchased"}, {"$set": {"status": "active"}}),
    "another cart": changed("ordenes", FIRST, {"$set": {"cart_id": "another"}}),
    "no carts": deleted("carrito", {}),
    "no key": deleted("idempotencia", {}, most=1),
    "no keys": deleted("idempotencia", {}),
    "wrong keys": changed("idempotencia", {}, {"$set": {"result": "nothing"}}, many=True),
    "all totals": changed("ordenes", {}, {"$set": {"total.amount": 1}}, many=True),
}


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
    ("name", "invariants"),
    [
        ("more in stock", "I1"),
        ("more received", "I1"),
        ("another quantity", "I1 I2"),
        ("called off in silence", "I1"),
        ("called back", "I1"),
        ("a number left out", "I2"),
        ("another total", "I2"),
        ("no lines", "I2"),
        ("no order", "I3 I4 I5"),
        ("no fact", "I3"),
        ("an active cart", "I4"),
        ("another cart", "I4"),
        ("no carts", "I4"),
        ("no key", "I5"),
        ("wrong keys", "I5"),
    ],
)
async def test_whatever_is_broken_is_told(used: Shop, damage: Damage, name: str, invariants: str) -> None:
    damage(name)
    found = await broken(used)
    assert found.keys() - {"I6"} == set(invariants.split())  # what the engine itself sees depends on the engine


@pytest.mark.engines("sqlite")
async def test_what_only_a_file_without_its_constraints_can_hold_is_told_too(used: Shop, databases: Databases) -> None:
    databases.of("sqlite").tamper("UPDATE products SET stock = -1, received = 1 WHERE title = 'Jarra'")
    databases.of("sqlite").tamper("DELETE FROM carts")
    assert (await broken(used)).keys() >= {"I1", "I6"}


async def test_the_key_of_a_form_for_a_product_is_no_orders(used: Shop, staff: Actor) -> None:
    catalogue = cast(CatalogueService, used.services["catalogue"])
    data = AddProduct(title="Bolsa", category="Bolsas", price=MoneyIn(900), stock=1)
    kept, gone = [await catalogue.add(staff, data, form=form) for form in ("one", "another")]
    await catalogue.remove(staff, gone.id)
    assert kept.id != gone.id
    assert await broken(used) == {}


async def test_an_old_order_may_have_lost_its_key(used: Shop, damage: Damage, clock: FrozenClock) -> None:
    damage("no keys")
    assert (await broken(used)).keys() == {"I5"}
    clock.move(hours=24)
    assert await broken(used) == {}


async def test_a_sentence_says_what_is_broken(used: Shop, damage: Damage) -> None:
    damage("wrong keys")
    damage("all totals")
    found: dict[str, Any] = await broken(used)
    assert "order 1: 1 lines sum up to 2500, its total says 1" in found["I2"]
    assert "a key is kept for order nothing, which is not there" in found["I5"]
    assert "order 1 has no key" in found["I5"]


async def test_facts_that_were_delivered_long_ago_may_be_gone_while_those_of_late_may_not(
    used: Shop, relay: Relay, clock: FrozenClock, damage: Damage, buy: Buy, offer: Offer
) -> None:
    keeping = Housekeeping(used.store, clock)
    await relay.drain()
    clock.move(days=29)
    await keeping.forget_facts()
    await buy(person(), await offer(title="Plato"))
    clock.move(days=2)
    async with used.store.read() as tx:
        before = len(await tx[Outbox].facts(OrderPlaced.__name__))
    await keeping.forget_facts()
    async with used.store.read() as tx:
        kept = len(await tx[Outbox].facts(OrderPlaced.__name__))
    assert (before, kept) == (8, 2)  # each has two reactions, and the last one's are still due
    assert await broken(used) == {}
    damage("no facts")
    assert (await broken(used)).keys() == {"I3"}
