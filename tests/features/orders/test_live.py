"""What open pages are told of orders, and of facts that an older version has stored."""

from __future__ import annotations

import msgspec
from tests.features.conftest import Offer
from tests.features.orders.conftest import Buy

from zoco.app import Shop
from zoco.features.orders.events import OrderMoved, OrderPlaced
from zoco.features.orders.live import order
from zoco.features.orders.models import OrderStatus
from zoco.features.orders.service import OrderService
from zoco.kit.events import Event
from zoco.kit.ids import OrderId
from zoco.kit.permissions import SYSTEM
from zoco.testing.people import person
from zoco.web.live import Hint


async def test_whoever_has_the_link_and_the_buyer_are_told(
    shop: Shop, buy: Buy, offer: Offer, orders: OrderService
) -> None:
    facts = list[Event]()
    shop.store.on_commit(facts.extend)
    eva = person()
    bought = await buy(eva, await offer())
    await orders.move(SYSTEM, bought.number, OrderStatus.PAGADA)
    hints = [hint for fact in facts if isinstance(fact, OrderPlaced | OrderMoved) for hint in order(fact)]
    own = Hint("orders", f"user:{eva.id}")
    assert hints == [own, Hint(f"order:{bought.reference}"), own]


def test_of_a_guests_order_whoever_has_the_link_is_told() -> None:
    fact = OrderMoved(order=OrderId("7"), number=1, status=OrderStatus.PAGADA, reference="abc")
    assert list(order(fact)) == [Hint("order:abc")]


def test_a_fact_of_an_older_version_is_still_one() -> None:
    stored = msgspec.json.decode(b'{"order":"7","number":1,"status":"pagada"}', type=OrderMoved)
    assert (stored.order, stored.status) == ("7", OrderStatus.PAGADA)
    assert list(order(stored)) == []
