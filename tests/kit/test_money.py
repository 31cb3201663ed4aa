"""Money: what is a price, and sums that are exact."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoco.kit.errors import Invalid
from zoco.kit.money import LARGEST, Money, digits, total


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("9.00", "USD", 900),
        (" 9 ", "USD", 900),
        ("0", "EUR", 0),
        ("0.01", "EUR", 1),
        ("12.5", "MXN", 1250),
        ("12.5000", "MXN", 1250),
        ("1500", "CLP", 1500),
        ("1.234", "KWD", 1234),
        ("10000000000000.00", "USD", LARGEST),
    ],
)
def test_a_price_is_read_to_the_last_digit(text: str, currency: str, amount: int) -> None:
    assert Money.parse(text, currency) == Money(amount, currency)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "nine", "9,00", "$9", "9 USD", "-1", "-0.01", "9.001", "NaN", "sNaN", "Infinity", "0x10",
        "1_000", "9e2", "９", ".",
        "1e999999999", "1e-999999999999", "1e-1999999", "10000000000000.01", "9" * 5000, "9\0", "0." + "0" * 40 + "1",
        "1." + "0" * 40 + "1",
    ],
)  # fmt: skip
def test_what_is_no_price_is_refused_by_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Money.parse(text, "USD", field="lowest")
    [error] = refusal.value.errors
    assert (error.field, error.code) == ("lowest", "price")


def test_a_currency_without_decimals_takes_none() -> None:
    with pytest.raises(Invalid):
        Money.parse("1.5", "JPY")


@given(st.integers(0, LARGEST), st.sampled_from(["USD", "JPY", "KWD"]))
@settings(deadline=None)
def test_what_is_written_is_read_back(amount: int, currency: str) -> None:
    money = Money(amount, currency)
    assert Money.parse(f"{money.decimal():f}", currency) == money


def test_an_amount_shows_all_its_digits() -> None:
    assert str(Money(900, "USD").decimal()) == "9.00"
    assert Money(900, "JPY").decimal() == Decimal(900)
    assert (digits("USD"), digits("CLP"), digits("TND")) == (2, 0, 3)


def test_sums_are_of_one_currency() -> None:
    assert Money(1, "USD") + Money(2, "USD") == Money(3, "USD")
    assert Money(250, "USD").times(3) == Money(750, "USD")
    assert total([Money(1, "USD"), Money(2, "USD")], "USD") == Money(3, "USD")
    assert total([], "EUR") == Money(0, "EUR")
    with pytest.raises(ValueError, match="USD and EUR"):
        Money(1, "USD") + Money(1, "EUR")
