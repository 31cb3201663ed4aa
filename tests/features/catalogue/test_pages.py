"""The catalogue in the browser."""

from __future__ import annotations

import re
from html import unescape

import httpx
import msgspec
import pytest
from tests.browsing import browsing, enter, field, hidden, text
from tests.features.conftest import Offer

from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import ChangeProduct
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.permissions import Actor
from zoco.settings import Settings
from zoco.testing.people import signed_in

FORM = {"title": "Jarra", "category": "Jarras", "price": "9.00", "stock": "3", "description": "De vidrio"}


@pytest.fixture
def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    return browsing(client)


@pytest.fixture
async def selling(browser: httpx.AsyncClient, seller: Actor) -> httpx.AsyncClient:
    await enter(browser, seller)
    return browser


class TestShelves:
    async def test_a_card_shows_picture_price_seller_and_stock(
        self, browser: httpx.AsyncClient, offer: Offer, png: bytes
    ) -> None:
        product = await offer(title="Jarra azul", stock=2, image=png)
        page = await browser.get("/productos")
        said = text(page)
        assert page.status_code == 200
        assert "Jarra azul" in said
        assert "12,50" in said
        assert "Ana" in said
        assert "Solo quedan 2" in said
        assert f'src="/images/{product.id}?v=' in page.text
        assert 'href="/productos/tazas/jarra-azul"' in page.text

    async def test_a_card_can_be_had_alone_once_its_list_leaves_it_out(
        self, browser: httpx.AsyncClient, offer: Offer
    ) -> None:
        gone, hidden_one = await offer(title="Jarra", stock=0), await offer(status="hidden")
        page = await browser.get(f"/vitrina/{gone.id}")
        assert page.status_code == 200
        assert "Agotado" in page.text
        assert f'data-live-else="/vitrina/{gone.id}"' in page.text
        assert 'name="robots" content="noindex"' in page.text
        for nothing in (hidden_one.id, "other"):
            assert "data-live" not in (await browser.get(f"/vitrina/{nothing}")).text

    async def test_the_same_in_english(self, browser: httpx.AsyncClient, offer: Offer) -> None:
        await offer(stock=1)
        said = text(await browser.get("/productos?lang=en"))
        assert "$12.50" in said
        assert "Ana" in said
        assert "Only 1 left" in said

    async def test_words_category_seller_and_order_choose(self, browser: httpx.AsyncClient, offer: Offer) -> None:
        dear = await offer(title="Taza cara", price={"amount": 9000})
        await offer(title="Taza barata", price={"amount": 100})
        await offer(title="Manta", category="Textiles")
        said = text(await browser.get("/productos?q=taza&sort=price"))
        assert said.index("Taza barata") < said.index("Taza cara")
        assert "Manta" not in said
        assert "Manta" in text(await browser.get("/productos?category=textiles"))
        assert "Taza" in text(await browser.get(f"/productos?seller={dear.seller.id}&category=&q="))
        assert "No se encontró nada" in text(await browser.get("/productos?q=nada"))

    async def test_what_nobody_offers_as_a_filter_is_read_as_none(
        self, browser: httpx.AsyncClient, product: Product
    ) -> None:
        assert product.title in text(await browser.get("/productos?sort=sideways&min=x"))
        lost = await browser.get("/productos?q=taza&after=nonsense")
        assert (lost.status_code, 'href="/productos?q=taza"' in lost.text) == (422, True)

    async def test_more_products_are_a_link_away(self, browser: httpx.AsyncClient, offer: Offer) -> None:
        for number in range(25):
            await offer(title=f"Taza {number:02}")
        first = await browser.get("/productos?sort=title&q=taza")
        link = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        second = text(await browser.get(link))
        assert "Taza 23" in text(first)
        assert "Taza 24" not in text(first)
        assert "Taza 24" in second
        assert "Taza 23" not in second

    async def test_a_category_has_its_page(self, browser: httpx.AsyncClient, product: Product) -> None:
        said = text(await browser.get("/productos/tazas"))
        assert said.startswith("Productos Tazas")
        assert product.title in said

    async def test_an_unknown_category_is_said_to_be_unknown(
        self, browser: httpx.AsyncClient, product: Product
    ) -> None:
        page = await browser.get("/productos/nada")
        assert page.status_code == 404
        assert "Esta categoría no existe." in text(page)
        assert product.title in text(page)

    async def test_a_guests_page_is_kept_and_sets_no_cookie(self, browser: httpx.AsyncClient, product: Product) -> None:
        for address in ("/productos", "/productos/tazas", f"/productos/{product.id}"):
            page = await browser.get(address)
            assert "set-cookie" not in page.headers
            assert (await browser.get(address, headers={"if-none-match": page.headers["etag"]})).status_code == 304

    @pytest.mark.parametrize("below", ["", "/tazas", "/tazas/taza-de-barro"])
    async def test_the_english_name_leads_to_the_spanish_one(self, browser: httpx.AsyncClient, below: str) -> None:
        answer = await browser.get(f"/products{below}?q=t%20a&sort=price")
        assert answer.status_code == 301
        assert answer.headers["location"] == f"/productos{below}?q=t%20a&sort=price"

    async def test_an_alias_cannot_be_led_elsewhere(self, browser: httpx.AsyncClient) -> None:
        answer = await browser.get("/products//example.com/%0d%0aset-cookie:%20a")
        assert answer.headers["location"].startswith("/productos/")
        assert "set-cookie" not in answer.headers


