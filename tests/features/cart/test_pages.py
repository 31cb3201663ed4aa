"""The cart in the browser."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from tests.browsing import browsing, enter, field, hidden, text
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.cart.pages import count_in_head
from zoco.features.cart.service import CartService
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.permissions import Actor
from zoco.testing.people import account
from zoco.web.cookies import Cookies


@pytest.fixture
def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    return browsing(client)


async def add(browser: httpx.AsyncClient, product: Product, quantity: int = 1) -> httpx.Response:
    return await browser.post("/carrito", data={"product_id": product.id, "quantity": str(quantity)})


class TestAdding:
    async def test_a_guest_gets_a_cart_and_its_cookie(self, browser: httpx.AsyncClient, product: Product) -> None:
        answer = await add(browser, product, 2)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/carrito"
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("cart="))
        assert "httponly" in cookie.lower()
        assert "max-age=2592000" in cookie.lower()
        page = await browser.get("/carrito")
        assert "«Taza de barro» está en tu carrito." in text(page)
        assert "Total 25,00" in text(page)
        assert 'data-number="2">2<' in page.text
        assert "«Taza de barro» está" not in text(await browser.get("/carrito"))

    async def test_adding_again_adds_up_in_the_same_cart(self, browser: httpx.AsyncClient, product: Product) -> None:
        await add(browser, product)
        first = browser.cookies["cart"]
        await add(browser, product, 3)
        assert browser.cookies["cart"] == first
        assert field(await browser.get("/carrito"), "quantity") == "4"

    async def test_more_than_there_are_is_refused_on_the_products_page(
        self, browser: httpx.AsyncClient, product: Product
    ) -> None:
        page = await add(browser, product, 11)
        assert page.status_code == 409
        assert "De «Taza de barro» solo tenemos 10." in text(page)
        assert field(page, "quantity") == "11"
        assert "cart" not in browser.cookies

    @pytest.mark.parametrize("typed", ["0", "-1", "abc", "1.5", "10000000"])
    async def test_what_is_no_quantity_is_refused_beside_the_field(
        self, browser: httpx.AsyncClient, product: Product, typed: str
    ) -> None:
        page = await browser.post("/carrito", data={"product_id": product.id, "quantity": typed})
        assert page.status_code == 422
        assert 'id="f-quantity-error"' in page.text
        assert field(page, "quantity") == typed

    async def test_a_product_that_does_not_exist_is_a_404(self, browser: httpx.AsyncClient) -> None:
        assert (await browser.post("/carrito", data={"quantity": "1"})).status_code == 404

    async def test_somebody_signed_in_needs_no_cookie(
        self, browser: httpx.AsyncClient, product: Product, seller: Actor
    ) -> None:
        await enter(browser, seller)
        await add(browser, product)
        assert "cart" not in browser.cookies
        assert 'data-number="1">1<' in (await browser.get("/productos")).text

    async def test_a_cookie_of_a_cart_that_is_gone_leads_to_a_new_one(
        self, browser: httpx.AsyncClient, product: Product
    ) -> None:
        browser.cookies.set("cart", "nonsense", domain="testserver.local")
        await add(browser, product)
        assert "Taza de barro" in text(await browser.get("/carrito"))


class TestTheCart:
    async def test_an_empty_one_says_so(self, browser: httpx.AsyncClient) -> None:
        page = await browser.get("/carrito")
        assert "No hay nada en tu carrito." in text(page)
        assert "set-cookie" not in page.headers

    async def test_in_english_by_its_english_name(self, browser: httpx.AsyncClient, product: Product) -> None:
        await add(browser, product)
        assert (await browser.get("/cart?lang=en")).headers["location"] == "/carrito?lang=en"
        assert "Your cart" in text(await browser.get("/carrito?lang=en"))

    async def test_a_quantity_is_changed_by_the_products_id(self, browser: httpx.AsyncClient, product: Product) -> None:
        await add(browser, product)
        address = f"/carrito/{product.id}"
        form = hidden(await browser.get("/carrito"), address)
        answer = await browser.post(address, data=form | {"quantity": "5"})
        assert answer.headers["location"] == "/carrito"
        page = await browser.get("/carrito")
        assert field(page, "quantity") == "5"
        assert "Total 62,50" in text(page)
        assert (await browser.post(address, data={"quantity": "2"})).status_code == 303

    @pytest.mark.parametrize(("typed", "status"), [("11", 409), ("0", 422), ("", 422)])
    async def test_a_refused_quantity_stays_with_the_reason(
        self, browser: httpx.AsyncClient, product: Product, typed: str, status: int
    ) -> None:
        await add(browser, product)
        page = await browser.post(f"/carrito/{product.id}", data={"quantity": typed})
        assert page.status_code == status
        assert f'id="w-{product.id}"' in page.text
        assert field(page, "quantity") == typed
        assert field(await browser.get("/carrito"), "quantity") == "1"

    async def test_an_item_is_removed_and_the_cart_emptied(
        self, browser: httpx.AsyncClient, product: Product, offer: Offer
    ) -> None:
        other = await offer(title="Manta")
        await add(browser, product)
        await add(browser, other)
        own = f"/carrito/{browser.cookies['cart']}/borrar"
        address = f"/carrito/{product.id}/borrar"
        assert "¿Quitar «Taza de barro» de tu carrito?" in text(await browser.get(address))
        await browser.post(address, data=hidden(await browser.get("/carrito"), address))
        page = await browser.get("/carrito")
        assert "Taza de barro" not in text(page)
        assert "Manta" in text(page)
        asked = await browser.get(own)
        assert "¿Vaciar el carrito?" in text(asked)
        assert (await browser.post(own, data=hidden(asked, own))).headers["location"] == "/carrito"
        assert "No hay nada en tu carrito." in text(await browser.get("/carrito"))

    async def test_what_was_taken_out_comes_back_by_one_click(
        self, browser: httpx.AsyncClient, product: Product, offer: Offer
    ) -> None:
        other = await offer(title="Manta")
        await add(browser, product, 3)
        await add(browser, other)
        await browser.post(f"/carrito/{product.id}/borrar")
        page = await browser.get("/carrito")
        undo = hidden(page, "/carrito/deshacer")
        assert (await browser.post("/carrito/deshacer", data=undo)).headers["location"] == "/carrito"
        page = await browser.get("/carrito")
        assert "Ya está otra vez en tu carrito." in text(page)
        assert 'data-number="4">4<' in page.text
        await browser.post("/carrito/deshacer", data=undo)  # twice is once
        await browser.post(f"/carrito/{browser.cookies['cart']}/borrar")
        undo = hidden(await browser.get("/carrito"), "/carrito/deshacer")
        await browser.post("/carrito/deshacer", data=undo)
        assert 'data-number="4">4<' in (await browser.get("/carrito")).text

    async def test_what_was_sold_meanwhile_comes_back_as_far_as_it_can(
        self, browser: httpx.AsyncClient, product: Product, catalogue: CatalogueService, seller: Actor
    ) -> None:
        await add(browser, product, 3)
        await browser.post(f"/carrito/{product.id}/borrar")
        undo = hidden(await browser.get("/carrito"), "/carrito/deshacer")
        await catalogue.change(seller, product.id, ChangeProduct(stock=2))
        await browser.post("/carrito/deshacer", data=undo)
        page = await browser.get("/carrito")
        assert "De «Taza de barro» solo tenemos 2" in text(page)
        assert field(page, "quantity") == "2"
        await browser.post(f"/carrito/{product.id}/borrar")
        await catalogue.remove(seller, product.id)
        await browser.post("/carrito/deshacer", data=undo)
        assert "Eso ya no está a la venta." in text(await browser.get("/carrito"))

    @pytest.mark.parametrize("items", ["", "a", "a:0", "a:1,b:1", "a:1 " * 101, "a:99999999"])
    async def test_an_undo_that_no_page_offered_is_refused(self, browser: httpx.AsyncClient, items: str) -> None:
        answer = await browser.post("/carrito/deshacer", data={"cart": "x", "items": items})
        assert answer.status_code in {400, 422}

    async def test_nobody_fills_somebody_elses_cart(
        self, browser: httpx.AsyncClient, product: Product, shop: Shop, cart: CartService
    ) -> None:
        other = await account(shop)
        theirs, _ = await cart.open(other)
        answer = await browser.post("/carrito/deshacer", data={"cart": theirs.id, "items": f"{product.id}:1"})
        assert answer.status_code == 404
        assert await cart.count(other, None) == 0

    async def test_the_confirming_page_names_the_product_alone(
        self, browser: httpx.AsyncClient, product: Product
    ) -> None:
        await add(browser, product)
        address = f"/carrito/{product.id}/borrar"
        await browser.post(address, data=hidden(await browser.get(address), address))
        assert "No hay nada en tu carrito." in text(await browser.get("/carrito"))

    async def test_a_form_without_a_body_is_an_empty_one(self, browser: httpx.AsyncClient, product: Product) -> None:
        await add(browser, product)
        assert (await browser.post(f"/carrito/{product.id}")).status_code == 422
        assert (await browser.post(f"/carrito/{product.id}/borrar")).headers["location"] == "/carrito"
        assert "No hay nada en tu carrito." in text(await browser.get("/carrito"))

    async def test_what_is_not_in_it_is_a_404(self, browser: httpx.AsyncClient, product: Product) -> None:
        address = f"/carrito/{product.id}"
        assert (await browser.get(address)).status_code == 404
        assert (await browser.get(f"{address}/borrar")).status_code == 404
        assert (await browser.post(address, data={"quantity": "1"})).status_code == 404
        assert (await browser.post(f"{address}/borrar", data={"csrf_token": ""})).status_code == 404
        await browser.post("/carrito", data={"product_id": product.id})
        foreign = {"product_id": product.id, "quantity": "1"}
        assert (await browser.post("/carrito/nada", data=foreign)).status_code == 404
        assert (await browser.post("/carrito/nada/borrar", data=foreign)).status_code == 404

    async def test_what_had_to_change_is_told_once(
        self, browser: httpx.AsyncClient, product: Product, seller: Actor, catalogue: CatalogueService
    ) -> None:
        await add(browser, product, 5)
        await catalogue.change(seller, product.id, ChangeProduct(stock=3, price=MoneyIn(1500)))
        said = text(await browser.get("/carrito"))
        assert "De «Taza de barro» solo tenemos 3; hemos ajustado tu carrito." in said
        assert "El precio de «Taza de barro» ha cambiado" in said
        assert "Total 45,00" in said
        assert "tu carrito se ajustó" not in text(await browser.get("/carrito"))
        await catalogue.remove(seller, product.id)
        said = text(await browser.get("/carrito"))
        assert "Un producto ya no está en la tienda y se quitó de tu carrito." in said
        assert "«»" not in said

    async def test_the_head_asks_nothing_for_a_guest_without_a_cart(
        self, browser: httpx.AsyncClient, product: Product, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def count(*_: object) -> int:
            raise AssertionError

        monkeypatch.setattr(shop.services["cart"], "count", count)
        assert (await browser.get("/realTimeProducts")).status_code == 200
        await add(browser, product)
        assert (await browser.get("/realTimeProducts")).status_code == 500


async def test_the_head_has_room_for_two_digits(client: httpx.AsyncClient, offer: Offer) -> None:
    browser, taza = browsing(client), await offer(stock=200_000)
    await browser.post("/carrito", data={"product_id": taza.id, "quantity": "99"})
    assert ">99<" in (await browser.get("/productos")).text
    await browser.post("/carrito", data={"product_id": taza.id, "quantity": "99901"})
    page = await browser.get("/productos")
    assert '<span aria-hidden="true">99+</span><span class="hidden">100.000 piezas</span>' in page.text


async def test_the_head_counts_the_cart_of_the_shops_own_cookie_only(
    browser: httpx.AsyncClient, product: Product, cart: CartService
) -> None:
    await add(browser, product)
    known, count = browser.cookies["cart"], count_in_head(cart)
    for secure, sent, counted in (
        (False, "cart", {"cart_count": 1}),
        (False, "__Host-cart", {}),
        (True, "__Host-cart", {"cart_count": 1}),
        (True, "cart", {}),
    ):
        headers = [(b"cookie", f"{sent}={known}".encode())]
        request: Any = SimpleNamespace(scope={"type": "http", "headers": headers})
        assert await count(request, Cookies(secure=secure)) == counted


class TestACartById:
    async def test_a_guests_cart_belongs_to_whoever_knows_its_id(
        self, browser: httpx.AsyncClient, product: Product
    ) -> None:
        await add(browser, product)
        address = f"/carrito/{browser.cookies['cart']}"
        assert 'href="/carrito/comprar"' in (await browser.get(address)).text
        assert "Tu carrito" in text(await browser.get(f"/carrito/{product.id}"))
        browser.cookies.clear()
        page = await browser.get(address)
        assert "Taza de barro" in text(page)
        assert 'href="/carrito/comprar"' not in page.text
        answer = await browser.post(address, data=hidden(page, address) | {"quantity": "3"})
        assert answer.headers["location"] == address
        assert field(await browser.get(address), "quantity") == "3"
        await browser.post(f"{address}/borrar", data=hidden(page, f"{address}/borrar"))
        assert "No hay nada" in text(await browser.get(address))

    async def test_a_users_cart_is_nobody_elses(
        self, browser: httpx.AsyncClient, product: Product, seller: Actor, shop: Shop
    ) -> None:
        await enter(browser, seller)
        await add(browser, product)
        own = (await shop.services["cart"].open(seller))[0].id
        assert "Taza de barro" in text(await browser.get(f"/carrito/{own}"))
        browser.cookies.clear()
        assert (await browser.get(f"/carrito/{own}")).status_code == 404
        await enter(browser, await account(shop))
        assert (await browser.get(f"/carrito/{own}")).status_code == 404
        taken = {"product_id": product.id, "quantity": "9"}
        assert (await browser.post(f"/carrito/{own}", data=taken)).status_code == 404
        assert (await browser.post(f"/carrito/{own}/borrar", data=taken)).status_code == 404

    async def test_a_guests_cart_comes_along_at_sign_in(
        self, browser: httpx.AsyncClient, product: Product, seller: Actor
    ) -> None:
        await add(browser, product, 2)
        before = hidden(await browser.get("/carrito"), f"/carrito/{product.id}")
        await enter(browser, seller)
        assert "Taza de barro" in text(await browser.get("/carrito"))
        answer = await browser.post(f"/carrito/{product.id}", data=before | {"quantity": "4"})
        assert answer.headers["location"] == "/carrito"
        assert field(await browser.get("/carrito"), "quantity") == "4"
