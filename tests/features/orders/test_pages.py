"""Buying and orders in the browser."""

from __future__ import annotations

import re

import httpx
import msgspec
import pytest
from tests.browsing import browsing, enter, field, hidden, text
from tests.features.conftest import Offer
from tests.features.orders.conftest import Buy

from zoco.app import Shop
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.catalogue.service import CatalogueService
from zoco.features.orders.models import OrderStatus
from zoco.features.orders.service import OrderService
from zoco.kit.permissions import SYSTEM, Actor, Role
from zoco.settings import Settings
from zoco.settings.tree import Payment
from zoco.testing.people import account

CHECKOUT = "/carrito/comprar"
HOME = {
    "delivery_address.recipient": "Eva Pérez",
    "delivery_address.line1": "Calle Mayor 1",
    "delivery_address.city": "León",
    "delivery_address.country": "España",
}
GUEST = HOME | {"email": "eva@example.com"}


@pytest.fixture
async def browser(client: httpx.AsyncClient, product: Product) -> httpx.AsyncClient:
    """A guest with two mugs in the cart."""
    guest = browsing(client)
    await guest.post("/carrito", data={"product_id": product.id, "quantity": "2"})
    return guest


async def checkout(browser: httpx.AsyncClient) -> dict[str, str]:
    return hidden(await browser.get(CHECKOUT), CHECKOUT)


class TestHowToPay:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        words = Payment(es="\nPor Bizum al <600>,\ncon tu orden.\n")
        return msgspec.structs.replace(settings, shop=msgspec.structs.replace(settings.shop, payment=words))

    async def test_it_is_read_before_buying_and_until_the_order_is_paid(
        self, browser: httpx.AsyncClient, orders: OrderService
    ) -> None:
        words = 'as-typed">Por Bizum al &lt;600&gt;,\ncon tu orden.<'
        page = await browser.get(CHECKOUT)
        assert words in page.text
        assert page.text.index(words) < page.text.index("Comprar por")
        placed = (await browser.post(CHECKOUT, data=await checkout(browser) | GUEST)).headers["location"]
        assert words in (await browser.get(placed)).text
        assert "How to pay Por Bizum al <600>, con tu orden." in text(await browser.get(f"{placed}?lang=en"))
        await orders.move(SYSTEM, 1, OrderStatus.PAGADA)
        assert "Bizum" not in (await browser.get(placed)).text

    async def test_a_cancelled_order_is_not_to_be_paid(self, browser: httpx.AsyncClient, orders: OrderService) -> None:
        placed = (await browser.post(CHECKOUT, data=await checkout(browser) | GUEST)).headers["location"]
        await orders.move(SYSTEM, 1, OrderStatus.CANCELADA)
        assert "Bizum" not in (await browser.get(placed)).text


async def test_a_shop_that_does_not_say_how_to_pay_shows_no_empty_place(browser: httpx.AsyncClient) -> None:
    assert "Cómo pagar" not in text(await browser.get(CHECKOUT))
    placed = (await browser.post(CHECKOUT, data=await checkout(browser) | GUEST)).headers["location"]
    assert "Cómo pagar" not in text(await browser.get(placed))