class TestAProduct:
    async def test_its_page_by_id_and_by_its_own_address(self, browser: httpx.AsyncClient, product: Product) -> None:
        by_id = await browser.get(f"/productos/{product.id}")
        by_name = await browser.get("/productos/tazas/taza-de-barro")
        assert text(by_id) == text(by_name)
        assert '<link rel="canonical" href="http://testserver/productos/tazas/taza-de-barro">' in by_id.text
        for words in ("Taza de barro", "12,50", "Disponible", "Ana Vendedora", "Cantidad", "Hecha a mano."):
            assert words in text(by_id)
        assert hidden(by_id, "/carrito")["product_id"] == product.id

    async def test_the_wrong_category_leads_to_the_right_one(
        self, browser: httpx.AsyncClient, product: Product
    ) -> None:
        answer = await browser.get(f"/productos/otra/{product.slug}")
        assert answer.status_code == 301
        assert answer.headers["location"] == "/productos/tazas/taza-de-barro"

    async def test_all_that_is_said_of_it_is_as_it_is_now(
        self, selling: httpx.AsyncClient, catalogue: CatalogueService, offer: Offer, staff: Actor
    ) -> None:
        """Pages of those who are signed in are not kept whole, but most of what is in them is."""
        product = await offer()

        async def said(language: str = "es") -> str:
            page = unescape((await selling.get(f"/productos/{product.id}?lang={language}", follow_redirects=True)).text)
            return re.sub(r"\s+", " ", page.replace("\xa0", " "))

        before = await said()
        assert before == await said()
        assert all(before.count(one) for one in ("Taza por 12,50 US$", '"price":"12.50"', '"name":"Tazas"', ">Tazas<"))
        await catalogue.rename_category(staff, "tazas", "Loza", {"en": "Crockery"})
        assert '"name":"Loza"' in (renamed := await said())
        assert ">Loza<" in renamed
        assert ">Crockery<" in (english := await said("en"))
        assert '"name":"Crockery"' in english
        assert "Taza for $12.50" in english
        await catalogue.change(staff, product.id, msgspec.convert({"price": {"amount": 900}}, ChangeProduct))
        now = await said()
        assert all(now.count(one) for one in ("Taza por 9,00 US$", '"price":"9.00"', '">9,00 US$</p>', ">Loza<"))
        assert "12,50" not in now

    async def test_its_addresses_begin_as_the_visitor_asked(self, selling: httpx.AsyncClient, product: Product) -> None:
        for host in ("one.example", "two.example", "one.example"):
            page = (await selling.get(product.address, headers={"host": host})).text
            assert f'<link rel="canonical" href="http://{host}{product.address}">' in page
            assert f'"url":"http://{host}{product.address}"' in page
            english = (await selling.get(f"{product.address}?lang=en", headers={"host": host})).text
            assert f'<link rel="canonical" href="http://{host}{product.address}?lang=en">' in english

    async def test_what_a_buyer_sent_is_shown_to_nobody_else(
        self, browser: httpx.AsyncClient, product: Product
    ) -> None:
        for typed, status in (("99", 409), ("x", 422), ("77", 409)):
            page = await browser.post("/carrito", data={"product_id": product.id, "quantity": typed})
            assert page.status_code == status
            assert field(page, "quantity") == typed
        page = await browser.get(product.address)
        assert 'required value="1">' in page.text

    @pytest.mark.parametrize("address", ["/productos/0190a000-0000-7000-8000-000000000009", "/productos/tazas/nada"])
    async def test_one_that_does_not_exist_is_said_not_to_exist(
        self, browser: httpx.AsyncClient, product: Product, address: str
    ) -> None:
        page = await browser.get(address)
        assert page.status_code == 404
        assert "Este producto no existe." in text(page)
        assert "<title>Este producto no existe · " in page.text
        assert product.title in text(page)

    async def test_its_description_is_html_without_scripts(self, browser: httpx.AsyncClient, offer: Offer) -> None:
        product = await offer(
            title="<b>T</b>", description="<script>alert(1)</script><p onclick='x'>De <b>barro</b></p>"
        )
        page = await browser.get(f"/productos/{product.id}")
        assert "<p>De <b>barro</b></p>" in page.text
        assert "alert(1)" not in page.text
        assert "&lt;b&gt;T&lt;/b&gt;" in page.text

    async def test_one_that_is_sold_out_cannot_be_added(self, browser: httpx.AsyncClient, offer: Offer) -> None:
        page = await browser.get(f"/productos/{(await offer(stock=0)).id}")
        assert "Agotado" in text(page)
        assert 'action="/carrito" method="post"' not in page.text


