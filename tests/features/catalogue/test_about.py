"""What lists and products say of themselves, as a theme's templates get to know it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.browsing import browsing, text
from tests.features.conftest import Offer

from zoco.app import Shop, build_shop, create_app, installed
from zoco.features.catalogue.models import Product
from zoco.kit.module import Module
from zoco.kit.permissions import Actor
from zoco.settings import Settings
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import on_database
from zoco.testing.hashing import CHEAP_HASHING

START = "http://testserver"
HEAD = """{% extends "base.html" %}{% set heading = about.title if about else "" %}
{% from "seo.html" import described, identity with context %}
{% block title %}{{ heading }}{% endblock %}{% block head %}{{ described(about) }}{{ identity() }}{% endblock %}"""
LIST = (
    HEAD
    + """{% from "catalogue/filters.html" import chosen, prices, by_seller, sold_out %}{% block main %}
{{ chosen(active, clear) }}{{ prices(form) }}{{ by_seller(form, sellers) }}{{ sold_out(form) }}
{% for product in products.items %}<b>{{ product.title }}</b>{% endfor %}{% endblock %}"""
)
PRODUCT = (
    HEAD
    + """{% from "catalogue/share.html" import share %}{% block main %}{{ share(about) }}
{% for view in gallery %}<img src="{{ view.smallest.url }}" srcset="{{ view.srcset }}" width="{{ view.largest.width }}"
height="{{ view.largest.height }}" alt="{{ view.alt }}">{% endfor %}<a href="{{ product.seller.address }}">s</a>
{% for other in related %}<b>{{ other.title }}</b>{% endfor %}
{% endblock %}"""
)


@pytest.fixture
async def shop(settings: Settings, clock: FrozenClock, database: str, tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop with a theme of its own."""
    folder = tmp_path / "theme" / "templates" / "catalogue"
    folder.mkdir(parents=True)
    for name, template in {"list": LIST, "product": PRODUCT, "newest": HEAD}.items():
        (folder / f"{name}.html").write_text(template)
    theme = Module(name="theme", folder=tmp_path / "theme", requires=("catalogue",))
    opened = build_shop(on_database(settings, database), clock, [CHEAP_HASHING, *installed(), theme])
    await opened.store.start()
    yield opened
    await opened.store.close()


@pytest.fixture
def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    return browsing(client)


def said(page: httpx.Response) -> dict[str, str]:
    """The page's canonical address, its alternates and its metas."""
    links = re.findall(r'<link rel="(canonical|alternate)"(?: hreflang="([^"]+)")? href="([^"]+)">', page.text)
    metas = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', page.text)
    return {language or kind: unescape(address) for kind, language, address in links} | {
        name: unescape(content) for name, content in metas
    }


def facts(page: httpx.Response) -> dict[str, Any]:
    """The page's JSON-LD by the types of its things."""
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    graph = json.loads(block)
    assert graph["@context"] == "https://schema.org"
    return {thing["@type"]: thing for thing in graph["@graph"]}


def chosen(page: httpx.Response) -> dict[str, str]:
    """The filters that a page shows, with the addresses without each."""
    found = re.findall(r'<li><a href="([^"]+)"><span class="hidden">Quitar </span>([^<]+) <span', page.text)
    return {unescape(label): unescape(url) for url, label in found}


def titles(page: httpx.Response) -> list[str]:
    return [unescape(title) for title in re.findall("<b>(.*?)</b>", page.text)]


