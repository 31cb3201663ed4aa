"""Case 15: nobody reads or changes what is not theirs. A new route fails here until somebody says whose it is."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.described import Operation, operations
from tests.security.conftest import BODIES, PICTURE, Person

from zoco.testing.engines import Kept

OPERATIONS = {operation.id: operation for operation in operations()}
STAFF = {"listUsers", "moveOrder", "removeMessage"}
OWN = {  # whoever is signed in sees and changes their own
    "showUser", "changeUser", "removeUser", "changeProduct", "removeProduct", "setProductImage", "showOrder",
    "addProductImage", "arrangeProductImages", "removeProductImage",
    "showCart", "changeCart", "emptyCart", "addToCart", "changeQuantity", "removeFromCart", "purchaseCart",
}  # fmt: skip
SIGNED_IN = {
    "showMe", "signOut", "addProduct", "listOrders",
    "listMessages", "postMessage", "readMessages",  # of others they are refused: tests/features/chat
}  # fmt: skip
ANYBODY = {
    "register", "signIn", "refreshTokens", "forgotPassword", "resetPassword",
    "listProducts", "suggestProducts", "showProduct", "listCategories", "showImage", "showFurtherImage", "openCart",
    "healthz", "readyz",
}  # fmt: skip


def test_of_every_operation_it_is_said_who_may() -> None:
    assert OPERATIONS.keys() == STAFF | OWN | SIGNED_IN | ANYBODY


async def called(client: httpx.AsyncClient, operation: Operation, owner: Person, caller: Person | None) -> int:
    headers = {"Idempotency-Key": "one"} | (caller.headers if caller else {})
    content: dict[str, Any] = {"json": BODIES.get(operation.id)}
    if operation.id in {"setProductImage", "addProductImage"}:
        headers["Content-Type"], content = "image/png", {"content": PICTURE}
    answer = await client.request(operation.method, owner.at(operation.path), headers=headers, **content)
    return answer.status_code


@pytest.mark.parametrize("name", sorted(STAFF))
async def test_staff_routes(client: httpx.AsyncClient, ana: Person, name: str) -> None:
    assert await called(client, OPERATIONS[name], ana, None) == 401
    assert await called(client, OPERATIONS[name], ana, ana) == 403


@pytest.mark.parametrize("name", sorted(SIGNED_IN))
async def test_guests_are_asked_to_sign_in(client: httpx.AsyncClient, ana: Person, name: str) -> None:
    assert await called(client, OPERATIONS[name], ana, None) == 401


@pytest.mark.parametrize("name", sorted(OWN))
async def test_others_and_guests_get_nothing(
    kept: Kept, client: httpx.AsyncClient, ana: Person, bea: Person, name: str
) -> None:
    before = kept()
    assert await called(client, OPERATIONS[name], bea, ana) in {403, 404}
    assert await called(client, OPERATIONS[name], bea, None) in {401, 404}
    assert kept() == before


async def test_lists_show_ones_own(client: httpx.AsyncClient, ana: Person, bea: Person) -> None:
    orders = (await client.get("/api/orders", headers=ana.headers)).json()["items"]
    assert [str(order["number"]) for order in orders] == [ana.ids["number"]]


@pytest.mark.parametrize(
    ("method", "address", "form"),
    [
        ("GET", "/vender/{pid}", {}),
        ("POST", "/vender/{pid}", {"title": "Mía", "category": "Tazas", "price": "1", "stock": "1"}),
        ("GET", "/vender/{pid}/borrar", {}),
        ("POST", "/vender/{pid}/borrar", {}),
        ("GET", "/carrito/{cid}", {}),
        ("POST", "/carrito/{cid}", {"product_id": "{pid}", "quantity": "3"}),
        ("GET", "/carrito/{cid}/borrar", {}),
        ("POST", "/carrito/{cid}/borrar", {}),
        ("POST", "/carrito/comprar", {"cart": "{cid}", "version": "1", "idempotency_key": "x"}),
        ("GET", "/ordenes/{number}", {}),
        ("POST", "/cuenta/sesiones/{sid}", {}),
    ],
)
async def test_pages(
    kept: Kept, browser: httpx.AsyncClient, bea: Person, method: str, address: str, form: dict[str, str]
) -> None:
    before = kept()
    data = {name: bea.at(text) for name, text in form.items()}
    answer = await browser.request(method, bea.at(address), data=data or None)
    assert answer.status_code in {403, 404}
    assert kept() == before