class TestBuying:
    async def test_a_guest_buys_and_sees_the_order(
        self, browser: httpx.AsyncClient, product: Product, catalogue: CatalogueService, seller: Actor
    ) -> None:
        assert "2 × Taza de barro" in text(await browser.get(CHECKOUT))
        answer = await browser.post(CHECKOUT, data=await checkout(browser) | GUEST)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/ordenes/")
        assert "cart" not in browser.cookies
        said = text(await browser.get(answer.headers["location"]))
        for words in ("¡Gracias!", "Orden 1", "generada", "eva@example.com", "2 × 12,50", "25,00", "León", "Eva Pérez"):
            assert words in said
        assert "No hay nada en tu carrito." in text(await browser.get("/carrito"))
        assert (await catalogue.show(seller, product.id)).stock == 8

    async def test_notes_keep_their_lines(self, browser: httpx.AsyncClient) -> None:
        sent = await checkout(browser) | GUEST | {"delivery_address.notes": "Timbre 2\nTercer piso"}
        placed = await browser.get((await browser.post(CHECKOUT, data=sent)).headers["location"])
        assert 'as-typed">Timbre 2\nTercer piso<' in placed.text

    async def test_the_link_alone_shows_the_order(self, browser: httpx.AsyncClient) -> None:
        placed = (await browser.post(CHECKOUT, data=await checkout(browser) | GUEST)).headers["location"]
        browser.cookies.clear()
        assert "Order 1" in text(await browser.get(f"{placed}?lang=en"))
        assert (await browser.get("/ordenes/1")).headers["location"] == "/login?next=/ordenes/1"

    async def test_sent_twice_it_is_one_order(self, browser: httpx.AsyncClient) -> None:
        sent = await checkout(browser) | GUEST
        first, second = [await browser.post(CHECKOUT, data=sent) for _ in range(2)]
        assert first.headers["location"] == second.headers["location"]

    async def test_sent_again_with_other_words_it_says_that_it_is_done(self, browser: httpx.AsyncClient) -> None:
        sent = await checkout(browser) | GUEST
        await browser.post(CHECKOUT, data=sent)
        page = await browser.post(CHECKOUT, data=sent | {"delivery_address.city": "Lugo"})
        assert page.status_code == 409
        assert "Esta compra ya está hecha" in text(page)

    async def test_from_a_second_tab_the_cart_is_bought_already(self, browser: httpx.AsyncClient) -> None:
        one, other = await checkout(browser), await checkout(browser)
        assert one["idempotency_key"] != other["idempotency_key"]
        await browser.post(CHECKOUT, data=one | GUEST)
        page = await browser.post(CHECKOUT, data=other | GUEST)
        assert page.status_code == 409
        assert "Este carrito ya se compró." in text(page)

    async def test_what_is_missing_stands_beside_its_field_and_the_rest_is_kept(
        self, browser: httpx.AsyncClient
    ) -> None:
        form = await checkout(browser)
        page = await browser.post(CHECKOUT, data=form | {"delivery_address.recipient": "Eva", "email": "eva@"})
        assert page.status_code == 422
        for name in ("delivery_address-line1", "delivery_address-city", "delivery_address-country", "email"):
            assert f'id="f-{name}-error"' in page.text
        named = re.findall(r'<a href="#f-([\w-]+)"', page.text)
        assert named == ["email", *(f"delivery_address-{part}" for part in ("line1", "city", "country"))]
        assert field(page, "delivery_address.recipient") == "Eva"
        assert field(page, "email") == "eva@"
        assert hidden(page, CHECKOUT)["idempotency_key"] == form["idempotency_key"]

    @pytest.mark.parametrize("email", ["", "eva@", "eva", "a b@example.com"])
    async def test_a_guest_needs_an_address_for_the_confirmation(self, browser: httpx.AsyncClient, email: str) -> None:
        page = await browser.post(CHECKOUT, data=await checkout(browser) | HOME | {"email": email})
        assert page.status_code == 422
        assert 'id="f-email-error"' in page.text
        assert field(page, "delivery_address.city") == "León"

    async def test_somebody_signed_in_needs_none(self, browser: httpx.AsyncClient, seller: Actor) -> None:
        await enter(browser, seller)
        page = await browser.get(CHECKOUT)
        assert f"Enviaremos la confirmación a {seller.email}." in text(page)
        assert field(page, "email") is None
        assert field(page, "delivery_address.recipient") == seller.name
        assert field(page, "delivery_address.phone") == "+34 600 000 000"
        answer = await browser.post(CHECKOUT, data=hidden(page, CHECKOUT) | HOME)
        assert seller.email in text(await browser.get(answer.headers["location"]))
        assert "Orden 1" in text(await browser.get("/ordenes"))

    async def test_the_address_is_remembered(self, browser: httpx.AsyncClient, seller: Actor, product: Product) -> None:
        await enter(browser, seller)
        await browser.post(CHECKOUT, data=await checkout(browser) | HOME | {"delivery_address.notes": "Timbre 2"})
        await browser.post("/carrito", data={"product_id": product.id})
        page = await browser.get(CHECKOUT)
        assert field(page, "delivery_address.city") == "León"
        assert field(page, "delivery_address.phone") == ""
        assert ">Timbre 2</textarea>" in page.text
        browser.cookies.clear()
        await browser.post("/carrito", data={"product_id": product.id})
        assert field(await browser.get(CHECKOUT), "delivery_address.city") == ""

    async def test_the_remembered_address_can_be_changed(
        self, browser: httpx.AsyncClient, seller: Actor, product: Product
    ) -> None:
        assert (await browser.get("/cuenta/direccion")).headers["location"].startswith("/login")
        await enter(browser, seller)
        assert 'href="/cuenta/direccion"' in (await browser.get("/cuenta")).text
        empty = await browser.get("/cuenta/direccion")
        assert field(empty, "delivery_address.recipient") == seller.name
        assert field(empty, "delivery_address.phone") == "+34 600 000 000"
        sent = hidden(empty, "/cuenta/direccion") | HOME
        wrong = await browser.post("/cuenta/direccion", data=sent | {"delivery_address.city": ""})
        assert wrong.status_code == 422
        assert 'id="f-delivery_address-city-error"' in wrong.text
        assert field(wrong, "delivery_address.line1") == "Calle Mayor 1"
        assert (await browser.post("/cuenta/direccion", data=sent)).headers["location"] == "/cuenta"
        assert "Hemos guardado tu dirección." in text(await browser.get("/cuenta"))
        assert field(await browser.get("/cuenta/direccion"), "delivery_address.city") == "León"
        await browser.post("/carrito", data={"product_id": product.id})
        assert field(await browser.get(CHECKOUT), "delivery_address.city") == "León"

    async def test_without_a_cart_there_is_nothing_to_buy(self, browser: httpx.AsyncClient) -> None:
        browser.cookies.clear()
        assert (await browser.get(CHECKOUT)).headers["location"] == "/carrito"
        assert (await browser.post(CHECKOUT, data=GUEST)).status_code == 404

    async def test_what_was_typed_is_there_again_after_the_session_ended(
        self, browser: httpx.AsyncClient, seller: Actor, product: Product
    ) -> None:
        await enter(browser, seller)
        await browser.post("/carrito", data={"product_id": product.id})
        form = await checkout(browser) | HOME | {"delivery_address.notes": "Timbre roto"}
        browser.cookies.delete("session")
        answer = await browser.post(CHECKOUT, data=form)
        assert answer.headers["location"] == f"/login?next={CHECKOUT}"
        assert "lo que escribiste sigue ahí" in text(await browser.get(answer.headers["location"]))
        await enter(browser, seller)
        again = await browser.get(CHECKOUT)
        assert field(again, "delivery_address.city") == "León"
        assert ">Timbre roto</textarea>" in again.text
        assert (await browser.post(CHECKOUT, data=hidden(again, CHECKOUT) | HOME)).status_code == 303
        assert browser.cookies.get("typed") is None

    async def test_a_guest_types_the_mail_address_once(
        self, browser: httpx.AsyncClient, product: Product, seller: Actor, catalogue: CatalogueService
    ) -> None:
        form = await checkout(browser)
        await catalogue.change(seller, product.id, ChangeProduct(price=MoneyIn(1300)))
        sent = form | GUEST | {"delivery_address.notes": "🏺" * 1000}
        assert (await browser.post(CHECKOUT, data=sent)).status_code == 409
        again = await browser.get(CHECKOUT)
        assert field(again, "email") == GUEST["email"]
        assert field(again, "delivery_address.city") == "León"

    async def test_what_was_typed_for_one_cart_is_not_shown_for_another(
        self, browser: httpx.AsyncClient, product: Product, seller: Actor, catalogue: CatalogueService
    ) -> None:
        form = await checkout(browser)
        await catalogue.change(seller, product.id, ChangeProduct(price=MoneyIn(1300)))
        await browser.post(CHECKOUT, data=form | GUEST)
        browser.cookies.delete("cart")
        await browser.post("/carrito", data={"product_id": product.id})
        assert field(await browser.get(CHECKOUT), "delivery_address.city") == ""
        browser.cookies.set("typed", "!")
        assert (await browser.get(CHECKOUT)).status_code == 200

    async def test_a_price_that_changed_is_told_before_anything_is_bought(
        self, browser: httpx.AsyncClient, product: Product, seller: Actor, catalogue: CatalogueService
    ) -> None:
        form = await checkout(browser)
        await catalogue.change(seller, product.id, ChangeProduct(price=MoneyIn(1300)))
        page = await browser.post(CHECKOUT, data=form | GUEST)
        assert page.status_code == 409
        assert "Tu carrito ha cambiado mientras tanto." in text(page)
        assert "El precio de «Taza de barro» ha cambiado" in text(page)
        assert "Total 26,00" in text(page)
        again = await browser.get(CHECKOUT)
        assert field(again, "delivery_address.city") == "León"
        assert (await browser.post(CHECKOUT, data=hidden(again, CHECKOUT) | GUEST)).status_code == 303

    async def test_what_was_sold_meanwhile_is_told(
        self, browser: httpx.AsyncClient, product: Product, seller: Actor, catalogue: CatalogueService
    ) -> None:
        form = await checkout(browser)
        await catalogue.change(seller, product.id, ChangeProduct(stock=1))
        page = await browser.post(CHECKOUT, data=form | GUEST)
        assert page.status_code == 409
        assert "solo tenemos 1" in text(page)
        await catalogue.change(seller, product.id, ChangeProduct(stock=0))
        gone = await browser.get(CHECKOUT)
        assert "ya no está a la venta y se quitó de tu carrito" in text(gone)
        assert "No hay nada en tu carrito." in text(gone)

    async def test_what_another_tab_put_in_is_not_bought_unseen(self, browser: httpx.AsyncClient, offer: Offer) -> None:
        form = await checkout(browser)
        await browser.post("/carrito", data={"product_id": (await offer(title="Manta")).id})
        page = await browser.post(CHECKOUT, data=form | GUEST)
        assert page.status_code == 409
        assert "Manta" in text(page)

    async def test_nobody_buys_somebody_elses_cart(self, browser: httpx.AsyncClient, seller: Actor, shop: Shop) -> None:
        await enter(browser, seller)
        form = await checkout(browser)
        await enter(browser, await account(shop))
        assert (await browser.post(CHECKOUT, data=form | HOME)).status_code == 404


