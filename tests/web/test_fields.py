"""Wrong fields: their paths, codes and sentences."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from litestar.exceptions import ValidationException
from msgspec import Meta

from zoco.web.fields import explain, wrong_fields


class Money(msgspec.Struct, forbid_unknown_fields=True):
    amount: Annotated[int, Meta(ge=0)]
    currency: str | None = None


class Item(msgspec.Struct):
    product_id: str
    quantity: Annotated[int, Meta(ge=1, le=99)] = 1


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    title: Annotated[str, Meta(min_length=3)]
    price: Money
    items: list[Item] = []
    cost: Money | None = None


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Point(msgspec.Struct):
    x: int = 0


class Place(msgspec.Struct):
    point: Point
    many: dict[str, int] = {}


def found(value: Any, shape: Any) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in wrong_fields(value, shape)]


def test_all_fields_at_all_depths() -> None:
    value = {
        "title": "",
        "price": {"amount": -1, "currency": 7, "tax": 1},
        "items": [{"product_id": "a"}, {"quantity": 0}, 5],
        "cost": {},
        "role": "admin",
    }
    assert found(value, Draft) == [
        ("title", "required"),
        ("price.amount", "too_small"),
        ("price.currency", "type"),
        ("price.tax", "unknown"),
        ("items[1].product_id", "required"),
        ("items[1].quantity", "too_small"),
        ("items[2]", "type"),
        ("cost.amount", "required"),
        ("role", "unknown"),
    ]


def test_a_missing_struct_is_named_by_what_it_needs() -> None:
    assert found({"title": "Vase"}, Draft) == [("price.amount", "required")]
    assert found({}, Place) == [("point", "required")]


def test_what_is_right_has_no_errors() -> None:
    assert found({"title": "Vase", "price": {"amount": 1}, "cost": None}, Draft) == []


@pytest.mark.parametrize(
    ("value", "shape", "code", "params"),
    [
        ("ab", Annotated[str, Meta(min_length=3)], "too_short", {"limit": 3}),
        ("abcd", Annotated[str, Meta(max_length=3)], "too_long", {"limit": 3}),
        ([], Annotated[list[int], Meta(min_length=1)], "too_short", {"limit": 1}),
        ([1, 2], Annotated[list[int], Meta(max_length=1)], "too_long", {"limit": 1}),
        (0.0, Annotated[float, Meta(gt=0)], "too_small", {"limit": 0}),
        (9.0, Annotated[float, Meta(lt=9)], "too_large", {"limit": 9}),
        (9.5, Annotated[float, Meta(le=2.0)], "too_large", {"limit": 2}),
        ("x", Annotated[str, Meta(pattern="^a")], "pattern", {}),
        ("green", Colour, "choice", {"choices": "red, blue"}),
        ("green", Literal["red", "blue"], "choice", {"choices": "red, blue"}),
        (None, str, "required", {}),
        (1, str, "type", {}),
        (1.5, int, "type", {}),
        ("x", float, "type", {}),
        ("x", Decimal, "type", {}),
        ("x", bool, "type", {}),
        ("x", list[int], "type", {}),
        ("x", Item, "type", {}),
        ("x", datetime, "type", {}),
        ("x", date, "type", {}),
        ("x", bytes, "type", {}),
        ("x", int | list[str], "type", {}),
        (3, Annotated[int, Meta(multiple_of=2)], "type", {}),
    ],
)
def test_codes_and_limits(value: Any, shape: Any, code: str, params: dict[str, Any]) -> None:
    (error,) = wrong_fields(value, shape)
    assert (error.code, error.params) == (code, params)
    assert error.message.format(**params)[0].isupper()


def test_forms_are_read_loosely_and_json_strictly() -> None:
    assert wrong_fields("5", int, strict=False) == []
    assert wrong_fields("5", int) != []


def test_what_stands_in_a_mapping_is_named_by_its_key() -> None:
    assert found({"point": {}, "many": {"a": "b"}}, Place) == [("many.a", "type")]


def test_a_sentence_of_msgspec_that_we_do_not_know() -> None:
    error = ValidationException(extra=[{"message": "Odd"}])
    assert [(one.field, one.code) for one in explain(error, {})] == [("", "type")]
    assert explain(ValidationException("something else"), {}) == []
