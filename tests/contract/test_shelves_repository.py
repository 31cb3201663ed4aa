"""What every engine owes the port Categories where staff put the shelves in order, and the port BulkNotes."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from tests.samples import a_product

from zoco.features.catalogue.models import BulkNote, Category, Former, ProductQuery, ProductStatus
from zoco.features.catalogue.repository import BulkNotes, Categories, Products
from zoco.kit.ids import CategoryId, ProductId, UserId, ordered_id
from zoco.kit.store import Store
from zoco.testing.clock import FrozenClock


def shelf(slug: str, name: str = "", position: int = 0) -> Category:
    return Category(CategoryId(ordered_id()), slug, name or slug.title(), position=position)


async def kept(store: Store, *shelves: Category) -> None:
    async with store.write() as tx:
        for one in shelves:
            await tx[Categories].add(one)


async def test_staff_see_every_shelf_with_what_is_on_it(store: Store) -> None:
    await kept(store, shelf("tazas"), shelf("platos"), shelf("vacia"))
    async with store.write() as tx:
        for product in (
            a_product(category="tazas"),
            a_product(category="tazas", stock=0),
            a_product(category="tazas", status=ProductStatus.HIDDEN),
            a_product(category="platos", status=ProductStatus.REMOVED),
        ):
            await tx[Products].add(product)
    async with store.read() as tx:
        shelves = await tx[Categories].shelves()
    assert [(one.category.slug, one.category.count, one.products) for one in shelves] == [
        ("platos", 0, 0),
        ("tazas", 1, 3),
        ("vacia", 0, 0),
    ]


async def test_those_with_a_place_come_first(store: Store) -> None:
    await kept(store, shelf("a"), shelf("b", position=2), shelf("c", position=1), shelf("d"))
    async with store.write() as tx:
        for slug in "abcd":
            await tx[Products].add(a_product(category=slug))
        assert [one.slug for one in await tx[Categories].all()] == ["c", "b", "a", "d"]
        assert [one.category.slug for one in await tx[Categories].shelves()] == ["c", "b", "a", "d"]


async def test_a_shelf_is_stored_with_all_that_staff_say_of_it(store: Store) -> None:
    tazas = shelf("tazas")
    await kept(store, tazas)
    changed = msgspec.structs.replace(tazas, name="Tazas y vasos", position=3, removed=True)
    async with store.write() as tx:
        await tx[Categories].save(changed)
    async with store.read() as tx:
        assert await tx[Categories].get("tazas") == changed


async def test_slugs_that_lead_to_a_shelf_follow_it(store: Store) -> None:
    await kept(store, shelf("a"), shelf("b"), shelf("c"))
    async with store.write() as tx:
        await tx[Categories].lead("a", "b")
        await tx[Categories].lead("b", "c")
    async with store.read() as tx:
        found = {slug: await tx[Categories].get(slug) for slug in "abc"}
        assert {slug: one.moved_to for slug, one in found.items() if one} == {"a": "c", "b": "c", "c": None}
        assert [one.category.slug for one in await tx[Categories].shelves()] == ["c"]


async def test_terms_of_a_search_name_shelves_that_did_not_move(store: Store) -> None:
    told = msgspec.structs.replace(shelf("ninos", "Niños y más"), translations={"en": "Kids", "ca": "Nens i més"})
    await kept(store, told, shelf("kits", "Kits"), msgspec.structs.replace(shelf("b", "Kilos"), moved_to="kits"))
    async with store.read() as tx:
        assert await tx[Categories].named(["niños", "mas*", "ki", "kids", "ki*", "nens*", "nothing*"]) == {
            "niños": ["ninos"],
            "mas*": ["ninos"],
            "kids": ["ninos"],
            "ki*": ["ninos"],
            "nens*": ["ninos"],
        }
        assert (
            await tx[Categories].named(["kits", "kits*", "ninos"]) == {}
        )  # their products have these words themselves


async def test_all_products_of_a_shelf_move_together(store: Store, clock: FrozenClock) -> None:
    await kept(store, shelf("tazas"), shelf("vasos"))
    there, gone = a_product(category="tazas", title="Cuenco"), a_product(category="tazas", status=ProductStatus.REMOVED)
    other = a_product(category="vasos")
    async with store.write() as tx:
        for product in (there, gone, other):
            await tx[Products].add(product)
    now = clock.move(hours=1)
    async with store.write() as tx:
        assert await tx[Products].change_category("tazas", "vasos", now) == 2
    async with store.read() as tx:
        moved = await tx[Products].get(there.id)
        assert moved
        assert (moved.category, moved.version, moved.updated_at) == ("vasos", there.version + 1, now)
        assert await tx[Products].get(other.id) == other
        for words in ("cuenco vasos", "cuenco tazas"):
            assert [one.id for one in (await tx[Products].page(ProductQuery(q=words))).items] == [there.id]


async def test_staff_lists_choose_by_status_and_stock(store: Store) -> None:
    await kept(store, shelf("tazas"))
    many, few = a_product(category="tazas", stock=50), a_product(category="tazas", stock=5)
    none = a_product(category="tazas", stock=0)
    hidden = a_product(category="tazas", stock=3, status=ProductStatus.HIDDEN)
    async with store.write() as tx:
        for product in (many, few, none, hidden):
            await tx[Products].add(product)

    async def found(query: ProductQuery) -> set[ProductId]:
        async with store.read() as tx:
            return {one.id for one in (await tx[Products].page(query)).items}

    assert await found(ProductQuery(hidden=True)) == {many.id, few.id, none.id, hidden.id}
    assert await found(ProductQuery(hidden=True, most_stock=5)) == {few.id, none.id, hidden.id}
    assert await found(ProductQuery(hidden=True, most_stock=0)) == {none.id}
    assert await found(ProductQuery(hidden=True, status=ProductStatus.HIDDEN)) == {hidden.id}
    assert await found(ProductQuery(hidden=True, status=ProductStatus.ACTIVE, most_stock=5)) == {few.id, none.id}


def a_note(clock: FrozenClock) -> BulkNote:
    rows = [
        Former(product=ProductId(ordered_id()), version=3, price=1250, pieces=-4),
        Former(product=ProductId(ordered_id()), version=1, category="tazas", status=ProductStatus.HIDDEN),
    ]
    return BulkNote(id=ordered_id(), user=UserId(ordered_id()), made_at=clock.now(), rows=rows)


async def test_a_note_is_taken_once(store: Store, clock: FrozenClock) -> None:
    note = a_note(clock)
    async with store.write() as tx:
        await tx[BulkNotes].add(note)
    async with store.write() as tx:
        assert await tx[BulkNotes].take(note.id) == note
        assert await tx[BulkNotes].take(note.id) is None


async def test_old_notes_are_forgotten(store: Store, clock: FrozenClock) -> None:
    old = a_note(clock)
    clock.move(days=2)
    new = a_note(clock)
    async with store.write() as tx:
        for note in (old, new):
            await tx[BulkNotes].add(note)
        await tx[BulkNotes].forget(clock.now() - timedelta(days=1))
    async with store.write() as tx:
        assert await tx[BulkNotes].take(old.id) is None
        assert [record for _, record in await tx[BulkNotes].records(None, 10)] == [new]
        await tx[BulkNotes].restore(old)
        assert await tx[BulkNotes].take(old.id) == old
