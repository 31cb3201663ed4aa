"""Purchases and orders over REST."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.answers import Fields, problem, wrong
from tests.features.conftest import Offer, Sign, Signed

from zoco.app import Shop
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.permissions import Actor, Role
from zoco.testing.clock import FrozenClock

HOME = {"recipient": "Eva", "line1": "Calle 1", "city": "León", "country": "ES"}
WHOLE = dict.fromkeys(("phone", "line2", "region", "postal_code", "notes"), "") | HOME
GUEST_DATA = {"email": "eva@example.com", "delivery_address": HOME}
WRONG: list[tuple[dict[str, Any], Fields]] = [
    ({"email": 5}, {("email", "type")}),
    ({"email": ""}, {("email", "required")}),
    ({"email": "eva"}, {("email", "email")}),
    ({"email": "x" * 255}, {("email", "too_long")}),
    ({"email": "a@b.cd\r\nBcc: e@f.gh"}, {("email", "email")}),
    ({"delivery_address": {}}, {(f"delivery_address.{name}", "required") for name in HOME}),
    ({"delivery_address": HOME | {"recipient": "  "}}, {("delivery_address.recipient", "required")}),
    ({"delivery_address": HOME | {"country": None}}, {("delivery_address.country", "required")}),
    ({"delivery_address": HOME | {"line1": "x" * 201}}, {("delivery_address.line1", "too_long")}),
    ({"delivery_address": HOME | {"phone": 600}}, {("delivery_address.phone", "type")}),
    (
        {"total": {"amount": 1}, "price": 1, "status": "pagada", "buyer": "x", "number": 7},
        {(name, "unknown") for name in ("total", "price", "status", "buyer", "number")},
    ),
]


@pytest.fixture
async def eva(sign: Sign) -> Signed:
    return await sign(name="Eva")


@pytest.fixture
async def taza(offer: Offer) -> Product:
    return await offer(stock=9, description="De barro")


async def filled(
    client: httpx.AsyncClient, product: Product, headers: dict[str, str] | None = None, quantity: int = 2
) -> str:
    """The address at which a cart with the product is bought."""
    cart = (await client.post("/api/carts", headers=headers)).headers["location"]
    answer = await client.post(f"{cart}/product/{product.id}", json={"quantity": quantity}, headers=headers)
    assert answer.status_code == 201, answer.text
    return f"{cart}/purchase"


async def bought(client: httpx.AsyncClient, product: Product, headers: dict[str, str]) -> dict[str, Any]:
    address = await filled(client, product, headers, 1)
    answer = await client.post(address, json={}, headers={**headers, "Idempotency-Key": address})
    assert answer.status_code == 201, answer.text
    order: dict[str, Any] = answer.json()
    return order


class TestBuying:
    async def test_an_order_is_answered_whole_with_its_address(
        self, client: httpx.AsyncClient, eva: Signed, taza: Product
    ) -> None:
        address = await filled(client, taza, eva)
        answer = await client.post(
            address, json={"delivery_address": HOME}, headers={**eva, "Idempotency-Key": "clave 1"}
        )
        order = answer.json()
        assert answer.status_code == 201
        assert answer.headers["location"] == "/api/orders/1"
        assert "idempotent-replayed" not in answer.headers
        assert order == {
            "number": 1,
            "reference": order["reference"],
            "status": "generada",
            "email": eva.actor.email,
            "lines": [
                {
                    "product_id": taza.id,
                    "title": "Taza",
                    "description": "De barro",
                    "unit_price": {"amount": 1250, "currency": "USD"},
                    "quantity": 2,
                    "subtotal": {"amount": 2500, "currency": "USD"},
                    "seller": {"id": taza.seller.id, "name": "Ana"},
                }
            ],
            "total": {"amount": 2500, "currency": "USD"},
            "delivery_address": WHOLE,
            "created_at": "2030-01-02T03:04:05.678000Z",
        }
        assert (await client.get("/api/orders/1", headers=eva)).json() == order
        assert (await client.get("/api/orders", headers=eva)).json() == {"items": [order], "next": None}
        assert (await client.get(f"/api/products/{taza.id}")).json()["stock"] == 7
        cart = (await client.get(address.removesuffix("/purchase"), headers=eva)).json()
        assert {cart["status"], *(item["status"] for item in cart["items"])} == {"purchased"}

    async def test_a_body_is_not_needed_where_the_cart_knows_all(
        self, client: httpx.AsyncClient, eva: Signed, taza: Product
    ) -> None:
        address = await filled(client, taza, eva)
        await client.put(address.removesuffix("/purchase"), json={"delivery_address": HOME}, headers=eva)
        answer = await client.post(address, headers={**eva, "Idempotency-Key": "x"})
        assert (answer.status_code, answer.json()["delivery_address"]) == (201, WHOLE)

    async def test_a_guest_buys_with_an_address_to_write_to(self, client: httpx.AsyncClient, taza: Product) -> None:
        address, key = await filled(client, taza), {"Idempotency-Key": "x"}
        assert wrong(await client.post(address, json={}, headers=key)) == {("email", "required")}
        answer = await client.post(address, json=GUEST_DATA, headers=key)
        assert (answer.status_code, answer.json()["email"]) == (201, "eva@example.com")
        problem(await client.get(answer.headers["location"]), 401, "auth.required")

    async def test_every_wrong_field_is_named_and_nothing_is_bought(
        self, client: httpx.AsyncClient, taza: Product, shop: Shop
    ) -> None:
        address, key = await filled(client, taza), {"Idempotency-Key": "x"}
        for given, fields in WRONG:
            assert wrong(await client.post(address, json=GUEST_DATA | given, headers=key)) == fields, given
        problem(await client.post(address, content=b"{'", headers=key), 400, "json.malformed")
        assert (await client.post(address, json=GUEST_DATA, headers=key)).json()["number"] == 1
        assert all(not broken for _, _, broken in await shop.check())

    async def test_what_stands_against_it_is_told(
        self, client: httpx.AsyncClient, catalogue: CatalogueService, taza: Product, offer: Offer, ana: Actor
    ) -> None:
        key = {"Idempotency-Key": "x"}
        jarra, plato, vaso = await offer(title="Jarra"), await offer(title="Plato"), await offer(title="Vaso")
        addresses = [await filled(client, product) for product in (taza, jarra, plato, vaso)]
        await catalogue.change(ana, taza.id, ChangeProduct(stock=1))
        await catalogue.change(ana, jarra.id, ChangeProduct(price=MoneyIn(1)))
        await catalogue.change(ana, plato.id, ChangeProduct(status="hidden"))
        await catalogue.remove(ana, vaso.id)
        answers = [await client.post(address, json=GUEST_DATA, headers=key) for address in addresses]
        for answer, status, code, title in zip(
            answers,
            (409, 409, 409, 404),
            (
                "catalogue.out_of_stock",
                "cart.price_changed",
                "catalogue.not_for_sale",
                "catalogue.product_missing",
            ),
            ("Taza", "Jarra", "Plato", ""),
            strict=True,
        ):
            assert title in problem(answer, status, code)["detail"]
        empty = (await client.post("/api/carts")).headers["location"]
        problem(await client.post(f"{empty}/purchase", json=GUEST_DATA, headers=key), 409, "cart.empty")

    async def test_refusals_speak_the_language_of_the_request(self, client: httpx.AsyncClient, taza: Product) -> None:
        address = (await filled(client, taza)).replace("/purchase", f"/product/{taza.id}")
        said = {}
        for language in ("es", "en"):
            answer = await client.put(address, json={"quantity": 10}, headers={"Accept-Language": language})
            said[language] = problem(answer, 409, "catalogue.out_of_stock")
        assert said["en"]["detail"] == "We have only 9 of “Taza” left."
        assert said["es"]["detail"] != said["en"]["detail"]
        assert said["es"]["title"] != said["en"]["title"]


class TestKeys:
    async def test_without_a_key_nothing_is_bought(self, client: httpx.AsyncClient, taza: Product) -> None:
        address = await filled(client, taza)
        problem(await client.post(address, json=GUEST_DATA), 400, "idempotency.key_missing")
        for key, code in (("", "missing"), ("x" * 256, "invalid"), ("a\tb", "invalid")):
            answer = await client.post(address, json=GUEST_DATA, headers={"Idempotency-Key": key})
            problem(answer, 400, f"idempotency.key_{code}")
        problem(await client.get("/api/orders/1"), 401, "auth.required")

    async def test_the_same_call_again_is_answered_again_and_says_so(
        self, client: httpx.AsyncClient, taza: Product
    ) -> None:
        address, key = await filled(client, taza), {"Idempotency-Key": "x" * 255}
        first = await client.post(address, json=GUEST_DATA, headers=key)
        second = await client.post(address, json=GUEST_DATA, headers=key)
        assert (second.status_code, second.json()) == (201, first.json())
        assert second.headers["location"] == first.headers["location"]
        assert (first.headers.get("idempotent-replayed"), second.headers["idempotent-replayed"]) == (None, "true")

    async def test_the_same_key_for_something_else_is_refused(self, client: httpx.AsyncClient, taza: Product) -> None:
        address, key = await filled(client, taza), {"Idempotency-Key": "x"}
        await client.post(address, json=GUEST_DATA, headers=key)
        other = GUEST_DATA | {"email": "otra@example.com"}
        answer = await client.post(address, json=other, headers=key)
        assert problem(answer, 422, "idempotency.key_reused")["title"] == "Clave ya utilizada"

    async def test_another_key_buys_no_bought_cart(self, client: httpx.AsyncClient, taza: Product) -> None:
        address = await filled(client, taza)
        await client.post(address, json=GUEST_DATA, headers={"Idempotency-Key": "x"})
        answer = await client.post(address, json=GUEST_DATA, headers={"Idempotency-Key": "y"})
        problem(answer, 409, "cart.purchased")

    async def test_the_same_key_of_others_and_for_other_carts_is_another(
        self, client: httpx.AsyncClient, eva: Signed, taza: Product
    ) -> None:
        key = {"Idempotency-Key": "x"}
        numbers = [
            (await client.post(await filled(client, taza), json=GUEST_DATA, headers=key)).json()["number"],
            (await client.post(await filled(client, taza), json=GUEST_DATA, headers=key)).json()["number"],
            (await client.post(await filled(client, taza, eva), json={}, headers={**eva, **key})).json()["number"],
        ]
        assert numbers == [1, 2, 3]

    async def test_after_a_day_the_key_is_forgotten(
        self, client: httpx.AsyncClient, taza: Product, clock: FrozenClock
    ) -> None:
        address, key = await filled(client, taza), {"Idempotency-Key": "x"}
        await client.post(address, json=GUEST_DATA, headers=key)
        clock.move(hours=24)
        problem(await client.post(address, json=GUEST_DATA, headers=key), 409, "cart.purchased")


class TestSeeing:
    async def test_orders_come_newest_first_in_pages(
        self, client: httpx.AsyncClient, eva: Signed, taza: Product
    ) -> None:
        for _ in range(3):
            await bought(client, taza, eva)
        first = (await client.get("/api/orders?limit=2", headers=eva)).json()
        second = (await client.get("/api/orders", params={"limit": 2, "after": first["next"]}, headers=eva)).json()
        assert [order["number"] for order in first["items"] + second["items"]] == [3, 2, 1]
        assert second["next"] is None
        for query, field in (("limit=0", "limit"), ("limit=101", "limit"), ("after=x", "after")):
            answer = await client.get(f"/api/orders?{query}", headers=eva)
            assert {name for name, _ in wrong(answer)} == {field}

    async def test_nobody_sees_or_moves_what_is_not_theirs_but_staff(
        self, client: httpx.AsyncClient, eva: Signed, sign: Sign, taza: Product
    ) -> None:
        order = await bought(client, taza, eva)
        other, staff = await sign(), await sign(Role.STAFF)
        problem(await client.get("/api/orders/1", headers=other), 404, "orders.missing")
        assert (await client.get("/api/orders", headers=other)).json() == {"items": [], "next": None}
        assert (await client.get("/api/orders/1", headers=staff)).json() == order
        assert (await client.get("/api/orders", headers=staff)).json()["items"] == [order]
        for address in ("/api/orders", "/api/orders/1"):
            problem(await client.get(address), 401, "auth.required")
        for headers, status, code in (
            (eva, 403, "auth.forbidden"),
            (other, 403, "auth.forbidden"),
            ({}, 401, "auth.required"),
        ):
            answer = await client.put("/api/orders/1/status", json={"status": "pagada"}, headers=headers)
            problem(answer, status, code)

    async def test_numbers_that_no_order_has(self, client: httpx.AsyncClient, sign: Sign) -> None:
        staff = await sign(Role.STAFF)
        for number in ("1", "0", "-1", "9007199254740993", "9" * 30, "-" + "9" * 30, "x", "1.5"):
            answer = await client.get(f"/api/orders/{number}", headers=staff)
            assert answer.status_code == 404, number
            answer = await client.put(f"/api/orders/{number}/status", json={"status": "pagada"}, headers=staff)
            assert answer.status_code == 404, number


class TestMoving:
    async def test_staff_move_an_order_on_its_way(
        self, client: httpx.AsyncClient, eva: Signed, sign: Sign, taza: Product
    ) -> None:
        order, staff = await bought(client, taza, eva), await sign(Role.STAFF)
        for status in ("pagada", "enviada", "entregada"):
            answer = await client.put("/api/orders/1/status", json={"status": status}, headers=staff)
            assert (answer.status_code, answer.json()) == (200, order | {"status": status})
        answer = await client.put("/api/orders/1/status", json={"status": "cancelada"}, headers=staff)
        assert "cancelada" in problem(answer, 409, "orders.status_out_of_order")["detail"]

    async def test_one_that_is_called_off_restocks(
        self, client: httpx.AsyncClient, eva: Signed, sign: Sign, taza: Product
    ) -> None:
        await bought(client, taza, eva)
        await client.put("/api/orders/1/status", json={"status": "cancelada"}, headers=await sign(Role.STAFF))
        assert (await client.get(f"/api/products/{taza.id}")).json()["stock"] == 9

    async def test_a_status_that_is_none_is_named(self, client: httpx.AsyncClient, sign: Sign) -> None:
        staff = await sign(Role.STAFF)
        for given, fields in (
            ({}, {("status", "required")}),
            ({"status": None}, {("status", "required")}),
            ({"status": "sent"}, {("status", "choice")}),
            ({"status": 1}, {("status", "type")}),
            ({"status": "pagada", "total": 1}, {("total", "unknown")}),
        ):
            assert wrong(await client.put("/api/orders/1/status", json=given, headers=staff)) == fields, given