class TestSelling:
    @pytest.mark.parametrize("address", ["/vender", "/vender/nuevo", "/vender/0190a000-0000-7000-8000-000000000009"])
    async def test_one_has_to_sign_in(self, browser: httpx.AsyncClient, address: str) -> None:
        answer = await browser.get(address)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/login?next={address}"

    async def test_a_product_with_its_picture_comes_into_the_shop(self, selling: httpx.AsyncClient, png: bytes) -> None:
        shown = await selling.get("/vender/nuevo", follow_redirects=True)
        sent = hidden(shown, "/vender/nuevo") | FORM | {"price": "9,50"}
        answer = await selling.post("/vender/nuevo", data=sent, files={"image": ("a.png", png, "image/png")})
        assert answer.status_code == 303
        page = await selling.get(answer.headers["location"])
        assert "«Jarra» ya está a la venta." in text(page)
        assert "9,50" in text(page)
        assert 'src="/images/' in page.text
        assert "Jarra" in text(await selling.get("/vender"))

    @pytest.mark.parametrize("price", ["1234,5", "1.234,50", "1,234.50", " 1234.50 "])
    async def test_a_price_is_read_as_the_shop_writes_it(self, selling: httpx.AsyncClient, price: str) -> None:
        answer = await selling.post("/vender/nuevo", data=FORM | {"price": price})
        assert "1.234,50" in text(await selling.get(answer.headers["location"]))

    async def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(self, selling: httpx.AsyncClient) -> None:
        page = await selling.post("/vender/nuevo", data=FORM | {"stock": "-1", "title": ""})
        assert page.status_code == 422
        assert 'id="f-title-error"' in page.text
        assert 'id="f-stock-error"' in page.text
        assert field(page, "category") == "Jarras"
        priced = await selling.post("/vender/nuevo", data=FORM | {"price": "1,000"})
        assert 'id="f-price-error"' in priced.text
        assert field(priced, "price") == "1,000"

    async def test_all_that_is_wrong_is_said_at_once(self, selling: httpx.AsyncClient, png: bytes) -> None:
        sent = FORM | {"title": "", "price": "caro"}
        page = await selling.post("/vender/nuevo", data=sent, files={"image": ("a.png", png, "image/png")})
        for name in ("title", "price", "image"):
            assert f'id="f-{name}-error"' in page.text
        assert "Elige otra vez los archivos" in text(page)
        bare = await selling.post("/vender/nuevo", data=sent, files={"image": ("", b"", "application/octet-stream")})
        assert 'id="f-image-error"' not in bare.text

    async def test_a_file_that_is_no_picture_is_refused(self, selling: httpx.AsyncClient) -> None:
        page = await selling.post("/vender/nuevo", data=FORM, files={"image": ("a.png", b"no", "image/png")})
        assert page.status_code == 422
        assert 'id="f-image-error"' in page.text
        assert "Todavía no vendes nada." in text(await selling.get("/vender"))

    async def test_what_was_sold_meanwhile_does_not_come_back(
        self, selling: httpx.AsyncClient, product: Product, seller: Actor, catalogue: CatalogueService
    ) -> None:
        address = f"/vender/{product.id}"
        form = hidden(await selling.get(address), address)
        async with catalogue._store.write() as tx:
            await catalogue.take(tx, [(product.id, 4)])
        changed = form | {"title": "Taza fina", "category": "Tazas", "price": "12.50", "stock": "10"}
        assert (await selling.post(address, data=changed)).headers["location"] == "/vender"
        after = await catalogue.show(seller, product.id)
        assert (after.title, after.stock) == ("Taza fina", 6)
        await selling.post(address, data=changed | {"stock": "20"})
        assert (await catalogue.show(seller, product.id)).stock == 20

    @pytest.mark.parametrize("typed", ["Café & té, <5 €", "Con <b>asa</b> & tapa", "&lt;b&gt;", "De vidrio"])
    async def test_a_description_stands_in_the_form_as_it_was_typed(
        self, selling: httpx.AsyncClient, product: Product, seller: Actor, catalogue: CatalogueService, typed: str
    ) -> None:
        address = f"/vender/{product.id}"
        words = {"description": typed, "translations.en.description": typed}
        await selling.post(address, data=FORM | {"translated": "true"} | words)
        kept = (await catalogue.show(seller, product.id)).description
        form = await selling.get(address)
        shown = re.findall(r"<textarea[^>]*>(.*?)</textarea>", form.text, re.DOTALL)
        assert [unescape(one) for one in shown] == [kept if "<b" in kept or "&lt;b" in kept else typed] * 2
        sent = hidden(form, address) | FORM | {"description": unescape(shown[0])}
        await selling.post(address, data=sent)
        assert (await catalogue.show(seller, product.id)).description == kept

    async def test_a_hidden_product_says_so_on_its_page(self, selling: httpx.AsyncClient, product: Product) -> None:
        told = "Este producto está oculto"
        assert told not in text(await selling.get(f"/productos/{product.id}", follow_redirects=True))
        await selling.post(f"/vender/{product.id}", data=FORM | {"status": "hidden"})
        assert told in text(await selling.get(f"/productos/{product.id}"))

    async def test_a_new_picture_and_hiding(self, selling: httpx.AsyncClient, product: Product, png: bytes) -> None:
        address = f"/vender/{product.id}"
        changed = FORM | {"status": "hidden"}
        await selling.post(address, data=changed, files={"image": ("a.png", png, "image/png")})
        assert "oculto" in text(await selling.get("/vender"))
        assert f'src="/images/{product.id}?v=' in (await selling.get(address)).text
        wrong = await selling.post(address, data=changed | {"price": "x"})
        assert wrong.status_code == 422
        assert field(wrong, "price") == "x"

    async def test_a_form_that_is_refused_changes_no_picture_either(
        self, selling: httpx.AsyncClient, product: Product, seller: Actor, catalogue: CatalogueService, png: bytes
    ) -> None:
        files = {"image": ("a.png", png, "image/png")}
        page = await selling.post(f"/vender/{product.id}", data=FORM | {"category": "¿?"}, files=files)
        assert page.status_code == 422
        assert 'id="f-category-error"' in page.text
        assert await catalogue.show(seller, product.id) == product

    async def test_deleting_asks_first(self, selling: httpx.AsyncClient, product: Product) -> None:
        address = f"/vender/{product.id}/borrar"
        asked = await selling.get(address)
        assert "¿Borrar «Taza de barro»?" in text(asked)
        answer = await selling.post(address, data=hidden(asked, address))
        assert answer.headers["location"] == "/vender"
        assert "«Taza de barro» ya no está a la venta." in text(await selling.get("/vender"))
        assert (await selling.get(f"/productos/{product.id}")).status_code == 404

    async def test_nobody_else_may(self, selling: httpx.AsyncClient, offer: Offer) -> None:
        foreign = await offer()
        for address in (f"/vender/{foreign.id}", f"/vender/{foreign.id}/borrar"):
            assert (await selling.get(address)).status_code == 403
            assert (await selling.post(address, data=FORM)).status_code == 403

    async def test_the_newest_are_shown_where_one_is_added(self, selling: httpx.AsyncClient, product: Product) -> None:
        page = await selling.get("/realTimeProducts")
        assert product.title in text(page)
        answer = await selling.post("/vender/nuevo", data=hidden(page, "/vender/nuevo") | FORM)
        assert answer.headers["location"] == "/realTimeProducts"
        assert "«Jarra» ya está a la venta." in text(await selling.get("/realTimeProducts"))

    async def test_a_guest_sees_the_newest_too(self, browser: httpx.AsyncClient, product: Product) -> None:
        page = await browser.get("/realTimeProducts")
        assert product.title in text(page)
        assert "Inicia sesión para vender" in text(page)


