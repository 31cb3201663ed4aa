"""Carts over REST."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.answers import Fields, problem, wrong
from tests.features.conftest import Offer, Sign, Signed

from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.permissions import Actor, Role

HOME = {"recipient": "Eva", "line1": "Calle 1", "city": "León", "country": "ES"}
WHOLE = dict.fromkeys(("phone", "line2", "region", "postal_code", "notes"), "") | HOME
WRONG: list[tuple[dict[str, Any], Fields]] = [
    ({}, {("items", "required")}),
    ({"product_id": "x"}, {("quantity", "required")}),
    ({"quantity": 1}, {("product_id", "required")}),
    ({"product_id": "x", "delivery_address": HOME}, {("product_id", "conflict")}),
    ({"quantity": 1, "delivery_address": HOME}, {("quantity", "conflict")}),
    ({"items": [], "delivery_address": HOME}, {("items", "conflict")}),
    ({"items": [], "product_id": "x", "quantity": 1}, {("items", "conflict")}),
    ({"items": "x"}, {("items", "type")}),
    ({"items": [{}]}, {("items[0].product_id", "required"), ("items[0].quantity", "required")}),
    (
        {"items": [{"product_id": 5, "quantity": 0}]},
        {("items[0].product_id", "type"), ("items[0].quantity", "too_small")},
    ),
    ({"items": [{"product_id": "x", "quantity": 1, "unit_price": 1}]}, {("items[0].unit_price", "unknown")}),
    ({"product_id": "x", "quantity": 0}, {("quantity", "too_small")}),
    ({"product_id": "x", "quantity": 1_000_001}, {("quantity", "too_large")}),
    ({"product_id": "x", "quantity": 1.5}, {("quantity", "type")}),
    ({"product_id": "x", "quantity": "1"}, {("quantity", "type")}),
    ({"delivery_address": {}}, {(f"delivery_address.{name}", "required") for name in HOME}),
    ({"delivery_address": HOME | {"city": ""}}, {("delivery_address.city", "required")}),
    (
        {"delivery_address": HOME | {"city": " \t", "country": "\u00a0"}},
        {("delivery_address.city", "required"), ("delivery_address.country", "required")},
    ),
    ({"delivery_address": HOME | {"city": 5}}, {("delivery_address.city", "type")}),
    ({"delivery_address": HOME | {"notes": "x" * 1001}}, {("delivery_address.notes", "too_long")}),
    ({"delivery_address": HOME | {"line2": "x" * 201}}, {("delivery_address.line2", "too_long")}),
    ({"delivery_address": HOME | {"zip": "1"}}, {("delivery_address.zip", "unknown")}),
    (
        {"total": 1, "status": "purchased", "owner": "x", "email": "x", "version": 1},
        {(name, "unknown") for name in ("total", "status", "owner", "email", "version")},
    ),
]


@pytest.fixture
async def eva(sign: Sign) -> Signed:
    return await sign(name="Eva")


@pytest.fixture
async def taza(offer: Offer) -> Product:
    return await offer(stock=5)


async def opened(client: httpx.AsyncClient, headers: dict[str, str] | None = None) -> str:
    """The address of a cart."""
    answer = await client.post("/api/carts", headers=headers or {})
    return str(answer.headers["location"])


def item(product: Product, quantity: int) -> dict[str, Any]:
    price = product.price.amount
    return {
        "product_id": product.id,
        "title": product.title,
        "image": None,
        "unit_price": {"amount": price, "currency": "USD"},
        "quantity": quantity,
        "subtotal": {"amount": price * quantity, "currency": "USD"},
        "status": "active",
    }


class TestOpening:
    async def test_a_guest_gets_a_new_cart(self, client: httpx.AsyncClient) -> None:
        first, second = await client.post("/api/carts"), await client.post("/api/carts")
        cart = first.json()
        assert (first.status_code, first.headers["location"]) == (201, f"/api/carts/{cart['id']}")
        assert cart == {
            "id": cart["id"],
            "status": "active",
            "items": [],
            "total": {"amount": 0, "currency": "USD"},
            "email": "",
            "delivery_address": None,
            "updated_at": "2030-01-02T03:04:05.678000Z",
            "version": 1,
            "notices": [],
        }
        assert second.json()["id"] != cart["id"]
        assert (await client.get(first.headers["location"])).json() == cart

    async def test_somebody_signed_in_gets_their_own_again(self, client: httpx.AsyncClient, eva: Signed) -> None:
        first = await client.post("/api/carts", headers=eva)
        second = await client.post("/api/carts", headers=eva)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert first.json()["email"] == eva.actor.email
        assert first.headers["location"] == second.headers["location"]


class TestItems:
    async def test_adding_answers_the_item_and_adds_up(self, client: httpx.AsyncClient, taza: Product) -> None:
        cart = await opened(client)
        address = f"{cart}/product/{taza.id}"
        for body, quantity in (({}, 1), ({"json": {"quantity": 2}}, 3), ({"json": {}}, 4), ({"content": b""}, 5)):
            answer = await client.post(address, **body)
            assert (answer.status_code, answer.json()) == (201, item(taza, quantity)), answer.text
            assert answer.headers["location"] == cart
        shown = (await client.get(cart)).json()
        assert (shown["items"], shown["total"]["amount"], shown["version"]) == ([item(taza, 5)], 6250, 5)

    async def test_more_than_the_stock_is_refused(self, client: httpx.AsyncClient, taza: Product) -> None:
        cart = await opened(client)
        address = f"{cart}/product/{taza.id}"
        said = problem(await client.post(address, json={"quantity": 6}), 409, "catalogue.out_of_stock")
        assert "5" in said["detail"]
        assert "Taza" in said["detail"]
        await client.post(address, json={"quantity": 5})
        problem(await client.post(address), 409, "catalogue.out_of_stock")
        problem(await client.put(address, json={"quantity": 6}), 409, "catalogue.out_of_stock")
        assert (await client.get(cart)).json()["items"] == [item(taza, 5)]

    async def test_one_quantity_is_changed_by_either_address(self, client: httpx.AsyncClient, taza: Product) -> None:
        cart = await opened(client)
        address = f"{cart}/product/{taza.id}"
        problem(await client.put(address, json={"quantity": 2}), 404, "cart.item_missing")
        await client.post(address)
        answer = await client.put(address, json={"quantity": 2})
        assert (answer.status_code, answer.json()) == (200, item(taza, 2))
        answer = await client.put(cart, json={"product_id": taza.id, "quantity": 3})
        assert (answer.status_code, answer.json()["items"]) == (200, [item(taza, 3)])

    async def test_all_items_are_replaced(self, client: httpx.AsyncClient, taza: Product, offer: Offer) -> None:
        jarra, cart = await offer(title="Jarra"), await opened(client)
        await client.post(f"{cart}/product/{taza.id}")
        answer = await client.put(cart, json={"items": [{"product_id": jarra.id, "quantity": 2}]})
        assert answer.json()["items"] == [item(jarra, 2)]
        assert (await client.put(cart, json={"items": []})).json()["items"] == []
        wanted = [{"product_id": one, "quantity": 1} for one in ("nothing", taza.id, "neither")]
        missing = {(f"items[{place}].product_id", "missing") for place in (0, 2)}
        assert wrong(await client.put(cart, json={"items": wanted})) == missing

    async def test_one_is_removed_or_all(self, client: httpx.AsyncClient, taza: Product, offer: Offer) -> None:
        jarra, cart = await offer(title="Jarra"), await opened(client)
        for product in (taza, jarra):
            await client.post(f"{cart}/product/{product.id}")
        answer = await client.delete(f"{cart}/product/{taza.id}")
        assert (answer.status_code, answer.json()["items"]) == (200, [item(jarra, 1)])
        problem(await client.delete(f"{cart}/product/{taza.id}"), 404, "cart.item_missing")
        answer = await client.delete(cart)
        assert (answer.status_code, answer.json()["items"]) == (200, [])

    async def test_quantities_that_are_none_are_named(self, client: httpx.AsyncClient, taza: Product) -> None:
        address = f"{await opened(client)}/product/{taza.id}"
        for given, code in (
            (0, "too_small"),
            (-1, "too_small"),
            (10**7, "too_large"),
            ("2", "type"),
            (None, "required"),
        ):
            for method in ("POST", "PUT"):
                answer = await client.request(method, address, json={"quantity": given})
                assert wrong(answer) == {("quantity", code)}, given
        for nothing in (b"", b"{}", b"null"):
            assert wrong(await client.put(address, content=nothing)) == {("quantity", "required")}, nothing
        assert wrong(await client.post(address, json={"quantity": 1, "price": 1})) == {("price", "unknown")}
        problem(await client.post(address, content=b"{"), 400, "json.malformed")

    async def test_what_is_not_there_or_hidden_does_not_go_in(self, client: httpx.AsyncClient, offer: Offer) -> None:
        hidden, cart = await offer(status="hidden"), await opened(client)
        problem(await client.post(f"{cart}/product/{hidden.id}"), 409, "catalogue.not_for_sale")
        problem(await client.post(f"{cart}/product/nothing"), 404, "catalogue.product_missing")


class TestChanging:
    async def test_an_address_is_set_whole(self, client: httpx.AsyncClient) -> None:
        cart = await opened(client)
        answer = await client.put(cart, json={"delivery_address": HOME})
        assert (answer.status_code, answer.json()["delivery_address"]) == (200, WHOLE)
        assert (await client.get(cart)).json() == answer.json()

    async def test_every_wrong_field_is_named_and_nothing_changes(self, client: httpx.AsyncClient) -> None:
        cart = await opened(client)
        before = (await client.get(cart)).json()
        for given, fields in WRONG:
            assert wrong(await client.put(cart, json=given)) == fields, given
        problem(await client.put(cart, content=b"[1"), 400, "json.malformed")
        assert (await client.get(cart)).json() == before

    async def test_what_the_shop_changed_is_told_once(
        self, client: httpx.AsyncClient, catalogue: CatalogueService, taza: Product, offer: Offer, ana: Actor
    ) -> None:
        jarra, cart = await offer(title="Jarra"), await opened(client)
        for product in (taza, jarra):
            await client.post(f"{cart}/product/{product.id}", json={"quantity": 4})
        await catalogue.change(ana, taza.id, ChangeProduct(stock=2, price=MoneyIn(1000)))
        await catalogue.change(ana, jarra.id, ChangeProduct(status="hidden"))
        shown = (await client.get(cart)).json()
        assert shown["notices"] == [
            {"code": "fewer", "title": "Taza", "quantity": 2},
            {"code": "price", "title": "Taza", "quantity": 0},
            {"code": "gone", "title": "Jarra", "quantity": 0},
        ]
        assert shown["total"]["amount"] == 2000
        assert (await client.get(cart)).json() == shown | {"notices": []}


class TestRights:
    async def statuses(self, client: httpx.AsyncClient, headers: dict[str, str], cart: str, pid: str) -> set[int]:
        key = {"Idempotency-Key": "x"}
        answers = [
            await client.get(cart, headers=headers),
            await client.put(cart, json={"items": []}, headers=headers),
            await client.post(f"{cart}/product/{pid}", headers=headers),
            await client.put(f"{cart}/product/{pid}", json={"quantity": 1}, headers=headers),
            await client.delete(f"{cart}/product/{pid}", headers=headers),
            await client.post(f"{cart}/purchase", json={"email": "a@b.cd"}, headers=headers | key),
            await client.delete(cart, headers=headers),
        ]
        return {answer.status_code for answer in answers}

    async def test_an_owners_cart_is_there_for_nobody_else(
        self, client: httpx.AsyncClient, eva: Signed, sign: Sign, taza: Product
    ) -> None:
        cart = await opened(client, eva)
        await client.post(f"{cart}/product/{taza.id}", headers=eva)
        before = (await client.get(cart, headers=eva)).json()
        nobody: dict[str, str] = {}
        for headers in (nobody, await sign(), await sign(Role.STAFF), await sign(Role.ADMIN)):
            assert await self.statuses(client, headers, cart, taza.id) == {404}
        assert (await client.get(cart, headers=eva)).json() == before

    async def test_what_was_never_opened_is_missing(self, client: httpx.AsyncClient, taza: Product) -> None:
        for cid in ("nothing", "x" * 300, "'--", "%F0%9F%90%A6"):
            assert await self.statuses(client, {}, f"/api/carts/{cid}", taza.id) == {404}
        problem(await client.get("/api/carts/nothing"), 404, "cart.missing")

    async def test_a_token_that_is_none_opens_nothing(self, client: httpx.AsyncClient) -> None:
        cart = await opened(client)
        answer = await client.get(cart, headers={"Authorization": "Bearer x"})
        assert answer.status_code == 401

    async def test_at_sign_in_a_guests_cart_is_taken_over(
        self, client: httpx.AsyncClient, eva: Signed, taza: Product
    ) -> None:
        own, free = await opened(client, eva), await opened(client)
        await client.post(f"{own}/product/{taza.id}", json={"quantity": 4}, headers=eva)
        await client.post(f"{free}/product/{taza.id}", json={"quantity": 4})
        data = {"email": eva.actor.email, "password": "una clave larga y buena", "cart": free.rpartition("/")[2]}
        answer = (await client.post("/api/auth/login", json=data)).json()
        assert [notice["code"] for notice in answer["notices"]] == ["cart.fewer"]
        assert (await client.get(own, headers=eva)).json()["items"] == [item(taza, 5)]
        problem(await client.get(free), 404, "cart.missing")
