"""What happens seldom: more than one change takes, what somebody else was first with, what is not there any more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import msgspec
import pytest
from tests.browsing import browsing, enter, text
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.catalogue.errors import CategoryMissing, CategoryTaken, TooManyChosen
from zoco.features.catalogue.events import ProductsChanged
from zoco.features.catalogue.models import (
    Bulk,
    BulkAction,
    Bulked,
    Category,
    Product,
    ProductQuery,
    ProductStatus,
    Words,
)
from zoco.features.catalogue.repository import Categories
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn, WordsIn
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import Invalid
from zoco.kit.events import Event
from zoco.kit.ids import ProductId
from zoco.kit.permissions import SYSTEM, Actor, Role
from zoco.testing.people import account

TO_NINE = Bulk(BulkAction.PRICE, 900)


def seen(*products: Product) -> list[tuple[ProductId, int]]:
    return [(product.id, product.version) for product in products]


def changes(facts: list[Event]) -> list[list[str]]:
    """The products of every change for many."""
    return [list(fact.products) for fact in facts if isinstance(fact, ProductsChanged)]


class TestMoreThanOneChangeTakes:
    @pytest.fixture(autouse=True)
    def _two_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("zoco.features.catalogue.service.bulk.AT_ONCE", 2)

    async def test_a_whole_list_is_read_some_at_a_time(
        self, catalogue: CatalogueService, staff: Actor, offer: Offer
    ) -> None:
        made = [await offer(title=f"Taza {number}", status="hidden" if number else "active") for number in range(5)]
        parts = [part async for part in catalogue.everything(staff, ProductQuery(limit=1))]
        assert [len(part) for part in parts] == [2, 2, 1]
        assert sorted(one.id for part in parts for one in part) == sorted(one.id for one in made)

    async def test_none_is_planned_for_too_many(self, catalogue: CatalogueService, staff: Actor, offer: Offer) -> None:
        made = [await offer(title=f"Taza {number}") for number in range(3)]
        for chosen in ([one.id for one in made], ProductQuery(category="tazas")):
            with pytest.raises(TooManyChosen) as refused:
                await catalogue.plan(staff, chosen, TO_NINE)
            assert refused.value.params == {"most": 2}
        planned = await catalogue.plan(staff, [one.id for one in made[:2]], TO_NINE)
        assert [one.before for one in planned] == made[:2]

    async def test_none_is_done_for_too_many(
        self, catalogue: CatalogueService, staff: Actor, offer: Offer, facts: list[Event]
    ) -> None:
        made = [await offer(title=f"Taza {number}") for number in range(3)]
        with pytest.raises(TooManyChosen):
            await catalogue.change_many(staff, seen(*made), TO_NINE)
        assert [await catalogue.show(staff, one.id) for one in made] == made
        assert changes(facts) == []
        assert (await catalogue.change_many(staff, seen(*made[:2]), TO_NINE)).changed == 2


class TestManyOfWhichSomeAreLeftAlone:
    async def test_what_is_so_already_is_neither_changed_nor_told(
        self, catalogue: CatalogueService, staff: Actor, offer: Offer, facts: list[Event]
    ) -> None:
        cheap, dear = await offer(price=MoneyIn(900)), await offer()
        done = await catalogue.change_many(staff, seen(cheap, dear), TO_NINE)
        assert (done.changed, done.left) == (1, [])
        assert changes(facts) == [[dear.id]]
        assert await catalogue.show(staff, cheap.id) == cheap
        assert await catalogue.change_many(staff, seen(cheap), TO_NINE) == Bulked(0, [])

    @pytest.mark.parametrize(
        ("action", "status"), [(BulkAction.SHOW, ProductStatus.ACTIVE), (BulkAction.HIDE, ProductStatus.HIDDEN)]
    )
    async def test_they_are_all_shown_or_all_hidden(
        self, catalogue: CatalogueService, staff: Actor, offer: Offer, action: BulkAction, status: ProductStatus
    ) -> None:
        made = [await offer(), await offer(status="hidden")]
        assert (await catalogue.change_many(staff, seen(*made), Bulk(action))).changed == 1
        assert [(await catalogue.show(staff, one.id)).status for one in made] == [status] * 2

    async def test_undoing_leaves_alone_what_changed_since(
        self, catalogue: CatalogueService, staff: Actor, ana: Actor, offer: Offer, facts: list[Event]
    ) -> None:
        bowl, jug, mug = [await offer(title=title) for title in ("Cuenco", "Jarra", "Taza")]
        done = await catalogue.change_many(staff, seen(bowl, jug, mug), TO_NINE)
        await catalogue.change(ana, bowl.id, ChangeProduct(description="De Talavera."))
        await catalogue.remove(ana, jug.id)
        assert await catalogue.undo_many(staff, done.note) == Bulked(1, ["Cuenco"])
        assert changes(facts)[1:] == [[mug.id]]
        prices = [(await catalogue.show(staff, one.id)).price.amount for one in (bowl, mug)]
        assert prices == [900, 1250]

    async def test_undoing_tells_nobody_where_all_changed_since(
        self, catalogue: CatalogueService, staff: Actor, ana: Actor, offer: Offer, facts: list[Event]
    ) -> None:
        bowl = await offer(title="Cuenco")
        done = await catalogue.change_many(staff, seen(bowl), TO_NINE)
        now = await catalogue.change(ana, bowl.id, ChangeProduct(description="De Talavera."))
        assert await catalogue.undo_many(staff, done.note) == Bulked(0, ["Cuenco"])
        assert len(changes(facts)) == 1
        assert await catalogue.show(staff, bowl.id) == now


class TestOneProduct:
    async def test_a_full_shelf_is_enough_to_be_shown_with(self, catalogue: CatalogueService, offer: Offer) -> None:
        shelf = [await offer(title=f"Taza {number}") for number in range(4)]
        await offer(title="Jarra", category="Jarras")
        around = await catalogue.around(shelf[0], "es", most=2)
        assert len(around.related) == 2
        assert {one.id for one in around.related} < {one.id for one in shelf[1:]}

    async def test_of_what_is_hidden_only_the_first_picture_is_withheld(
        self, shop: Shop, catalogue: CatalogueService, offer: Offer
    ) -> None:
        hidden = (await offer(status="hidden")).id
        async with shop.store.read() as tx:
            assert await catalogue.withholds(tx, hidden)
            assert not await catalogue.withholds(tx, f"{hidden}/a-name-that-nobody-guesses")

    async def test_a_language_in_which_nothing_is_said_is_left_out(self, offer: Offer) -> None:
        said = {"es": {"title": " \t", "description": ""}, "en": {"title": " Blue  mug "}}
        assert (await offer(translations=said)).translations == {"en": Words("Blue mug")}

    async def test_words_in_further_languages_that_are_not_given_are_not_lost(
        self, catalogue: CatalogueService, ana: Actor, staff: Actor, offer: Offer
    ) -> None:
        product = await offer()
        said = {"en": WordsIn(title="Mug")}
        await catalogue.change(staff, product.id, ChangeProduct(price=MoneyIn(900), translations=said))
        with pytest.raises(Invalid) as refused:
            await catalogue.change(ana, product.id, ChangeProduct(price=MoneyIn(1)), seen=product.version)
        assert [error.field for error in refused.value.errors] == ["price"]
        changed = await catalogue.change(ana, product.id, ChangeProduct(title="Taza", stock=3), seen=product.version)
        assert (changed.stock, changed.price.amount) == (3, 900)
        assert changed.translations == {"en": Words("Mug")}


class TestShelves:
    async def test_one_is_not_put_on_itself(
        self, catalogue: CatalogueService, staff: Actor, offer: Offer, facts: list[Event]
    ) -> None:
        product = await offer()
        facts.clear()
        with pytest.raises(Invalid) as refused:
            await catalogue.merge_categories(staff, "tazas", "tazas")
        assert [(error.field, error.code) for error in refused.value.errors] == [("into", "same")]
        assert facts == []
        assert await catalogue.show(staff, product.id) == product

    @pytest.mark.parametrize("slug", ["nada", "jarras"])
    @pytest.mark.parametrize(
        "use",
        [
            lambda catalogue, slug: catalogue.rename_category(SYSTEM, slug, "Otra"),
            lambda catalogue, slug: catalogue.merge_categories(SYSTEM, slug, "tazas"),
            lambda catalogue, slug: catalogue.merge_categories(SYSTEM, "tazas", slug),
            lambda catalogue, slug: catalogue.remove_category(SYSTEM, slug),
            lambda catalogue, slug: catalogue.restore_category(SYSTEM, slug),
            lambda catalogue, slug: catalogue.place_category(SYSTEM, slug, 1),
        ],
        ids=["rename", "merge", "merge into", "remove", "restore", "place"],
    )
    async def test_nothing_is_done_to_one_that_never_was_or_moved(
        self,
        catalogue: CatalogueService,
        offer: Offer,
        use: Callable[[CatalogueService, str], Awaitable[object]],
        slug: str,
    ) -> None:
        await offer()
        await catalogue.add_category(SYSTEM, "Jarras")
        await catalogue.merge_categories(SYSTEM, "jarras", "tazas")
        before = await catalogue.shelves(SYSTEM)
        with pytest.raises(CategoryMissing):
            await use(catalogue, slug)
        assert await catalogue.shelves(SYSTEM) == before
        assert (await catalogue.category("jarras")).slug == "tazas"

    async def test_a_name_in_another_language_that_is_blank_is_taken_away(
        self, catalogue: CatalogueService, staff: Actor, offer: Offer
    ) -> None:
        await offer()
        await catalogue.rename_category(staff, "tazas", "Tazas", {"en": "Mugs"})
        renamed = await catalogue.rename_category(staff, "tazas", "Tazas", {"en": " \t"})
        assert renamed.translations == {}
        assert (await catalogue.category("tazas")).translations == {}

    async def test_places_are_taken_away_from_those_that_have_one(
        self, catalogue: CatalogueService, staff: Actor, offer: Offer
    ) -> None:
        for name in "ABC":
            await offer(category=name)
        await catalogue.place_category(staff, "c", 1)
        placed = [(one.category.slug, one.category.position) for one in await catalogue.shelves(staff)]
        assert placed == [("c", 1), ("a", 2), ("b", 3)]
        await catalogue.order_by_name(staff)
        placed = [(one.category.slug, one.category.position) for one in await catalogue.shelves(staff)]
        assert placed == [("a", 0), ("b", 0), ("c", 0)]

    async def test_whoever_adds_the_same_name_a_moment_later_is_refused(
        self, shop: Shop, catalogue: CatalogueService, staff: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = await catalogue.add_category(staff, "Jarras")
        async with shop.store.read() as tx:
            kind = type(tx[Categories])
        hold, asked = kind.hold, list[str]()

        async def not_yet(categories: Categories, slug: str) -> Category | None:
            """Nothing the first time, as where another's transaction has not ended."""
            asked.append(slug)
            return await hold(categories, slug) if len(asked) > 1 else None

        monkeypatch.setattr(kind, "hold", not_yet)
        with pytest.raises(CategoryTaken):
            await catalogue.add_category(staff, "JARRAS")
        assert asked == ["jarras"] * 3  # missed, then found to be another's, then once more from the start
        assert [msgspec.structs.replace(one.category, count=0) for one in await catalogue.shelves(staff)] == [first]


async def test_what_no_preview_has_written_changes_nothing(
    client: httpx.AsyncClient, shop: Shop, product: Product
) -> None:
    await enter(browsing(client, "en"), await account(shop, Role.STAFF))
    for chosen in (f"{product.id}:{'9' * 5000}", f"{product.id}:٣", f"{product.id}:", ":1", "x"):
        done = await client.post("/panel/productos/cambiar/hacer", data={"action": "hide", "chosen": chosen})
        assert done.status_code == 303, chosen
        assert "Products changed: 0." in text(await client.get("/panel/productos")), chosen
