"""Cases 11, 13 and 16: bodies that are no JSON, too much of it, hold operators, or more than was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx
import msgspec
import pytest
from tests.answers import problem, wrong
from tests.described import Operation, json_bodies
from tests.security.conftest import BODIES, Person

from zoco.testing.clock import FrozenClock

WITH_BODY = {operation.id: (operation, schema) for operation, schema in json_bodies()}
PRIVATE = {
    "id", "role", "seller", "owner", "buyer", "user", "status", "total", "subtotal", "unit_price", "price", "stock",
    "number", "reference", "version", "slug", "image", "created_at", "is_admin", "__class__", "constructor",
}  # fmt: skip
"""What a body might try to set."""
UNSOUND: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"{", 400, "json.malformed"),
    "not a number": (b'{"quantity": NaN}', 400, "json.malformed"),
    "no end": (b'{"quantity": 1e999999', 400, "json.malformed"),
    "two values": (b"{}{}", 400, "json.malformed"),
    "not utf-8": (b'{"name": "\xff\xfe"}', 400, "json.malformed"),
    "deep list": (b'{"x":' + b"[" * 20_000 + b"]" * 20_000 + b"}", 400, "json.too_deep"),
    "deep and open": (b'{"x":' * 20_000, 400, "json.too_deep"),
    "giant": (b'{"x": "' + b"x" * 13_000_000 + b'"}', 413, "too_large"),
}

each = pytest.mark.parametrize("name", sorted(WITH_BODY))


async def sent(
    client: httpx.AsyncClient, person: Person, operation: Operation, body: bytes | dict[str, Any]
) -> httpx.Response:
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    headers = {"Idempotency-Key": "one", "Content-Type": "application/json"} | person.headers
    return await client.request(operation.method, person.at(operation.path), content=content, headers=headers)


def test_every_operation_with_a_body_is_tried() -> None:
    assert WITH_BODY.keys() == BODIES.keys()


@each
async def test_unsound_json(client: httpx.AsyncClient, ana: Person, name: str) -> None:
    for body, status, code in UNSOUND.values():
        problem(await sent(client, ana, WITH_BODY[name][0], body), status, code)


@each
async def test_a_field_that_comes_twice(client: httpx.AsyncClient, ana: Person, name: str) -> None:
    body = msgspec.json.encode(BODIES[name])
    problem(await sent(client, ana, WITH_BODY[name][0], body[:-1] + b"," + body[1:]), 400, "json.duplicate_key")


@each
async def test_fields_that_nobody_offered(client: httpx.AsyncClient, ana: Person, name: str) -> None:
    operation, schema = WITH_BODY[name]
    more = PRIVATE - schema["properties"].keys()
    answer = await sent(client, ana, operation, BODIES[name] | dict.fromkeys(more, "admin"))
    assert wrong(answer) >= {(field, "unknown") for field in more}


def texts(body: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where texts stand in a body."""
    for name, value in body.items():
        if isinstance(value, dict):
            yield from texts(value, (*path, name))
        elif isinstance(value, str):
            yield (*path, name)


def replaced(body: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    first, *rest = path
    return body | {first: replaced(body[first], tuple(rest), value) if rest else value}


OTHERS: tuple[Any, ...] = ({"$gt": ""}, {"$where": "sleep(1000)"}, ["a"], True, "a\0b")


@each
async def test_operators_and_other_kinds_in_the_place_of_texts(
    client: httpx.AsyncClient, ana: Person, clock: FrozenClock, name: str
) -> None:
    for place, value in product(texts(BODIES[name]), OTHERS):
        clock.move(seconds=6)  # nobody may register more often
        answer = await sent(client, ana, WITH_BODY[name][0], replaced(BODIES[name], place, value))
        assert ".".join(place) in {field.partition("[")[0] for field, _ in wrong(answer)}


@pytest.mark.parametrize("query", ["category[$gt]=", "q[$ne]=1", "seller[$regex]=.*", "q=%27%20OR%201=1--", "q=%25"])
async def test_operators_in_the_address_find_nothing_more(client: httpx.AsyncClient, ana: Person, query: str) -> None:
    everything = (await client.get("/api/products")).json()
    answer = await client.get(f"/api/products?{query}")
    assert answer.status_code == 200
    assert answer.json() in (everything, {"items": [], "next": None})


async def test_nobody_makes_themselves_more_than_they_are(client: httpx.AsyncClient, ana: Person) -> None:
    address = f"/api/users/{ana.ids['uid']}"
    problem(await client.put(address, json={"role": "admin"}, headers=ana.headers), 403, "auth.forbidden")
    assert (await client.get("/api/auth/me", headers=ana.headers)).json()["role"] == "customer"


@pytest.mark.parametrize(
    ("address", "large"),
    [
        ("/api/products/x/image", True),
        ("/vender/nuevo", True),
        ("/panel/productos/nuevo", True),
        ("/panel/productos/importar", True),
        ("/api/carts", False),
        ("/login", False),
        ("/panel/mensajes", False),
    ],
)
async def test_only_where_files_are_brought_a_body_may_be_large(
    client: httpx.AsyncClient, address: str, *, large: bool
) -> None:
    answer = await client.post(address, files={"file": ("x.csv", b"x" * 1_500_000)})
    assert (answer.status_code != 413) is large