class TestSellersWhoAreChosen:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, selling="approved")

    @pytest.mark.parametrize(("language", "why"), [("es", "no puede vender"), ("en", "may not sell")])
    async def test_whose_approval_is_gone_reads_why_nothing_can_be_changed(
        self, selling: httpx.AsyncClient, offer: Offer, seller: Actor, language: str, why: str
    ) -> None:
        product = await offer(msgspec.structs.replace(seller, approved=True))
        browsing(selling, language)
        for address in ("", "/nuevo", f"/{product.id}", f"/{product.id}/fotos", f"/{product.id}/borrar"):
            page = await selling.get(f"/vender{address}")
            assert (page.status_code, why in text(page)) == (403, True), address
        sent = await selling.post(f"/vender/{product.id}", data=FORM | {"status": "hidden"})
        assert (sent.status_code, why in text(sent)) == (403, True)
        assert (await selling.post(f"/vender/{product.id}/borrar")).status_code == 403
        assert "Taza" in text(await selling.get(f"/productos/{product.id}"))

    async def test_nor_by_the_api(self, client: httpx.AsyncClient, offer: Offer, seller: Actor) -> None:
        product = await offer(msgspec.structs.replace(seller, approved=True))
        headers = await signed_in(client, seller)
        answer = await client.put(f"/api/products/{product.id}", json={"stock": 0}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "catalogue.selling_closed")
        answer = await client.delete(f"/api/products/{product.id}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "catalogue.selling_closed")
