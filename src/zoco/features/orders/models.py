"""An order, its lines as they were at the moment of buying, and the way of its status."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, tzinfo
from enum import StrEnum
from operator import attrgetter

import msgspec

from zoco.features.cart.models import Address, CartView
from zoco.features.catalogue.models import Seller
from zoco.features.orders.errors import StatusOutOfOrder
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import CartId, EntryId, OrderId, ProductId, UserId
from zoco.kit.money import Money, total
from zoco.kit.text import N_, fold

LONGEST_NOTE = 2_000


class OrderStatus(StrEnum):
    """As the shop's papers call them: made, paid, sent, arrived; or called off."""

    GENERADA = "generada"
    PAGADA = "pagada"
    ENVIADA = "enviada"
    ENTREGADA = "entregada"
    CANCELADA = "cancelada"


_NEXT: dict[OrderStatus, tuple[OrderStatus, ...]] = {
    OrderStatus.GENERADA: (OrderStatus.PAGADA, OrderStatus.CANCELADA),
    OrderStatus.PAGADA: (OrderStatus.ENVIADA, OrderStatus.CANCELADA),
    OrderStatus.ENVIADA: (OrderStatus.ENTREGADA,),
    OrderStatus.ENTREGADA: (),
    OrderStatus.CANCELADA: (),
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

    @property
    def next(self) -> tuple[OrderStatus, ...]:
        """Where the present status leads, the usual way first."""
        return _NEXT[self.status]

    @property
    def words(self) -> str:
        """By what staff look for it."""
        recipient = self.delivery_address.recipient if self.delivery_address else ""
        return fold(" ".join([self.email, recipient, *(line.title for line in self.lines)]))

    def moved_to(self, wanted: OrderStatus) -> Order:
        """Raises StatusOutOfOrder where the present status does not lead there."""
        if wanted not in _NEXT[self.status]:
            raise StatusOutOfOrder(now=self.status.value, wanted=wanted.value)
        return msgspec.structs.replace(self, status=wanted)


class OrderEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something in an order's life after it was placed: a `status` that staff gave it, or a `note` among themselves."""

    id: EntryId
    order: OrderId
    at: datetime
    author: UserId
    author_name: str
    status: OrderStatus | None = None
    note: str = ""


class OrderQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is left empty narrows nothing. `email` is the whole address, `until` is not within, `words` are folded."""

    status: OrderStatus | None = None
    number: int | None = None
    email: str = ""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: str | None = None
    limit: int = 30


class SellersLines(msgspec.Struct, frozen=True, kw_only=True):
    """What of an order was bought of one seller; who bought it, is not theirs to know."""

    number: int
    lines: tuple[OrderLine, ...]
    total: Money
    delivery_address: None = None


def parts(order: Order) -> dict[UserId, SellersLines]:
    """An order by its sellers."""
    lines: dict[UserId, list[OrderLine]] = {}
    for line in order.lines:
        lines.setdefault(line.seller.id, []).append(line)
    return {
        seller: SellersLines(
            number=order.number,
            lines=tuple(own),
            total=total_of(tuple(own), order.total.currency),
        )
        for seller, own in lines.items()
    }


def tidy_note(note: str) -> str:
    """Without spaces around; raises Invalid for an empty or a giant one."""
    note = note.strip()
    if not note:
        raise Invalid(FieldError("note", "required", N_("Write something.")))
    if len(note) > LONGEST_NOTE:
        raise Invalid(
            FieldError("note", "too_long", N_("A note has at most {most} characters."), {"most": LONGEST_NOTE})
        )
    return note


def lines_of(view: CartView, language: str) -> tuple[OrderLine, ...]:
    """The cart's items as order lines in the buyer's language, in product order, as every purchase takes stock."""
    lines = []
    for item in sorted(view.cart.items, key=lambda item: item.product_id):
        product = view.products[item.product_id].told_in(language)
        lines.append(
            OrderLine(product.id, product.title, product.description, item.unit_price, item.quantity, product.seller)
        )
    return tuple(lines)


def total_of(lines: tuple[OrderLine, ...], currency: str) -> Money:
    return total([line.subtotal for line in lines], currency)


class Sold(msgspec.Struct, frozen=True):
    """What was ordered in the quarter of an hour that begins at `at`; `total` in minor units of the shop's currency."""

    at: datetime
    orders: int
    total: int


class DaySales(msgspec.Struct, frozen=True):
    """What was ordered on one day of the shop's zone; `total` in minor units of its currency."""

    day: date
    orders: int
    total: int


def by_day(sold: list[Sold], zone: tzinfo) -> list[DaySales]:
    """By rising day, those on which nothing was ordered left out."""
    days: dict[date, DaySales] = {}
    for quarter in sold:
        day = quarter.at.astimezone(zone).date()
        before = days.get(day) or DaySales(day, 0, 0)
        days[day] = DaySales(day, before.orders + quarter.orders, before.total + quarter.total)
    return sorted(days.values(), key=attrgetter("day"))


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
