"""The description says what the doors do, also where the framework would leave it out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.described import Operation, json_bodies, operations

OPERATIONS = {operation.id: operation for operation in operations()}


def parameter(operation: Operation, name: str) -> dict[str, Any]:
    (found,) = [one for one in operation.details["parameters"] if one["name"] == name]
    return dict(found)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_tells_of_problems_and_of_itself(operation: Operation) -> None:
    assert operation.details["summary"]
    assert operation.details["tags"]
    assert operation.details["responses"]["default"]
    assert not [one["name"] for one in operation.details.get("parameters", []) if "oneOf" in one["schema"]]


def test_what_may_be_left_out_and_what_not() -> None:
    assert parameter(OPERATIONS["purchaseCart"], "Idempotency-Key")["required"]
    assert not OPERATIONS["addToCart"].details["requestBody"].get("required")
    assert not OPERATIONS["purchaseCart"].details["requestBody"].get("required")
    assert OPERATIONS["register"].details["requestBody"]["required"]
    assert parameter(OPERATIONS["listProducts"], "min_price")["schema"]["minimum"] == 0


def test_answers_beside_the_usual_one() -> None:
    assert {"200", "201"} <= OPERATIONS["openCart"].details["responses"].keys()
    assert "304" in OPERATIONS["showImage"].details["responses"]


@pytest.mark.parametrize(("operation", "body"), json_bodies(), ids=lambda given: getattr(given, "id", ""))
def test_bodies_may_have_no_other_fields(operation: Operation, body: dict[str, Any]) -> None:
    assert body["additionalProperties"] is False


@pytest.mark.parametrize("path", sorted({operation.path for operation in operations()}))
async def test_options_names_every_method_of_an_address(client: httpx.AsyncClient, path: str) -> None:
    there_are = {operation.method for operation in operations() if operation.path == path}
    answer = await client.options(path.replace("{number}", "1").replace("{seq}", "1").replace("{", "").replace("}", ""))
    assert answer.status_code == 204
    assert set(answer.headers["allow"].split(", ")) == there_are | {"OPTIONS"}
