"""The rules of orders, and what makes a shop's figures wrong."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest
from tests.samples import ANA, NOW, a_cart, a_line, a_product, an_item, an_order, usd

from zoco.features.cart.models import CartView
from zoco.features.orders.errors import StatusOutOfOrder
from zoco.features.orders.models import (
    OrderAccount,
    OrderLine,
    OrderStatus,
    broken_carts,
    broken_numbers,
    broken_stock,
    lines_of,
    total_of,
)
from zoco.kit.ids import CartId, OrderId, ProductId

WAYS = {
    (OrderStatus.GENERADA, OrderStatus.PAGADA),
    (OrderStatus.GENERADA, OrderStatus.CANCELADA),
    (OrderStatus.PAGADA, OrderStatus.ENVIADA),
    (OrderStatus.PAGADA, OrderStatus.CANCELADA),
    (OrderStatus.ENVIADA, OrderStatus.ENTREGADA),
}
P, Q = ProductId("p"), ProductId("q")


@pytest.mark.parametrize(("now", "wanted"), list(itertools.product(OrderStatus, OrderStatus)))
def test_an_order_goes_only_the_ways_that_there_are(now: OrderStatus, wanted: OrderStatus) -> None:
    order = an_order(status=now)
    if (now, wanted) in WAYS:
        assert order.moved_to(wanted) == msgspec.structs.replace(order, status=wanted)
    else:
        with pytest.raises(StatusOutOfOrder) as refusal:
            order.moved_to(wanted)
        assert refusal.value.params == {"now": now.value, "wanted": wanted.value}


def test_lines_stand_in_product_order_with_the_words_of_now_and_the_price_that_the_buyer_saw() -> None:
    first = a_product(id=ProductId("a"), title="Jarra", description="Azul", price=usd(700))
    second = a_product(id=ProductId("b"), title="Taza", description="Roja")
    cart = a_cart(an_item(second, 2, unit_price=usd(1100)), an_item(first, 1))
    lines = lines_of(CartView(cart, {second.id: second, first.id: first}), "es")
    assert lines == (
        OrderLine(first.id, "Jarra", "Azul", usd(700), 1, ANA),
        OrderLine(second.id, "Taza", "Roja", usd(1100), 2, ANA),
    )
    assert total_of(lines, "USD") == usd(700 + 2 * 1100)


def account(number: int = 1, lines: Any = ((P, 2, 10),), **given: Any) -> OrderAccount:
    usual: dict[str, Any] = {
        "id": OrderId(f"order {number}"),
        "number": number,
        "status": OrderStatus.GENERADA,
        "cart": CartId(f"cart {number}"),
        "total": sum(quantity * price for _, quantity, price in lines),
        "created_at": NOW,
        "lines": list(lines),
    }
    return OrderAccount(**usual | given)


def test_the_stock_adds_up_where_live_orders_have_what_is_missing() -> None:
    orders = [account(1), account(2, [(P, 1, 10), (Q, 4, 5)]), account(3, status=OrderStatus.CANCELADA)]
    assert broken_stock(orders, {P: (10, 7), Q: (4, 0), ProductId("unsold"): (3, 3)}) == []


def test_pieces_that_vanished_or_appeared_are_told() -> None:
    assert broken_stock([account()], {P: (10, 7), Q: (5, 6)}) == [
        "product p: received 10, sold 2, in stock 7",
        "product q: received 5, sold 0, in stock 6",
    ]


def test_a_stock_below_zero_is_told_although_it_adds_up() -> None:
    assert broken_stock([account()], {P: (1, -1)}) == ["product p: received 1, sold 2, in stock -1"]


def test_numbers_without_gap_and_totals_that_add_up_are_sound() -> None:
    assert broken_numbers([account(1), account(2, [(P, 1, 10), (Q, 4, 5)])]) == []


def test_gaps_and_doubles_in_numbers_are_told() -> None:
    assert broken_numbers([account(2)]) == ["order 2 stands where 1 should"]
    assert broken_numbers([account(1), account(1)]) == ["order 1 stands where 2 should"]


def test_orders_without_lines_and_wrong_totals_are_told() -> None:
    assert broken_numbers([account(1, []), account(2, total=21)]) == [
        "order 1: 0 lines sum up to 0, its total says 0",
        "order 2: 1 lines sum up to 20, its total says 21",
    ]


def test_every_bought_cart_has_one_order() -> None:
    assert broken_carts([account(1), account(2)], [CartId("cart 2"), CartId("cart 1")]) == []


def test_carts_without_an_order_and_orders_without_their_cart_are_told() -> None:
    assert broken_carts([account(1)], [CartId("cart 2")]) == [
        "cart cart 2 was bought but has no order",
        "order of cart cart 1, which was not bought",
    ]


def test_a_cart_with_two_orders_is_told_once() -> None:
    orders = [account(1), account(2), account(3, cart=CartId("cart 1"))]
    assert broken_carts(orders, [CartId("cart 1"), CartId("cart 2")]) == ["cart cart 1 has 2 orders"]


def test_a_line_costs_its_pieces() -> None:
    assert a_line(quantity=3, price=7).subtotal == usd(21)
