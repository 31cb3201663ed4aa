"""What people do with the catalogue, and what it refuses."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.features.catalogue.compared import kinds
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.catalogue.errors import (
    CategoryMissing,
    NotForSale,
    OutOfStock,
    ProductMissing,
)
from zoco.features.catalogue.events import (
    ProductAdded,
    SellerChanged,
    StockChanged,
)
from zoco.features.catalogue.models import Product, ProductQuery
from zoco.features.catalogue.repository import Products
from zoco.features.catalogue.schemas import ChangeProduct
from zoco.features.catalogue.service import CatalogueService, clean
from zoco.kit.errors import StaleWrite, Unauthenticated
from zoco.kit.events import Event
from zoco.kit.ids import ProductId
from zoco.kit.permissions import GUEST, Actor
from zoco.testing.people import person


class TestSeeing:
    async def test_a_hidden_product_is_there_only_for_its_seller_and_staff(
        self, offer: Offer, catalogue: CatalogueService, ana: Actor, staff: Actor, customer: Actor
    ) -> None:
        hidden = await offer(status="hidden")
        for actor in (ana, staff):
            assert await catalogue.show(actor, hidden.id) == hidden
            assert await catalogue.show_by_slug(actor, hidden.slug) == hidden
        for actor in (GUEST, customer):
            with pytest.raises(ProductMissing):
                await catalogue.show(actor, hidden.id)
            with pytest.raises(ProductMissing):
                await catalogue.show_by_slug(actor, hidden.slug)

    async def test_what_never_was_is_missing(self, catalogue: CatalogueService, staff: Actor) -> None:
        with pytest.raises(ProductMissing):
            await catalogue.show(staff, ProductId("nothing"))
        with pytest.raises(ProductMissing):
            await catalogue.show_by_slug(staff, "nothing")
        with pytest.raises(CategoryMissing):
            await catalogue.category("nothing")

    async def test_a_list_never_shows_what_is_hidden_whatever_the_query_says(
        self, offer: Offer, catalogue: CatalogueService
    ) -> None:
        await offer(status="hidden")
        shown = await offer()
        assert (await catalogue.page(ProductQuery(hidden=True))).items == [shown]

    async def test_sellers_see_all_of_their_own_and_only_those(
        self, offer: Offer, catalogue: CatalogueService, ana: Actor
    ) -> None:
        own = [await offer(status="hidden"), await offer(stock=0), await offer()]
        await offer(person())
        assert (await catalogue.page_own(ana, ProductQuery())).items == own[::-1]
        with pytest.raises(Unauthenticated):
            await catalogue.page_own(GUEST, ProductQuery())

    async def test_what_a_product_is_shown_with_is_looked_for_again_once_anything_has_changed(
        self, offer: Offer, catalogue: CatalogueService, shop: Shop, ana: Actor, staff: Actor
    ) -> None:
        product = await offer()
        first, second = await offer(title="Jarra"), await offer(person(), title="Vaso")

        async def around(most: int = 4) -> tuple[str, list[Product]]:
            found = await catalogue.around(await catalogue.show(GUEST, product.id), "es", most)
            return found.category.name, found.related

        assert await around() == await around() == ("Tazas", [second, first])
        assert await around(1) == ("Tazas", [second])
        async with shop.store.write() as tx:
            await catalogue.take(tx, [(first.id, 3)])
        assert (await around())[1] == [second, msgspec.structs.replace(first, stock=7)]
        await catalogue.remove(ana, first.id)
        await catalogue.rename_category(staff, "tazas", "Vasos y tazas")
        second = await catalogue.show(GUEST, second.id)
        assert await around() == ("Vasos y tazas", [second])
        await catalogue.change(ana, product.id, ChangeProduct(category="Jarras"))
        assert await around() == ("Jarras", [])


class TestStock:
    async def test_pieces_are_taken_and_put_back(
        self, offer: Offer, catalogue: CatalogueService, shop: Shop, facts: list[Event]
    ) -> None:
        product = await offer(stock=3)
        async with shop.store.write() as tx:
            await catalogue.take(tx, [(product.id, 3)])
            await catalogue.put_back(tx, [(product.id, 2)])
        assert (await catalogue.show(GUEST, product.id)).stock == 2
        assert kinds(facts) == [ProductAdded, StockChanged, StockChanged]

    async def test_what_cannot_be_taken_is_told_with_the_reason(
        self, offer: Offer, catalogue: CatalogueService, shop: Shop, ana: Actor
    ) -> None:
        few, hidden, gone = await offer(stock=3), await offer(status="hidden"), await offer()
        await catalogue.remove(ana, gone.id)
        for product, reason in ((few, OutOfStock), (hidden, NotForSale), (gone, ProductMissing)):
            with pytest.raises(reason):
                async with shop.store.write() as tx:
                    await catalogue.take(tx, [(product.id, 4)])

    async def test_what_should_be_there_and_could_not_be_taken_is_tried_again(
        self, offer: Offer, catalogue: CatalogueService, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def taken_by_another(*_: Any) -> bool:
            return False

        product = await offer()
        with pytest.raises(StaleWrite):
            async with shop.store.write() as tx:
                monkeypatch.setattr(type(tx[Products]), "take", taken_by_another)
                await catalogue.take(tx, [(product.id, 1)])

    async def test_others_ask_for_products_inside_their_own_transaction(
        self, offer: Offer, catalogue: CatalogueService, shop: Shop
    ) -> None:
        product = await offer(status="hidden")
        async with shop.store.read() as tx:
            assert await catalogue.get(tx, product.id) == product
            assert await catalogue.many(tx, [product.id, ProductId("nothing")]) == {product.id: product}
            with pytest.raises(ProductMissing):
                await catalogue.get(tx, ProductId("nothing"))


class TestSellers:
    async def test_a_new_name_stands_on_all_their_products_and_ready_answers_are_made_anew(
        self, offer: Offer, catalogue: CatalogueService, shop: Shop, ana: Actor, facts: list[Event]
    ) -> None:
        product = await offer()
        before = await shop.store.revision("catalogue")
        async with shop.store.write() as tx:
            await catalogue.rename_seller(tx, ana.signed_in(), "Beatriz")
        assert (await catalogue.show(GUEST, product.id)).seller.name == "Beatriz"
        assert await shop.store.revision("catalogue") > before
        assert kinds(facts) == [ProductAdded, SellerChanged]

    async def test_what_somebody_who_left_had_offered_is_hidden(
        self, offer: Offer, catalogue: CatalogueService, shop: Shop, ana: Actor, facts: list[Event]
    ) -> None:
        product = await offer()
        before = await shop.store.revision("catalogue")
        async with shop.store.write() as tx:
            await catalogue.hide_all(tx, ana.signed_in())
        with pytest.raises(ProductMissing):
            await catalogue.show(GUEST, product.id)
        assert await shop.store.revision("catalogue") > before
        assert kinds(facts) == [ProductAdded, SellerChanged]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<script>alert(1)</script>Hola", "Hola"),
        ('<p onclick="x" style="y">Hola</p>', "<p>Hola</p>"),
        ('<a href="javascript:x">Hola</a>', '<a rel="noopener noreferrer">Hola</a>'),
        ("<img src=x onerror=y><svg/onload=z>", ""),
        ("3 < 4 & 5", "3 &lt; 4 &amp; 5"),
        ("3 &lt; 4 &amp; 5", "3 &lt; 4 &amp; 5"),
    ],
)
def test_a_description_keeps_only_harmless_html(given: str, kept: str) -> None:
    assert clean(given) == kept
