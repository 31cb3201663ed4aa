"""An order, its lines as they were at the moment of buying, and the way of its status."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from enum import StrEnum

import msgspec

from zoco.features.cart.models import Address, CartView
from zoco.features.catalogue.models import Seller
from zoco.features.orders.errors import StatusOutOfOrder
from zoco.kit.ids import CartId, OrderId, ProductId, UserId
from zoco.kit.money import Money, total


class OrderStatus(StrEnum):
    """As the shop's papers call them: made, paid, sent, arrived; or called off."""

    GENERADA = "generada"
    PAGADA = "pagada"
    ENVIADA = "enviada"
    ENTREGADA = "entregada"
    CANCELADA = "cancelada"


_NEXT = {
    OrderStatus.GENERADA: {OrderStatus.PAGADA, OrderStatus.CANCELADA},
    OrderStatus.PAGADA: {OrderStatus.ENVIADA, OrderStatus.CANCELADA},
    OrderStatus.ENVIADA: {OrderStatus.ENTREGADA},
    OrderStatus.ENTREGADA: set[OrderStatus](),
    OrderStatus.CANCELADA: set[OrderStatus](),
}


class OrderLine(msgspec.Struct, frozen=True):
    """Pieces of one product, with the words and the price of that moment."""

    product_id: ProductId
    title: str
    description: str
    unit_price: Money
    quantity: int
    seller: Seller

    @property
    def subtotal(self) -> Money:
        return self.unit_price.times(self.quantity)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """`number` counts 1, 2, 3 …; `reference` is for links, since nobody can guess it. A guest is no `buyer`."""

    id: OrderId
    number: int
    reference: str
    status: OrderStatus
    buyer: UserId | None
    cart: CartId
    email: str
    language: str
    lines: tuple[OrderLine, ...]
    total: Money
    delivery_address: Address | None
    created_at: datetime
    updated_at: datetime
    version: int

    def moved_to(self, wanted: OrderStatus) -> Order:
        """Raises StatusOutOfOrder where the present status does not lead there."""
        if wanted not in _NEXT[self.status]:
            raise StatusOutOfOrder(now=self.status.value, wanted=wanted.value)
        return msgspec.structs.replace(self, status=wanted)


def lines_of(view: CartView) -> tuple[OrderLine, ...]:
    """The cart's items as order lines, in product order, so that every purchase takes stock in the same order."""
    lines = []
    for item in sorted(view.cart.items, key=lambda item: item.product_id):
        product = view.products[item.product_id]
        lines.append(
            OrderLine(product.id, product.title, product.description, item.unit_price, item.quantity, product.seller)
        )
    return tuple(lines)


def total_of(lines: tuple[OrderLine, ...], currency: str) -> Money:
    return total([line.subtotal for line in lines], currency)


class OrderAccount(msgspec.Struct, frozen=True):
    """An order in figures, for `zoco check`; `lines` are (product, quantity, unit price)."""

    id: OrderId
    number: int
    status: OrderStatus
    cart: CartId
    total: int
    created_at: datetime
    lines: list[tuple[ProductId, int, int]]


def broken_stock(orders: list[OrderAccount], stock: dict[ProductId, tuple[int, int]]) -> list[str]:
    """Products of which pieces appeared or vanished: received − in live orders = in stock ≥ 0."""
    sold: dict[ProductId, int] = {}
    for order in orders:
        if order.status is not OrderStatus.CANCELADA:
            for product, quantity, _ in order.lines:
                sold[product] = sold.get(product, 0) + quantity
    return [
        f"product {product}: received {received}, sold {sold.get(product, 0)}, in stock {left}"
        for product, (received, left) in stock.items()
        if left < 0 or received - sold.get(product, 0) != left
    ]


def broken_numbers(orders: list[OrderAccount]) -> list[str]:
    """Gaps and doubles in the numbers, orders without lines, totals that are not the sum of their lines."""
    broken = [
        f"order {order.number} stands where {place} should"
        for place, order in enumerate(orders, 1)
        if order.number != place
    ]
    for order in orders:
        summed = sum(quantity * price for _, quantity, price in order.lines)
        if not order.lines or summed != order.total:
            broken.append(
                f"order {order.number}: {len(order.lines)} lines sum up to {summed}, its total says {order.total}"
            )
    return broken


def broken_carts(orders: list[OrderAccount], purchased: list[CartId]) -> list[str]:
    """Bought carts without an order, orders of carts that were not bought, carts with two orders."""
    ordered, bought = Counter(order.cart for order in orders), set(purchased)
    return (
        [f"cart {cart} was bought but has no order" for cart in bought - ordered.keys()]
        + [f"order of cart {cart}, which was not bought" for cart in ordered.keys() - bought]
        + [f"cart {cart} has {count} orders" for cart, count in ordered.items() if count > 1]
    )
