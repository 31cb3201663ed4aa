"""Money: whole minor units of one currency, never a float."""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from zoco.kit.errors import FieldError, Invalid
from zoco.kit.text import N_

# ISO 4217: the currencies whose minor unit is not a hundredth.
_DIGITS = dict.fromkeys(
    (
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ),
    0,
) | dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3)
# Not all that `Decimal` reads: it takes exponents, `1_000` and every script's digits, and rounds what is too long.
_WRITTEN = re.compile(r"[0-9]{1,16}(\.[0-9]{0,9})?|\.[0-9]{1,9}")
LARGEST = 10**15  # far over any price, and exact in every JSON reader's double


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units (cents for USD) of an ISO 4217 currency."""

    amount: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str, field: str = "price") -> Money:
        """Read `9.00` as a person writes it, with a point; raises Invalid where it is no price of that currency."""
        written = text.strip()
        minor = Decimal(written).scaleb(digits(currency)) if _WRITTEN.fullmatch(written) else Decimal(-1)
        if minor != minor.to_integral_value() or not 0 <= minor <= LARGEST:
            message = N_("Write a price such as 9.00, without a currency sign.")
            raise Invalid(FieldError(field, "price", message))
        return cls(int(minor), currency)

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            message = f"{self.currency} and {other.currency} cannot be added"
            raise ValueError(message)
        return Money(self.amount + other.amount, self.currency)

    def times(self, quantity: int) -> Money:
        return Money(self.amount * quantity, self.currency)

    def decimal(self) -> Decimal:
        """The amount in major units with all its digits: 900 USD → `9.00`."""
        return Decimal(self.amount).scaleb(-digits(self.currency))


def digits(currency: str) -> int:
    """How many decimals the currency's minor unit has."""
    return _DIGITS.get(currency, 2)


def total(amounts: list[Money], currency: str) -> Money:
    """The sum of amounts of one currency; zero of `currency` for none."""
    return sum(amounts, Money(0, currency))
