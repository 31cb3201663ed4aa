"""The sitemap, `llms.txt`, suggestions, and what an address that leads nowhere may have meant."""

from __future__ import annotations

import asyncio
from xml.etree import ElementTree as ET

import httpx
import pytest
from tests.answers import wrong
from tests.browsing import browsing, text
from tests.features.conftest import Offer

from zoco.features.catalogue.models import Product
from zoco.features.catalogue.service import CatalogueService, sitemap
from zoco.kit.permissions import Actor

START = "http://testserver"
SPACES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
}


async def read(client: httpx.AsyncClient, address: str) -> ET.Element:
    answer = await client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/xml")
    return ET.fromstring(answer.text)  # noqa: S314 - our own


def places(tree: ET.Element) -> list[str]:
    return [str(place.text).removeprefix(START) for place in tree.findall("*/s:loc", SPACES)]


class TestTheSitemap:
    async def test_it_has_shelves_and_products_with_their_pictures(
        self, client: httpx.AsyncClient, offer: Offer, png: bytes
    ) -> None:
        product = await offer(title="Jarra", image=png)
        gone = await offer(title="Agotada", stock=0)
        await offer(title="Oculta", status="hidden")
        tree = await read(client, "/sitemap.xml")
        assert places(tree) == [
            "/productos", "/realTimeProducts", "/productos/tazas", product.address, gone.address,
        ]  # fmt: skip
        (image,) = tree.findall("*/image:image/image:loc", SPACES)
        assert (await client.get(str(image.text))).status_code == 200
        (changed, _) = tree.findall("*/s:lastmod", SPACES)
        assert changed.text == f"{product.updated_at:%Y-%m-%d}"

    async def test_it_is_kept_until_something_changes(
        self, client: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService, ana: Actor
    ) -> None:
        product = await offer()
        etag = (await client.get("/sitemap.xml")).headers["etag"]
        assert (await client.get("/sitemap.xml", headers={"if-none-match": etag})).status_code == 304
        await catalogue.remove(ana, product.id)
        assert product.address not in places(await read(client, "/sitemap.xml"))

    async def test_a_large_shop_has_it_in_parts(
        self, client: httpx.AsyncClient, offer: Offer, catalogue: CatalogueService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sitemap, "LISTED", 3)
        monkeypatch.setattr(sitemap, "_AT_ONCE", 2)
        addresses = [(await offer(title=f"Taza {number}")).address for number in range(3)]
        assert addresses[-1] in places(await read(client, "/sitemap.xml"))
        addresses += [(await offer(title=f"Taza {number}")).address for number in range(3, 7)]
        await asyncio.gather(catalogue.parts(), catalogue.parts())
        index = places(await read(client, "/sitemap.xml"))
        assert index == [f"/sitemap/{number}.xml" for number in (1, 2, 3)]
        parts = [places(await read(client, place)) for place in index]
        assert [place for part in parts for place in part if "taza-" in place] == addresses
        assert [len(part) for part in parts] == [6, 3, 1]
        for wrong_part in ("0.xml", "4.xml", "x", "01.xml", "-1.xml"):
            assert (await client.get(f"/sitemap/{wrong_part}")).status_code == 404