class TestAProductSays:
    async def test_where_it_is_in_each_language(self, browser: httpx.AsyncClient, product: Product) -> None:
        for address in (f"/productos/{product.id}", product.address):
            about = said(await browser.get(address))
            assert about["canonical"] == about["x-default"] == f"{START}/productos/tazas/taza-de-barro"
            assert about["es"] == f"{START}/productos/tazas/taza-de-barro?lang=es"
            assert about["en"] == f"{START}/productos/tazas/taza-de-barro?lang=en"
        english = said(await browser.get(f"{product.address}?lang=en&utm_source=x"))
        assert english["canonical"] == english["og:url"] == about["en"]

    async def test_what_it_is(self, browser: httpx.AsyncClient, offer: Offer, png: bytes) -> None:
        product = await offer(title="Jarra", description="<p>De <b>vidrio</b></p><p>azul &amp; fina</p>", image=png)
        about = said(await browser.get(product.address))
        assert about["description"] == about["og:description"] == "De vidrio azul & fina"
        assert (about["og:type"], about["og:title"], about["og:image:alt"]) == ("product", "Jarra", "Jarra")
        assert about["og:image"].startswith(f"{START}/images/{product.id}?v=")
        assert (about["og:image:width"], about["og:image:height"]) == ("60", "40")
        assert (await browser.get(about["og:image"])).headers["content-type"] == "image/webp"
        assert "robots" not in about

    async def test_one_without_words_and_picture_is_described_all_the_same(
        self, browser: httpx.AsyncClient, offer: Offer
    ) -> None:
        about = said(await browser.get((await offer()).address))
        assert about["description"] == "Taza por 12,50\xa0US$ en Zoco."
        assert about["og:image"] == f"{START}/icons/512.png"

    async def test_its_offer_and_its_way_in_the_words_of_schema_org(
        self, browser: httpx.AsyncClient, offer: Offer, png: bytes
    ) -> None:
        product = await offer(title="Jarra", category="Jarras", description="Fina", image=png)
        found = facts(await browser.get(product.address))
        told = found["Product"]
        assert (told["name"], told["sku"], told["category"]) == ("Jarra", product.id, "Jarras")
        assert told["description"] == "Fina"
        assert told["image"][0].startswith(START)
        assert told["offers"] | {"url": ""} == {
            "@type": "Offer",
            "url": "",
            "price": "12.50",
            "priceCurrency": "USD",
            "availability": "https://schema.org/InStock",
            "seller": {"@type": "Organization", "name": "Ana"},
        }
        steps = [(step["position"], step["name"], step["item"]) for step in found["BreadcrumbList"]["itemListElement"]]
        assert steps == [
            (1, "Productos", f"{START}/productos"),
            (2, "Jarras", f"{START}/productos/jarras"),
            (3, "Jarra", f"{START}/productos/jarras/jarra"),
        ]
        gone = await offer(stock=0)
        sold_out = facts(await browser.get(gone.address))["Product"]["offers"]["availability"]
        assert sold_out == "https://schema.org/OutOfStock"

    async def test_nothing_that_a_seller_writes_ends_the_script(self, browser: httpx.AsyncClient, offer: Offer) -> None:
        title = '</script><script>alert("1")</script><!-- & \u2028'
        page = await browser.get((await offer(title=title)).address)
        assert page.text.count("<script>") == 0
        assert facts(page)["Product"]["name"] == " ".join(title.split())

    async def test_its_picture_in_all_sizes_its_seller_and_how_to_hand_it_on(
        self, browser: httpx.AsyncClient, offer: Offer, png: bytes
    ) -> None:
        product = await offer(image=png, title="Taza & plato")
        page = unescape((await browser.get(product.address)).text)
        assert product.image
        assert f'srcset="{product.image.url}&size=small 60w" width="60"' in page
        assert f'href="/productos?seller={product.seller.id}"' in page
        assert f'href="mailto:?subject=Taza%20%26%20plato&body=http%3A//testserver{product.address}"' in page

    async def test_what_is_related(self, browser: httpx.AsyncClient, offer: Offer) -> None:
        product = await offer(title="Una", category="Jarras")
        await offer(title="Manta", category="Textiles")
        await offer(title="Agotada", category="Jarras", stock=0)
        assert titles(await browser.get(product.address)) == ["Manta"]
        for number in range(5):
            await offer(title=f"Jarra {number}", category="Jarras")
        assert titles(await browser.get(product.address)) == ["Jarra 4", "Jarra 3", "Jarra 2", "Jarra 1"]

    async def test_the_page_that_refuses_shows_the_same(self, browser: httpx.AsyncClient, offer: Offer) -> None:
        await offer(title="Otra")
        product = await offer(stock=1)
        page = await browser.post("/carrito", data={"product_id": product.id, "quantity": "2"})
        assert page.status_code == 409
        assert titles(page) == ["Otra"]


