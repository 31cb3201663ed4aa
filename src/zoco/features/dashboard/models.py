"""How a shop is doing: figures by day, what waits for somebody, and what a new shop still lacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from zoco.features.catalogue.models import Product
from zoco.features.incidents.models import Incident
from zoco.features.orders.models import DaySales
from zoco.kit.money import Money

CHART_HEIGHT = 100


class Bar(msgspec.Struct, frozen=True):
    """One day of a chart; `height` out of CHART_HEIGHT, 0 where there was nothing."""

    day: date
    value: int
    height: int


class Sales(msgspec.Struct, frozen=True):
    """The last days, each of them, today last."""

    days: tuple[DaySales, ...]
    currency: str

    def money(self, amount: int) -> Money:
        return Money(amount, self.currency)

    @property
    def today(self) -> DaySales:
        return self.days[-1]

    @property
    def yesterday(self) -> DaySales:
        return self.days[-2]

    @property
    def orders(self) -> int:
        return sum(day.orders for day in self.days)

    @property
    def total(self) -> int:
        return sum(day.total for day in self.days)

    def order_bars(self) -> list[Bar]:
        return _bars(self.days, [day.orders for day in self.days])

    def total_bars(self) -> list[Bar]:
        return _bars(self.days, [day.total for day in self.days])


class Missing(msgspec.Struct, frozen=True):
    """What a shop that has just been set up still lacks."""

    products: bool
    public_url: bool
    smtp: bool
    notify: bool

    def __bool__(self) -> bool:
        return self.products or self.public_url or self.smtp or self.notify


class Overview(msgspec.Struct, frozen=True):
    """What staff see first."""

    sales: Sales
    scarce: list[Product]
    """What is on offer and nearly or wholly sold out."""
    waiting_chats: int
    waiting_mails: int
    failed_mails: int
    incidents: list[Incident]
    """What failed last and nobody has cured."""
    missing: Missing


def each_day(found: Sequence[DaySales], today: date, count: int, currency: str) -> Sales:
    """The last `count` days up to today; those that were not found had no orders."""
    known = {day.day: day for day in found}
    days = [today - timedelta(days=past) for past in reversed(range(count))]
    return Sales(tuple(known.get(day) or DaySales(day, 0, 0) for day in days), currency)


def _bars(days: Sequence[DaySales], values: Sequence[int]) -> list[Bar]:
    """The highest one is as high as the chart; what is not nothing can be seen."""
    highest = max(values, default=0) or 1
    return [
        Bar(day.day, value, max(1, value * CHART_HEIGHT // highest) if value else 0)
        for day, value in zip(days, values, strict=True)
    ]
