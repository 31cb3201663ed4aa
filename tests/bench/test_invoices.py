"""Invoices of another shop, read as sales of ours: the money stays the same, to the cent."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.invoices import LARGEST_CART, Article, Day, read

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "day.csv"


def day(file: Path, *rows: str) -> Day:
    file.write_text("\ufeff" + "\r\n".join((HEADER, *rows)), encoding="utf-8")
    return read(file)


def row(number: str, code: str, quantity: int, price: str, description: str = "MUG") -> str:
    return f"{number},{code},{description},{quantity},2010-12-01 08:26:00,{price},17850.0,United Kingdom"


def test_equal_articles_of_an_invoice_are_one_item(file: Path) -> None:
    read_day = day(file, row("1", "A", 2, "2.55"), row("1", "A", 3, "2.55"), row("1", "A", 1, "2.10"))
    (sale,) = read_day.sales
    assert sale.items == {Article("A", 255): 5, Article("A", 210): 1}
    assert (sale.total, sale.customer, sale.country) == (5 * 255 + 210, "17850", "United Kingdom")


def test_what_is_no_sale_is_counted_and_left_out(file: Path) -> None:
    read_day = day(file, row("C1", "A", -2, "2.55"), row("2", "A", 1, "0.00"), row("3", "A", 1, "1.00"))
    assert [sale.number for sale in read_day.sales] == ["3"]
    assert read_day.invoices == 3
    assert read_day.notes == {
        "invoices skipped: cancelled": 1,
        "rows skipped: of cancelled invoices": 1,
        "rows skipped: quantity or price not above zero": 1,
        "invoices skipped: no row left": 1,
    }


def test_prices_of_three_decimals_are_rounded_and_told(file: Path) -> None:
    read_day = day(file, row("1", "A", 1, "0.005"), row("1", "B", 1, "1.10"))
    assert sum(sale.total for sale in read_day.sales) == 111
    assert read_day.notes["prices rounded to two decimals"] == 1


def test_the_first_description_is_the_title(file: Path) -> None:
    rows = (row("1", "A", 1, "1.00", ""), row("1", "A", 1, "1.00", "MUG"), row("2", "A", 1, "1.00", "damaged"))
    assert day(file, *rows).titles == {"A": "MUG"}


def test_an_invoice_larger_than_a_cart_becomes_several_orders(file: Path) -> None:
    read_day = day(file, *(row("7", f"A{n}", 1, "1.00") for n in range(LARGEST_CART + 1)))
    assert [(sale.number, len(sale.items)) for sale in read_day.sales] == [("7", LARGEST_CART), ("7-2", 1)]