async def test_llms_txt_says_what_is_sold_and_how_to_read_it(client: httpx.AsyncClient, product: Product) -> None:
    answer = await client.get("/llms.txt", headers={"accept-language": "en"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("# Zoco\n\n> Zoco is a market on the web")
    assert "Prices are in USD." in answer.text
    assert f"- [Tazas]({START}/productos/tazas): 1\n" in answer.text
    assert f"\n- [OpenAPI]({START}/openapi.json): every operation of the API\n- [Products]" in answer.text
    assert "&#" not in answer.text


@pytest.mark.usefixtures("shelf")
class TestSuggestions:
    @pytest.fixture
    async def shelf(self, offer: Offer) -> None:
        await offer(title="Jarra azul", category="Jarras y tazas", description="Para la taza")
        await offer(title="Taza azul", category="Vajilla")
        for number in range(9):
            await offer(title=f"Vela {number}", category=f"Velas {number}")

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("TAZ", [("category", "Jarras y tazas"), ("product", "Taza azul")]),
            ("azul tazá", [("product", "Taza azul")]),
            ("para", [("product", "Jarra azul")]),
            ("zzz", []),
            ("", []),
            ("¿?", []),
        ],
    )
    async def test_shelves_come_first_then_what_is_named_so(
        self, client: httpx.AsyncClient, typed: str, found: list[tuple[str, str]]
    ) -> None:
        items = (await client.get("/api/products/suggest", params={"q": typed})).json()["items"]
        assert [(item["kind"], item["title"]) for item in items] == found

    async def test_a_name_in_another_language_counts_and_newer_products_hide_none(
        self, client: httpx.AsyncClient, offer: Offer
    ) -> None:
        await offer(title="Cuenco", category="Vajilla", translations={"en": {"title": "Bowl"}})
        for number in range(12):
            await offer(title=f"Cuchara {number}", category="Cubiertos", description="For the bowl")
        items = (await client.get("/api/products/suggest?q=bowl", headers={"accept-language": "en"})).json()["items"]
        assert [item["title"] for item in items] == ["Bowl"]

    async def test_eight_at_most_each_with_its_page(self, client: httpx.AsyncClient) -> None:
        items = (await client.get("/api/products/suggest?q=vela")).json()["items"]
        assert [item["kind"] for item in items] == ["category"] * 4 + ["product"] * 4
        for item in items:
            assert (await client.get(item["url"])).status_code == 200

    async def test_the_same_bytes_for_everybody(self, client: httpx.AsyncClient) -> None:
        etag = (await client.get("/api/products/suggest?q=vela")).headers["etag"]
        again = await client.get("/api/products/suggest?q=vela", headers={"if-none-match": etag})
        assert again.status_code == 304
        assert {name for name, _ in wrong(await client.get(f"/api/products/suggest?q={'x' * 101}"))} == {"q"}


class TestWhatIsNotThere:
    @pytest.fixture
    def browser(self, client: httpx.AsyncClient) -> httpx.AsyncClient:
        return browsing(client)

    @pytest.mark.parametrize(
        "address", ["/productos/tazas/taza-roja-grande", "/productos/taza", "/productos/x/la-taza"]
    )
    async def test_the_words_of_the_address_find_what_was_meant(
        self, browser: httpx.AsyncClient, offer: Offer, address: str
    ) -> None:
        await offer(title="Taza azul")
        for number in range(5):
            await offer(title=f"Vela {number}", category="Velas")
        page = await browser.get(address)
        assert page.status_code == 404
        assert "Quizá buscabas" in text(page)
        assert "Taza azul" in text(page)
        assert "Vela" not in text(page).partition("Quizá buscabas")[2]

    @pytest.mark.parametrize("address", ["/productos/zz/zzz", "/productos/0190a000-0000-7000-8000-000000000009"])
    async def test_where_nothing_is_meant_the_newest_are_shown(
        self, browser: httpx.AsyncClient, product: Product, address: str
    ) -> None:
        page = await browser.get(address)
        assert "Quizá buscabas" not in text(page)
        assert product.title in text(page)

    async def test_no_more_than_four_and_the_best_first(self, offer: Offer, catalogue: CatalogueService) -> None:
        await offer(title="Cesta de mimbre")
        for number in range(5):
            await offer(title=f"Cesta {number}")
        found = await catalogue.meant("cesta-de-mimbre cestas", 4)
        assert len(found) == 4
        assert (await catalogue.meant("mimbre-cesta", 4))[0].title == "Cesta de mimbre"
        endless = f"mimbre-cesta{'-' * 200}larguisimas-palabras-desconocidas"
        assert (await catalogue.meant(endless, 4))[0].title == "Cesta de mimbre"
