"""What is said about products, in the language of whoever reads it."""

from __future__ import annotations

import httpx
import pytest
from tests.answers import problem
from tests.browsing import browsing, enter, text
from tests.features.conftest import Offer

from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.permissions import Actor


@pytest.fixture
def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    return browsing(client, "en")


@pytest.fixture
async def mug(offer: Offer, ana: Actor) -> Product:
    return await offer(ana, title="Taza", translations={"en": {"title": "Mug", "description": ""}}, stock=3)


async def test_what_is_in_the_cart_now(browser: httpx.AsyncClient, mug: Product) -> None:
    await browser.post("/carrito", data={"product_id": mug.id})
    kept = browser.cookies["flash"]
    assert "“Mug” is in your cart." in text(await browser.get("/carrito"))
    browser.cookies.set("flash", kept, domain="testserver.local")
    assert "«Taza» está en tu carrito." in text(await browser.get("/carrito?lang=es"))


async def test_what_cannot_be_had(
    browser: httpx.AsyncClient, mug: Product, catalogue: CatalogueService, ana: Actor
) -> None:
    page = await browser.post("/carrito", data={"product_id": mug.id, "quantity": "4"})
    assert "We have only 3 of “Mug” left." in text(page)
    await browser.post("/carrito", data={"product_id": mug.id})
    page = await browser.post(f"/carrito/{mug.id}", data={"quantity": "4"})
    assert "We have only 3 of “Mug” left." in text(page)
    address = f"/api/carts/{browser.cookies['cart']}/product/{mug.id}"
    for language, said in (("en", "“Mug”"), ("es", "«Taza»")):
        answer = await browser.post(address, json={"quantity": 3}, headers={"Accept-Language": language})
        assert said in problem(answer, 409, "catalogue.out_of_stock")["detail"]


async def test_what_changed_in_the_cart_by_itself(
    browser: httpx.AsyncClient, mug: Product, catalogue: CatalogueService, ana: Actor
) -> None:
    await browser.post("/carrito", data={"product_id": mug.id, "quantity": "3"})
    await catalogue.change(ana, mug.id, ChangeProduct(stock=2, price=MoneyIn(5)))
    page = text(await browser.get("/carrito"))
    assert page.partition("Your cart")[2].count("“Mug”") == 2
    assert "Taza" not in page
    await catalogue.change(ana, mug.id, ChangeProduct(stock=1))
    cart = (await browser.get(f"/api/carts/{browser.cookies['cart']}")).json()
    assert [notice["title"] for notice in cart["notices"]] == ["Taza"]
    assert cart["items"][0]["title"] == "Taza"


async def test_what_is_not_back_after_undo(
    browser: httpx.AsyncClient, mug: Product, catalogue: CatalogueService, ana: Actor
) -> None:
    await browser.post("/carrito", data={"product_id": mug.id, "quantity": "3"})
    await browser.post(f"/carrito/{mug.id}/borrar")
    await catalogue.change(ana, mug.id, ChangeProduct(stock=2))
    await browser.post("/carrito/deshacer", data={"cart": browser.cookies["cart"], "items": f"{mug.id}:3"})
    assert "“Mug”" in text(await browser.get("/carrito")).partition("Your cart")[0]


async def test_what_changed_as_somebody_signs_in(
    browser: httpx.AsyncClient, mug: Product, catalogue: CatalogueService, ana: Actor, nora: Actor
) -> None:
    await browser.post("/carrito", data={"product_id": mug.id, "quantity": "3"})
    await browser.get("/carrito")
    await catalogue.change(ana, mug.id, ChangeProduct(stock=2))
    await enter(browser, nora)
    assert "“Mug”" in text(await browser.get("/ordenes"))
