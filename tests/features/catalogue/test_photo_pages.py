"""Photos, further languages and undone removals in the browser."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
import pytest
from tests.browsing import browsing, enter, field, hidden, text
from tests.features.catalogue.test_pictures import png_of
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.catalogue.models import MOST_PICTURES, Product, Words
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.ids import ProductId
from zoco.kit.permissions import GUEST, Actor

FORM = {"title": "Jarra", "category": "Jarras", "price": "9.00", "stock": "3", "description": "De vidrio"}


@pytest.fixture
def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    return browsing(client)


@pytest.fixture
async def selling(browser: httpx.AsyncClient, seller: Actor) -> httpx.AsyncClient:
    await enter(browser, seller)
    return browser


def files(*numbers: int) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("image", (f"{n}.png", png_of(n), "image/png")) for n in numbers]


class TestPhotos:
    @pytest.fixture
    async def shown(self, catalogue: CatalogueService, product: Product, seller: Actor) -> Product:
        return await catalogue.add_images(seller, product.id, [png_of(n) for n in range(3)])

    async def send(
        self, selling: httpx.AsyncClient, product: Product, given: dict[str, str], *numbers: int
    ) -> httpx.Response:
        address = f"/vender/{product.id}/fotos"
        return await selling.post(
            address, data=hidden(await selling.get(address), address) | given, files=files(*numbers) or None
        )

    async def names(self, catalogue: CatalogueService, product: Product) -> list[str]:
        return [photo.name for photo in (await catalogue.show(GUEST, product.id)).pictures]

    async def test_four_of_the_largest_come_in_together(
        self, selling: httpx.AsyncClient, shop: Shop, product: Product
    ) -> None:
        large = bytes(shop.settings.uploads.max_bytes)
        chosen = [("image", ("a.png", large, "image/png"))] * 4
        answer = await selling.post(f"/vender/{product.id}/fotos", files=chosen)
        assert answer.status_code == 422  # they are looked at, and are no pictures
        assert (await selling.post(f"/vender/{product.id}/fotos", files=chosen * 2)).status_code == 413

    async def test_several_are_chosen_when_a_product_is_offered(self, selling: httpx.AsyncClient) -> None:
        answer = await selling.post("/vender/nuevo", data=FORM, files=files(1, 2, 3))
        page = await selling.get(answer.headers["location"])
        assert page.text.count('id="view-') == 3
        assert re.findall(r'href="#(view-\d)"', page.text) == ["view-1", "view-2", "view-3"]
        assert page.text.count('loading="lazy" decoding="async"') >= 2

    async def test_one_alone_needs_no_choice(self, selling: httpx.AsyncClient) -> None:
        answer = await selling.post("/vender/nuevo", data=FORM, files=files(1))
        page = await selling.get(answer.headers["location"])
        assert page.text.count('id="view-') == 1
        assert "picks" not in page.text
        assert "gallery.js" not in page.text

    async def test_further_ones_are_added_where_the_product_is_changed(
        self, selling: httpx.AsyncClient, catalogue: CatalogueService, shown: Product
    ) -> None:
        page = await selling.get(f"/vender/{shown.id}")
        assert f'href="/vender/{shown.id}/fotos"' in page.text
        await selling.post(f"/vender/{shown.id}", data=FORM, files=files(8))
        assert (await self.names(catalogue, shown))[:3] == [photo.name for photo in shown.pictures]
        assert len(await self.names(catalogue, shown)) == 4

    async def test_buttons_move_one_and_save_the_rest(
        self, selling: httpx.AsyncClient, catalogue: CatalogueService, shown: Product
    ) -> None:
        first, second, third = (photo.name for photo in shown.pictures)
        answer = await self.send(selling, shown, {"move": third, f"alt.{first}": "De frente"})
        assert answer.headers["location"] == f"/vender/{shown.id}/fotos#photo-{third}"
        assert await self.names(catalogue, shown) == [first, third, second]
        assert (await catalogue.show(GUEST, shown.id)).pictures[0].alt == "De frente"
        page = await selling.get(f"/vender/{shown.id}/fotos")
        assert "Las fotos están guardadas." in text(page)
        assert field(page, f"alt.{first}") == "De frente"
        await self.send(selling, shown, {"move": f"-{first}", f"alt.{first}": ""})
        assert await self.names(catalogue, shown) == [third, first, second]
        assert not any(photo.alt for photo in (await catalogue.show(GUEST, shown.id)).pictures)

    async def test_places_are_taken_as_they_were_dragged(
        self, selling: httpx.AsyncClient, catalogue: CatalogueService, shown: Product
    ) -> None:
        names = [photo.name for photo in shown.pictures]
        await self.send(selling, shown, {f"place.{name}": str(2 - place) for place, name in enumerate(names)})
        assert await self.names(catalogue, shown) == names[::-1]

    async def test_ticked_ones_go_and_new_ones_come_last(
        self, selling: httpx.AsyncClient, catalogue: CatalogueService, shown: Product
    ) -> None:
        names = [photo.name for photo in shown.pictures]
        await self.send(selling, shown, {f"remove.{names[0]}": "1"}, 9)
        left = await self.names(catalogue, shown)
        assert left[:2] == names[1:]
        assert len(left) == 3

    async def test_what_came_in_another_window_stays(
        self, selling: httpx.AsyncClient, catalogue: CatalogueService, seller: Actor, shown: Product
    ) -> None:
        address = f"/vender/{shown.id}/fotos"
        seen = hidden(await selling.get(address), address)
        changed = await catalogue.add_images(seller, shown.id, [png_of(9)])
        await selling.post(address, data=seen)
        assert await self.names(catalogue, shown) == [photo.name for photo in changed.pictures]

    @pytest.mark.parametrize("wrong", ["no picture", "too many", "too long"])
    async def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, selling: httpx.AsyncClient, catalogue: CatalogueService, shown: Product, wrong: str
    ) -> None:
        name, address = shown.pictures[0].name, f"/vender/{shown.id}/fotos"
        sent: list[Any] = [("image", ("a.png", b"no", "image/png"))]
        if wrong != "no picture":
            sent = files(*range(3, 3 + MOST_PICTURES)) if wrong == "too many" else []
        words = "De lado" * (40 if wrong == "too long" else 1)
        typed = hidden(await selling.get(address), address) | {f"alt.{name}": words}
        page = await selling.post(address, data=typed, files=sent or None)
        assert page.status_code == 422
        assert f'id="f-{"alt-" + name if wrong == "too long" else "image"}-error"' in page.text
        assert field(page, f"alt.{name}") == words
        assert await catalogue.show(GUEST, shown.id) == shown

    async def test_nobody_else_may(self, selling: httpx.AsyncClient, offer: Offer) -> None:
        foreign = await offer()
        for address in (f"/vender/{foreign.id}/fotos", f"/vender/{foreign.id}/deshacer"):
            assert (await selling.post(address, data={})).status_code in (403, 404)


class TestLanguages:
    async def told(self, selling: httpx.AsyncClient, product: Product) -> dict[str, str]:
        address = f"/vender/{product.id}"
        form = hidden(await selling.get(address), address) | FORM
        return form | {"translations.en.title": "Jug", "translations.en.description": "Of glass & light"}

    async def test_a_product_is_told_in_the_language_of_who_reads(
        self, selling: httpx.AsyncClient, product: Product
    ) -> None:
        await selling.post(f"/vender/{product.id}", data=await self.told(selling, product))
        for address in ("/productos", f"/productos/{product.id}", "/realTimeProducts", "/productos?q=jug"):
            assert "Jug" in text(await selling.get(f"{address}{'&' if '?' in address else '?'}lang=en"))
            spanish = text(await selling.get(f"{address}{'&' if '?' in address else '?'}lang=es"))
            assert "Jarra" in spanish
            assert "Jug" not in spanish.replace("«jug»", "")
        page = await selling.get(f"/vender/{product.id}")
        assert field(page, "translations.en.title") == "Jug"
        assert field(page, "title") == "Jarra"

    async def test_what_is_not_told_is_shown_in_the_first_language(
        self, selling: httpx.AsyncClient, product: Product, catalogue: CatalogueService
    ) -> None:
        typed = await self.told(selling, product)
        await selling.post(f"/vender/{product.id}", data=typed | {"translations.en.title": ""})
        page = text(await selling.get(f"/productos/{product.id}?lang=en"))
        assert "Jarra" in page
        assert "Of glass & light" in html.unescape(page)
        typed = await self.told(selling, product)
        empty = typed | {"translations.en.title": "", "translations.en.description": ""}
        await selling.post(f"/vender/{product.id}", data=empty)
        assert (await catalogue.show(GUEST, product.id)).translations == {}

    async def test_a_form_without_such_fields_leaves_them_alone(
        self, selling: httpx.AsyncClient, product: Product, catalogue: CatalogueService
    ) -> None:
        await selling.post(f"/vender/{product.id}", data=await self.told(selling, product))
        await selling.post(f"/vender/{product.id}", data=FORM)
        translations = (await catalogue.show(GUEST, product.id)).translations
        assert translations == {"en": Words("Jug", "Of glass &amp; light")}

    async def test_what_is_wrong_stands_beside_its_field(self, selling: httpx.AsyncClient, product: Product) -> None:
        typed = await self.told(selling, product) | {"translations.en.title": "x" * 201}
        page = await selling.post(f"/vender/{product.id}", data=typed)
        assert page.status_code == 422
        assert 'id="f-translations-en-title-error"' in page.text
        assert field(page, "translations.en.title") == "x" * 201

    async def test_the_cart_and_the_order_speak_it_too(self, selling: httpx.AsyncClient, product: Product) -> None:
        await selling.post(f"/vender/{product.id}", data=await self.told(selling, product))
        await selling.post("/carrito", data={"product_id": product.id, "quantity": "1"})
        assert "Jug" in text(await selling.get("/carrito?lang=en"))
        assert "Jarra" in text(await selling.get("/carrito?lang=es"))
        page = await selling.get("/carrito/comprar?lang=en")
        assert "Jug" in text(page)
        address = {f"delivery_address.{name}": "x" for name in ("recipient", "line1", "city", "country")}
        bought = await selling.post("/carrito/comprar", data=hidden(page, "/carrito/comprar") | address)
        assert "Jug" in text(await selling.get(f"{bought.headers['location']}?lang=es"))


class TestUndoing:
    async def removed(self, selling: httpx.AsyncClient, product: Product) -> dict[str, str]:
        address = f"/vender/{product.id}/borrar"
        await selling.post(address, data=hidden(await selling.get(address), address))
        return hidden(await selling.get("/vender"), f"/vender/{product.id}/deshacer")

    @pytest.mark.parametrize("status", ["active", "hidden"])
    async def test_a_removal_is_undone(
        self, selling: httpx.AsyncClient, product: Product, seller: Actor, catalogue: CatalogueService, status: str
    ) -> None:
        await selling.post(f"/vender/{product.id}", data=FORM | {"status": status})
        before = await catalogue.show(seller, product.id)
        undo = await self.removed(selling, product)
        answer = await selling.post(f"/vender/{product.id}/deshacer", data=undo)
        assert answer.headers["location"] == "/vender"
        after = await catalogue.show(seller, product.id)
        assert (after.status, after.slug, after.stock) == (before.status, before.slug, before.stock)
        assert "«Jarra» está de vuelta." in text(await selling.get("/vender"))

    async def test_its_plain_address_may_be_taken_by_then(
        self, selling: httpx.AsyncClient, product: Product, offer: Offer, seller: Actor, catalogue: CatalogueService
    ) -> None:
        undo = await self.removed(selling, product)
        other = await offer(title=product.title)
        assert other.slug == product.slug
        await selling.post(f"/vender/{product.id}/deshacer", data=undo)
        assert (await catalogue.show(seller, product.id)).slug == f"{product.slug}-{product.id[-12:]}"
        assert await catalogue.show_by_slug(GUEST, product.slug) == other

    async def test_only_ones_own_and_only_what_was_removed(
        self, selling: httpx.AsyncClient, offer: Offer, product: Product, ana: Actor, catalogue: CatalogueService
    ) -> None:
        foreign = await offer()
        await catalogue.remove(ana, foreign.id)
        for product_id in (foreign.id, product.id, ProductId("other")):
            assert (await selling.post(f"/vender/{product_id}/deshacer", data={})).status_code == 404
        assert (await selling.post(f"/vender/{product.id}/deshacer", data={"status": "removed"})).status_code == 422


async def test_a_copy_of_ones_own_data_has_what_one_offered(
    selling: httpx.AsyncClient, product: Product, seller: Actor, catalogue: CatalogueService, offer: Offer
) -> None:
    await offer(title="Ajena")
    gone = await offer(seller, title="Borrada")
    await catalogue.remove(seller, gone.id)
    async with catalogue._store.read() as tx:
        data = await catalogue.own_data(tx, seller.signed_in())
    assert {(one.title, one.status) for one in data["products"]} == {(product.title, "active"), ("Borrada", "removed")}