class TestOrders:
    async def test_one_has_to_sign_in(self, browser: httpx.AsyncClient) -> None:
        assert (await browser.get("/ordenes")).headers["location"] == "/login?next=/ordenes"
        assert (await browser.get("/orders/1?lang=en")).headers["location"] == "/ordenes/1?lang=en"

    async def test_ones_own_newest_first_in_pages(
        self, browser: httpx.AsyncClient, seller: Actor, product: Product, buy: Buy, shop: Shop
    ) -> None:
        await shop.services["catalogue"].change(seller, product.id, ChangeProduct(stock=100))
        await enter(browser, seller)
        for _ in range(21):
            await buy(seller, product, quantity=1)
        first = await browser.get("/ordenes")
        said = text(first)
        assert said.index("Orden 21") < said.index("Orden 2 ")
        link = first.text.partition('rel="next" href="')[2].partition('"')[0]
        assert "Orden 1 " in text(await browser.get(link))

    async def test_a_long_one_is_named_by_its_first_lines(
        self, browser: httpx.AsyncClient, seller: Actor, offer: Offer, buy: Buy
    ) -> None:
        await enter(browser, seller)
        await buy(seller, *[await offer(title=f"Plato {number}") for number in range(4)])
        said = text(await browser.get("/ordenes"))
        assert sum(f"Plato {number}" in said for number in range(4)) == 3
        assert "…" in said

    async def test_none_yet(self, browser: httpx.AsyncClient, seller: Actor) -> None:
        await enter(browser, seller)
        assert "Todavía no has comprado nada." in text(await browser.get("/ordenes"))

    async def test_by_number_ones_own_and_for_staff_any(
        self, browser: httpx.AsyncClient, seller: Actor, product: Product, buy: Buy, shop: Shop
    ) -> None:
        await buy(seller, product)
        await enter(browser, seller)
        assert "Orden 1" in text(await browser.get("/ordenes/1"))
        await enter(browser, await account(shop))
        assert (await browser.get("/ordenes/1")).status_code == 404
        await enter(browser, await account(shop, Role.STAFF))
        assert "Orden 1" in text(await browser.get("/ordenes/1"))

    @pytest.mark.parametrize("name", ["2", "0", "9999999999999999", "9" * 500, "١", "nada", "-1"])
    async def test_one_that_does_not_exist_is_a_404(self, browser: httpx.AsyncClient, seller: Actor, name: str) -> None:
        await enter(browser, seller)
        page = await browser.get(f"/ordenes/{name}")
        assert page.status_code == 404
        assert "Esta orden no existe." in text(page)
