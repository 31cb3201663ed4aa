"""Names of categories in the shop's further languages: typed by staff, read by visitors, known to sellers."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from tests.browsing import browsing, enter, field, hidden, text
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.catalogue.models import Bulk, BulkAction, Product
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import Invalid
from zoco.kit.permissions import SYSTEM, Actor, Role
from zoco.testing.people import account

PAGE = "/panel/categorias/tazas"
NAMES = {"name": "Tazas", "translations.en": "Mugs & cups"}


@pytest.fixture
async def desk(client: httpx.AsyncClient, shop: Shop, product: Product) -> httpx.AsyncClient:
    """The browser of somebody on the staff, in a shop with one product."""
    await enter(browsing(client, "en"), await account(shop, Role.STAFF))
    return client


@pytest.fixture
async def named(catalogue: CatalogueService, product: Product) -> Product:
    """On a shelf that has a name in English."""
    await catalogue.rename_category(SYSTEM, "tazas", "Tazas", {"en": "Mugs"})
    return product


class TestInTheOffice:
    async def test_a_name_for_each_further_language_beside_the_first(
        self, desk: httpx.AsyncClient, catalogue: CatalogueService
    ) -> None:
        form = hidden(await desk.get(PAGE), PAGE)
        assert (await desk.post(PAGE, data=form | NAMES)).status_code == 303
        assert (await catalogue.category("tazas")).translations == {"en": "Mugs & cups"}
        page = await desk.get(PAGE)
        assert field(page, "translations.en") == "Mugs & cups"
        assert field(page, "translations.es") is None
        assert (await desk.post(PAGE, data={"name": "TAZAS"})).status_code == 303  # a form without such fields
        assert (await catalogue.category("tazas")).translations == {"en": "Mugs & cups"}
        await desk.post(PAGE, data=form | NAMES | {"translations.en": " "})
        assert (await catalogue.category("tazas")).translations == {}

    async def test_what_is_wrong_stands_beside_its_field(
        self, desk: httpx.AsyncClient, catalogue: CatalogueService
    ) -> None:
        form = hidden(await desk.get(PAGE), PAGE)
        page = await desk.post(PAGE, data=form | {"name": "Vasos", "translations.en": "x" * 81})
        assert page.status_code == 422
        assert 'id="f-translations-en-error"' in page.text
        assert (field(page, "name"), field(page, "translations.en")) == ("Vasos", "x" * 81)
        assert (await catalogue.category("tazas")).translations == {}

    @pytest.mark.parametrize(("code", "name"), [("xx", "Mugs"), ("en", "x" * 81)])
    async def test_only_short_names_in_languages_of_the_shop(
        self, catalogue: CatalogueService, product: Product, code: str, name: str
    ) -> None:
        with pytest.raises(Invalid) as refused:
            await catalogue.rename_category(SYSTEM, product.category, "Tazas", {code: name})
        assert [error.field for error in refused.value.errors] == [f"translations.{code}"]

    async def test_they_stay_whatever_else_happens_to_it(
        self, desk: httpx.AsyncClient, catalogue: CatalogueService, named: Product, offer: Offer
    ) -> None:
        await offer(category="Vasos")
        await catalogue.place_category(SYSTEM, "tazas", 2)
        await catalogue.rename_category(SYSTEM, "tazas", "Tazones")
        await catalogue.remove(SYSTEM, named.id)
        await desk.post("/panel/categorias/tazones/borrar")
        await desk.post("/panel/categorias/tazones/deshacer")
        assert (await catalogue.category("tazas")).translations == {"en": "Mugs"}


@pytest.mark.usefixtures("named")
class TestWhatVisitorsRead:
    @pytest.fixture
    def browser(self, client: httpx.AsyncClient) -> httpx.AsyncClient:
        return browsing(client)

    @pytest.mark.parametrize(
        "address",
        ["/productos", "/productos/tazas", "/productos?category=tazas", "/productos/tazas/taza", "/productos/nada"],
    )
    async def test_every_page_names_it_in_their_language(self, browser: httpx.AsyncClient, address: str) -> None:
        joint = "&" if "?" in address else "?"
        for code, own, other in (("en", "Mugs", "Tazas"), ("es", "Tazas", "Mugs"), ("en", "Mugs", "Tazas")):
            page = await browser.get(f"{address}{joint}lang={code}")
            assert own in text(page)
            assert other not in page.text

    async def test_titles_and_what_search_engines_read_do_too(self, browser: httpx.AsyncClient, named: Product) -> None:
        shelf = await browser.get("/productos/tazas?lang=en")
        assert re.search(r"<title>\s*Mugs", shelf.text)
        assert "<h1>Mugs</h1>" in shelf.text
        for page in (shelf, await browser.get(f"{named.address}?lang=en")):
            facts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
            assert '"Mugs"' in json.dumps([json.loads(one) for one in facts])
        listed = await browser.get("/llms.txt", headers={"accept-language": "en"})
        assert "[Mugs](" in listed.text

    async def test_a_new_name_is_seen_at_once_by_guests(
        self, browser: httpx.AsyncClient, catalogue: CatalogueService
    ) -> None:
        for name in ("Beakers", "Cups"):
            await catalogue.rename_category(SYSTEM, "tazas", "Tazas", {"en": name})
            assert name in text(await browser.get("/productos?lang=en"))

    async def test_shelves_stand_by_the_name_that_is_read(self, catalogue: CatalogueService, offer: Offer) -> None:
        await offer(category="Nidos")
        assert [one.name for one in await catalogue.categories()] == ["Nidos", "Tazas"]
        assert [one.name for one in await catalogue.categories("en")] == ["Mugs", "Nidos"]

    @pytest.mark.parametrize("typed", ["mug", "taz"])
    async def test_it_is_suggested_by_either_name(self, browser: httpx.AsyncClient, typed: str) -> None:
        for code, name in (("en", "Mugs"), ("es", "Tazas")):
            answer = await browser.get(f"/api/products/suggest?q={typed}", headers={"accept-language": code})
            assert answer.json()["items"][0] == {"kind": "category", "title": name, "url": "/productos/tazas"}

    @pytest.mark.parametrize("typed", ["mugs", "MÚG", "taza mug", "tazas"])
    async def test_what_is_on_it_is_found_by_either_name(
        self, browser: httpx.AsyncClient, named: Product, typed: str
    ) -> None:
        answer = await browser.get("/api/products", params={"q": typed})
        assert [one["title"] for one in answer.json()["items"]] == [named.title]
        assert named.address in (await browser.get("/productos", params={"q": typed})).text

    async def test_what_is_on_it_is_found_by_a_new_name_at_once_and_no_more_by_the_former(
        self, browser: httpx.AsyncClient, catalogue: CatalogueService
    ) -> None:
        for name, former in (("Beakers", "mugs"), ("Cups", "beakers")):
            assert (await browser.get(f"/api/products?q={name}")).json()["items"] == []
            await catalogue.rename_category(SYSTEM, "tazas", "Tazas", {"en": name})
            assert len((await browser.get(f"/api/products?q={name}")).json()["items"]) == 1
            assert (await browser.get(f"/api/products?q={former}")).json()["items"] == []

    async def test_programs_get_all_names(self, browser: httpx.AsyncClient) -> None:
        (shelf,) = (await browser.get("/api/categories", headers={"accept-language": "en"})).json()["items"]
        assert shelf == {"slug": "tazas", "name": "Tazas", "count": 1, "translations": {"en": "Mugs"}}


class TestWhoSells:
    async def test_either_name_means_the_same_shelf(
        self, catalogue: CatalogueService, named: Product, offer: Offer, client: httpx.AsyncClient, seller: Actor
    ) -> None:
        assert (await offer(title="Tazón", category="MUGS")).category == "tazas"
        vaso = await offer(title="Vaso", category="Vasos")
        bulk = Bulk(BulkAction.CATEGORY, category="mugs")
        (planned,) = await catalogue.plan(SYSTEM, [vaso.id], bulk)
        assert planned.after.category == "tazas"
        await catalogue.change_many(SYSTEM, [(vaso.id, vaso.version)], bulk)
        assert (await catalogue.show(SYSTEM, vaso.id)).category == "tazas"
        await enter(browsing(client, "en"), seller)
        page = await client.get(f"/vender/{named.id}")
        assert field(page, "category") == "Tazas"
        assert '<option value="Tazas">Mugs</option>' in page.text

    async def test_one_that_was_taken_away_is_not_meant(
        self, catalogue: CatalogueService, named: Product, offer: Offer
    ) -> None:
        await catalogue.remove(SYSTEM, named.id)
        await catalogue.remove_category(SYSTEM, "tazas")
        assert (await offer(title="Tazón", category="Mugs")).category == "mugs"