class TestAListSays:
    async def test_what_it_is(self, browser: httpx.AsyncClient, product: Product) -> None:
        page = await browser.get("/productos")
        about, found = said(page), facts(page)
        assert about["canonical"] == f"{START}/productos"
        assert about["og:title"] == "Productos"
        assert about["description"] == "Todo lo que hay hoy en Zoco, directo de quien lo vende."
        assert found["WebSite"]["potentialAction"]["target"]["urlTemplate"].startswith(f"{START}/productos?q=")
        assert found["Organization"]["name"] == "Zoco"
        assert found["ItemList"]["itemListElement"][0]["url"] == START + product.address

    async def test_its_shelf_or_its_seller_names_it(self, browser: httpx.AsyncClient, product: Product) -> None:
        for address in ("/productos/tazas?sort=price", "/productos?category=tazas"):
            about = said(await browser.get(address))
            assert (about["canonical"], about["og:title"]) == (f"{START}/productos/tazas", "Tazas")
            assert "robots" not in about
        about = said(await browser.get(f"/productos?seller={product.seller.id}&lang=en"))
        assert about["canonical"] == f"{START}/productos?seller={product.seller.id}&lang=en"
        assert about["og:title"] == "Sold by Ana Vendedora"

    @pytest.mark.usefixtures("product")
    @pytest.mark.parametrize("query", ["q=taza", "min_price=1", "max_price=0", "in_stock=false", "min_price=x"])
    async def test_what_people_choose_is_nothing_for_search_engines(
        self, browser: httpx.AsyncClient, query: str
    ) -> None:
        about = said(await browser.get(f"/productos?{query}"))
        assert about["robots"] == "noindex, follow"
        assert "x-default" not in about

    @pytest.mark.usefixtures("product")
    async def test_the_newest_say_so(self, browser: httpx.AsyncClient) -> None:
        page = await browser.get("/realTimeProducts")
        assert said(page)["canonical"] == f"{START}/realTimeProducts"
        assert "ItemList" in facts(page)

    async def test_how_to_reach_the_shop(self, shop: Shop) -> None:
        contact = msgspec.structs.replace(
            shop.settings.shop.contact, email="hola@example.com", phone="+34 600", address="Calle 1"
        )
        settings = msgspec.structs.replace(
            shop.settings,
            shop=msgspec.structs.replace(shop.settings.shop, contact=contact),
            server=msgspec.structs.replace(shop.settings.server, public_url="https://tienda.example.com"),
        )
        object.__setattr__(shop, "settings", settings)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(shop)), base_url=START) as client:
            page = await client.get("/productos", headers={"accept": "text/html"})
        found = facts(page)["Organization"]
        assert (found["email"], found["telephone"], found["address"]) == ("hola@example.com", "+34 600", "Calle 1")
        assert said(page)["canonical"] == "https://tienda.example.com/productos"


class TestFilters:
    @pytest.fixture(autouse=True)
    async def shelf(self, offer: Offer) -> None:
        await offer(title="Barata", price={"amount": 500})
        await offer(title="Media", price={"amount": 1250})
        await offer(title="Cara", price={"amount": 2000}, category="Jarras")
        await offer(title="Agotada", price={"amount": 1250}, stock=0)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("min_price=12,50", ["Cara", "Media"]),
            ("min_price=12.50&max_price=12.5", ["Media"]),
            ("max_price=5", ["Barata"]),
            ("min_price=&max_price=", ["Cara", "Media", "Barata"]),
            ("in_stock=false&min_price=+12.5+&max_price=13", ["Agotada", "Media"]),
            ("min_price=0&sort=price", ["Barata", "Media", "Cara"]),
        ],
    )
    async def test_prices_and_stock_choose(self, browser: httpx.AsyncClient, query: str, found: list[str]) -> None:
        assert titles(await browser.get(f"/productos?{query}")) == found

    async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
        self, browser: httpx.AsyncClient
    ) -> None:
        page = await browser.get("/productos?min_price=1,000&max_price=13&q=m")
        assert page.status_code == 422
        assert 'id="f-min_price-error"' in page.text
        assert 'value="1,000"' in page.text
        assert 'value="13"' in page.text
        assert titles(page) == ["Media"]
        turned = await browser.get("/productos?min_price=13&max_price=12")
        assert "Es menos que el precio más bajo." in text(turned)
        assert titles(turned) == ["Cara"]

    async def test_each_can_be_taken_away(self, browser: httpx.AsyncClient, ana: Actor) -> None:
        query = f"q=a&category=tazas&seller={ana.id}&min_price=5&max_price=20&in_stock=false&sort=price"
        page = await browser.get(f"/productos?{query}")
        links = chosen(page)
        assert list(links) == [
            "«a»", "Tazas", "Lo vende Ana", "Desde 5,00\xa0US$", "Hasta 20,00\xa0US$", "También lo agotado",
        ]  # fmt: skip
        assert links["Tazas"] == f"/productos?{query.replace('category=tazas&', '')}"
        assert 'href="/productos"' in page.text
        assert f'<option value="{ana.id}" selected>Ana</option>' in page.text
        assert ' value="false" checked' in page.text

    async def test_a_shelf_is_no_filter_and_an_unknown_one_finds_nothing(self, browser: httpx.AsyncClient) -> None:
        assert chosen(await browser.get("/productos/tazas?q=m")) == {"«m»": "/productos/tazas"}
        assert list(chosen(await browser.get("/productos?category=nada"))) == ["nada"]
        nobody = await browser.get("/productos?seller=0190a000-0000-7000-8000-000000000009")
        assert list(chosen(nobody)) == ["Vendedor desconocido"]

    async def test_a_seller_with_nothing_in_stock_has_a_name(self, browser: httpx.AsyncClient, ana: Actor) -> None:
        assert list(chosen(await browser.get(f"/productos?seller={ana.id}&min_price=90"))) == [
            "Lo vende Ana",
            "Desde 90,00\xa0US$",
        ]
