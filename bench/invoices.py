"""A day of another shop's invoices, read from CSV as sales that a cart of ours can hold."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

LARGEST_CART = 100
"""Different products; an invoice of more becomes several orders, numbered 536592, 536592-2 …"""


class Article(NamedTuple):
    """A stock code at one price in minor units: at another price it is another product of ours."""

    code: str
    price: int


class Sale(NamedTuple):
    """What one order is to hold; `customer` is empty where the invoice names none."""

    number: str
    customer: str
    country: str
    items: dict[Article, int]

    @property
    def total(self) -> int:
        return sum(article.price * quantity for article, quantity in self.items.items())


class Day(NamedTuple):
    """Everything that a file asks for; `notes` counts what was left out or changed, by reason."""

    invoices: int
    sales: list[Sale]
    titles: dict[str, str]
    notes: Counter[str]


def read(file: Path) -> Day:
    """Equal articles of an invoice are added up; the first description of a stock code is its title."""
    found, titles, notes = dict[str, Sale](), dict[str, str](), Counter[str]()
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    numbers = {row["InvoiceNo"] for row in rows}
    notes["invoices skipped: cancelled"] = sum(number.startswith("C") for number in numbers)
    for row in rows:
        number, exact, quantity = row["InvoiceNo"], Decimal(row["UnitPrice"]) * 100, int(row["Quantity"])
        if number.startswith("C"):
            notes["rows skipped: of cancelled invoices"] += 1
            continue
        price = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        if quantity <= 0 or price <= 0:
            notes["rows skipped: quantity or price not above zero"] += 1
            continue
        notes["prices rounded to two decimals"] += price != exact
        article = Article(row["StockCode"], price)
        if description := row["Description"].strip():
            titles.setdefault(article.code, description)
        sale = found.setdefault(number, Sale(number, row["CustomerID"].partition(".")[0], row["Country"], {}))
        sale.items[article] = sale.items.get(article, 0) + quantity
    sales = [part for sale in found.values() for part in _parts(sale)]
    notes["invoices skipped: no row left"] = len(numbers) - len(found) - notes["invoices skipped: cancelled"]
    notes[f"orders more, for invoices of over {LARGEST_CART} products"] = len(sales) - len(found)
    return Day(len(numbers), sales, titles, +notes)


def _parts(sale: Sale) -> list[Sale]:
    items = iter(sale.items.items())
    cuts = iter(lambda: dict(itertools.islice(items, LARGEST_CART)), {})
    return [
        sale._replace(number=sale.number + (f"-{at}" if at > 1 else ""), items=cut) for at, cut in enumerate(cuts, 1)
    ]
