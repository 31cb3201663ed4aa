"""What every engine owes the port Categories."""

from __future__ import annotations

import msgspec
from tests.samples import a_product

from zoco.features.catalogue.models import Category, ProductStatus
from zoco.features.catalogue.repository import Categories, Products
from zoco.kit.ids import CategoryId, ordered_id
from zoco.kit.store import Store


def shelf(slug: str, name: str) -> Category:
    return Category(CategoryId(ordered_id()), slug, name)


async def test_a_category_is_found_by_its_slug(store: Store) -> None:
    tazas = shelf("tazas", "Tazas y Ñoños")
    async with store.write() as tx:
        await tx[Categories].add(tazas)
    async with store.read() as tx:
        assert await tx[Categories].get("tazas") == tazas
        assert await tx[Categories].get("Tazas") is None
        assert await tx[Categories].get("") is None


async def test_the_first_of_two_with_one_slug_stays(store: Store) -> None:
    first = shelf("tazas", "Tazas")
    async with store.write() as tx:
        await tx[Categories].add(first)
        await tx[Categories].add(shelf("tazas", "TAZAS"))
        assert await tx[Categories].get("tazas") == first


async def test_a_shop_without_products_shows_no_category(store: Store) -> None:
    async with store.write() as tx:
        await tx[Categories].add(shelf("tazas", "Tazas"))
        assert await tx[Categories].all() == []


async def test_categories_stand_by_name_with_the_count_of_what_is_offered_in_stock(store: Store) -> None:
    async with store.write() as tx:
        for slug, name in (("a", "Zapatos"), ("b", "Abrigos"), ("c", "Vacía"), ("d", "Agotada"), ("e", "Abrigos")):
            await tx[Categories].add(shelf(slug, name))
        for product in (
            a_product(category="a"),
            a_product(category="a"),
            a_product(category="a", status=ProductStatus.HIDDEN),
            a_product(category="a", status=ProductStatus.REMOVED),
            a_product(category="a", stock=0),
            a_product(category="b"),
            a_product(category="d", stock=0),
            a_product(category="e"),
        ):
            await tx[Products].add(product)
    async with store.read() as tx:
        shown = await tx[Categories].all()
    assert [(one.slug, one.name, one.count) for one in shown] == [
        ("b", "Abrigos", 1),
        ("e", "Abrigos", 1),
        ("a", "Zapatos", 2),
    ]


async def test_names_stand_in_their_order_whatever_case_and_accent(store: Store) -> None:
    async with store.write() as tx:
        for slug, name in (
            ("1", "zapatos"),
            ("2", "Óptica"),
            ("3", "libros"),
            ("4", "Arte"),
            ("5", "Ópalos"),
            ("6", "Ñame"),
        ):
            await tx[Categories].add(shelf(slug, name))
            await tx[Products].add(a_product(category=slug))
        assert [one.name for one in await tx[Categories].all()] == [
            "Arte",
            "libros",
            "Ñame",
            "Ópalos",
            "Óptica",
            "zapatos",
        ]


async def test_names_in_further_languages_are_kept_and_taken_away_again(store: Store) -> None:
    told = msgspec.structs.replace(shelf("tazas", "Tazas"), translations={"en": "Mugs", "ca": "«Ñ»"})
    bare = shelf("vasos", "Vasos")
    async with store.write() as tx:
        for one in (told, bare):
            await tx[Categories].add(one)
            await tx[Products].add(a_product(category=one.slug))
    async with store.read() as tx:
        assert await tx[Categories].get("tazas") == told
        assert [one.translations for one in await tx[Categories].all()] == [told.translations, {}]
        assert [one.category.translations for one in await tx[Categories].shelves()] == [told.translations, {}]
        records = [record for _, record in await tx[Categories].records(None, 10)]
    assert records == [told, bare]
    swapped = [msgspec.structs.replace(told, translations={}), msgspec.structs.replace(bare, translations={"en": "G"})]
    async with store.write() as tx:
        for one in swapped:
            await tx[Categories].save(one)
    async with store.write() as tx:
        assert [await tx[Categories].hold(one.slug) for one in swapped] == swapped
