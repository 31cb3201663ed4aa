"""What every engine owes the port Products."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.samples import ANA, NOW, a_product, usd

from zoco.features.catalogue.models import (
    Category,
    Photo,
    Product,
    ProductQuery,
    ProductStatus,
    Seller,
    Sort,
    Words,
)
from zoco.features.catalogue.repository import Categories, Products
from zoco.kit.errors import Invalid, StaleWrite
from zoco.kit.ids import CategoryId, ProductId, UserId, ordered_id
from zoco.kit.store import Store

TWO = (Photo("ab" * 16, 1600, 900, "De lado, 🐦"), Photo("cd" * 16, 30, 20))
Offer = Callable[..., Awaitable[list[Product]]]


@pytest.fixture
def offer(store: Store) -> Offer:
    """Store products, their categories with them, in one transaction."""

    async def offer(*products: Product) -> list[Product]:
        async with store.write() as tx:
            for product in products:
                await tx[Categories].add(Category(CategoryId(ordered_id()), product.category, product.category))
                assert await tx[Products].add(product)
        return list(products)

    return offer


async def get(store: Store, product: Product) -> Product | None:
    async with store.read() as tx:
        return await tx[Products].get(product.id)


async def titles(store: Store, **query: Any) -> list[str]:
    async with store.read() as tx:
        page = await tx[Products].page(ProductQuery(**query))
    return [product.title for product in page.items]


async def walk(store: Store, between: Callable[[], Awaitable[Any]] | None = None, **query: Any) -> list[str]:
    """The titles of all pages, with something happening after each."""
    found, after = list[str](), None
    while True:
        async with store.read() as tx:
            page = await tx[Products].page(ProductQuery(**query, after=after))
        found += [product.title for product in page.items]
        if (after := page.next) is None:
            return found
        if between:
            await between()


async def test_a_product_comes_back_as_it_was_stored(store: Store, offer: Offer) -> None:
    (product,) = await offer(
        a_product(
            title="Ñandú “azul” 🐦",
            description="<p>Ä</p>",
            price=usd(10**15),
            pictures=TWO,
            translations={"en": Words("Rhea", "<p>A</p>"), "ca": Words("", "Ñ")},
            stock=10**9,
        )
    )
    async with store.read() as tx:
        assert await tx[Products].get(product.id) == product
        assert await tx[Products].of_slug(product.slug) == product
        assert await tx[Products].many([product.id]) == {product.id: product}
        assert await tx[Products].of_slugs([product.slug, "nothing"]) == {product.slug: product}


async def test_what_was_never_stored_is_not_found(store: Store) -> None:
    async with store.read() as tx:
        assert await tx[Products].get(ProductId("nothing")) is None
        assert await tx[Products].of_slug("nothing") is None
        assert await tx[Products].many([]) == {}
        assert await tx[Products].many([ProductId("nothing")]) == {}
        assert await tx[Products].stock_account() == {}


async def test_times_are_kept_to_the_millisecond(store: Store, offer: Offer) -> None:
    moment = NOW.replace(microsecond=1_000)
    (product,) = await offer(a_product(created_at=moment, updated_at=moment + timedelta(milliseconds=1)))
    found = await get(store, product)
    assert found
    assert (found.created_at, found.updated_at) == (moment, moment + timedelta(milliseconds=1))
    assert found.created_at.utcoffset() == timedelta(0)


async def test_a_slug_that_is_taken_stores_nothing(store: Store, offer: Offer) -> None:
    (first,) = await offer(a_product(slug="taza"))
    second = a_product(slug="taza")
    async with store.write() as tx:
        assert not await tx[Products].add(second)
    assert await get(store, second) is None
    assert await get(store, first) == first


async def test_the_slug_of_a_removed_product_is_free_again(store: Store, offer: Offer) -> None:
    await offer(a_product(slug="taza", status=ProductStatus.REMOVED), a_product(slug="taza", title="Nueva"))
    async with store.read() as tx:
        found = await tx[Products].of_slug("taza")
    assert found
    assert found.title == "Nueva"


async def test_a_removed_product_is_found_by_nothing_but_the_stock_account(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product(title="Taza", status=ProductStatus.REMOVED))
    async with store.read() as tx:
        assert await tx[Products].get(product.id) is None
        assert await tx[Products].of_slug(product.slug) is None
        assert await tx[Products].many([product.id]) == {}
        assert await tx[Products].of_slugs([product.slug]) == {}
        assert (await tx[Products].page(ProductQuery(hidden=True))).items == []
        assert (await tx[Products].page(ProductQuery(q="taza", hidden=True))).items == []
        assert await tx[Products].stock_account() == {product.id: (10, 10)}


async def test_saving_keeps_the_stock_and_answers_the_next_version(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product(stock=10))
    changed = msgspec.structs.replace(product, title="Otra", price=usd(1), stock=3, seller=Seller(ANA.id, "Ana B"))
    async with store.write() as tx:
        saved = await tx[Products].save(changed)
    assert saved == msgspec.structs.replace(changed, version=2)
    assert await get(store, product) == msgspec.structs.replace(saved, stock=10)


async def test_saving_an_older_version_is_stale_and_changes_nothing(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product())
    async with store.write() as tx:
        saved = await tx[Products].save(msgspec.structs.replace(product, title="Primera"))
    with pytest.raises(StaleWrite):
        async with store.write() as tx:
            await tx[Products].save(msgspec.structs.replace(product, title="Segunda"))
    assert await get(store, product) == saved


async def test_saving_what_is_not_there_is_stale(store: Store) -> None:
    with pytest.raises(StaleWrite):
        async with store.write() as tx:
            await tx[Products].save(a_product())


async def test_pieces_are_taken_down_to_the_last_and_no_further(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product(stock=3))
    async with store.write() as tx:
        assert await tx[Products].take(product.id, 2)
        assert not await tx[Products].take(product.id, 2)
        assert await tx[Products].take(product.id, 1)
        assert not await tx[Products].take(product.id, 1)
        assert not await tx[Products].take(ProductId("nothing"), 1)
    async with store.read() as tx:
        assert await tx[Products].stock_account() == {product.id: (3, 0)}


@pytest.mark.parametrize("status", [ProductStatus.HIDDEN, ProductStatus.REMOVED])
async def test_nothing_is_taken_of_what_is_not_offered(store: Store, offer: Offer, status: ProductStatus) -> None:
    (product,) = await offer(a_product(status=status))
    async with store.write() as tx:
        assert not await tx[Products].take(product.id, 1)
    async with store.read() as tx:
        assert await tx[Products].stock_account() == {product.id: (10, 10)}


async def test_pieces_come_back_to_a_removed_product_too(store: Store, offer: Offer) -> None:
    here, gone = await offer(a_product(), a_product(status=ProductStatus.REMOVED))
    async with store.write() as tx:
        for product in (here, gone):
            await tx[Products].put_back(product.id, 5)
    async with store.read() as tx:
        assert await tx[Products].stock_account() == {here.id: (10, 15), gone.id: (10, 15)}


async def test_a_stock_that_is_set_is_accounted_as_received(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product(stock=10))
    async with store.write() as tx:
        await tx[Products].take(product.id, 4)
        await tx[Products].set_stock(product.id, 1)
        assert await tx[Products].stock_account() == {product.id: (5, 1)}
        await tx[Products].set_stock(product.id, 9)
        assert await tx[Products].stock_account() == {product.id: (13, 9)}


async def test_taking_and_setting_stock_is_no_new_version(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product())
    async with store.write() as tx:
        await tx[Products].take(product.id, 1)
        await tx[Products].set_stock(product.id, 20)
    found = await get(store, product)
    assert found
    assert found.version == product.version


async def test_a_transaction_that_fails_leaves_neither_product_nor_stock_nor_words(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product(title="Taza"))
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            await tx[Products].add(a_product(title="Jarra"))
            await tx[Products].take(product.id, 1)
            await tx[Products].save(msgspec.structs.replace(product, title="Plato"))
            raise RuntimeError
    assert await get(store, product) == product
    assert [await titles(store, q=q) for q in ("taza", "jarra", "plato")] == [["Taza"], [], []]


async def test_a_seller_is_renamed_on_all_their_products_only(store: Store, offer: Offer) -> None:
    luis = Seller(UserId("luis"), "Luis")
    of_ana, of_luis = await offer(a_product(seller=ANA), a_product(seller=luis))
    async with store.write() as tx:
        await tx[Products].rename_seller(ANA.id, "Ana Nueva")
    renamed, other = await get(store, of_ana), await get(store, of_luis)
    assert renamed
    assert other
    assert (renamed.seller.name, other.seller.name) == ("Ana Nueva", "Luis")
    assert (renamed.version, other.version) == (2, 1)


async def test_who_keeps_their_name_changes_no_product(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product(seller=ANA))
    async with store.write() as tx:
        await tx[Products].rename_seller(ANA.id, ANA.name)
    assert await get(store, product) == product


async def test_a_change_from_before_a_renaming_or_hiding_is_refused(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product(seller=ANA))
    async with store.write() as tx:
        await tx[Products].rename_seller(ANA.id, "Ana Nueva")
    renamed = await get(store, product)
    assert renamed
    async with store.write() as tx:
        await tx[Products].hide_all(ANA.id)
    for older in (product, renamed):
        with pytest.raises(StaleWrite):
            async with store.write() as tx:
                await tx[Products].save(older)


async def test_a_renamed_seller_is_found_by_the_new_name(store: Store, offer: Offer) -> None:
    await offer(a_product(title="Taza", seller=ANA))
    async with store.write() as tx:
        await tx[Products].rename_seller(ANA.id, "Beatriz")
    assert await titles(store, q="beatriz") == ["Taza"]
    assert await titles(store, q="ana") == []


async def test_all_that_a_seller_offers_is_hidden_and_nothing_else(store: Store, offer: Offer) -> None:
    removed = ProductStatus.REMOVED
    await offer(
        a_product(title="Suya"),
        a_product(title="Quitada", status=removed),
        a_product(title="Ajena", seller=Seller(UserId("luis"), "Luis")),
    )
    async with store.write() as tx:
        await tx[Products].hide_all(ANA.id)
    assert await titles(store, in_stock=False) == ["Ajena"]
    assert set(await titles(store, hidden=True)) == {"Suya", "Ajena"}


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


ORDERS = {
    Sort.NEWEST: ["c", "b", "a", "é", "D"],
    Sort.PRICE: ["D", "a", "b", "c", "é"],
    Sort.PRICE_DOWN: ["é", "c", "b", "a", "D"],
    Sort.TITLE: ["a", "b", "c", "D", "é"],
}


async def offer_five(offer: Offer) -> None:
    """Three of the same time and price, told apart by their ids."""
    await offer(
        a_product(title="é", price=usd(300), created_at=at(1)),
        a_product(title="D", price=usd(100), created_at=at(0)),
        a_product(title="a", price=usd(200), created_at=at(2)),
        a_product(title="b", price=usd(200), created_at=at(2)),
        a_product(title="c", price=usd(200), created_at=at(2)),
    )


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("limit", [1, 2, 5, 100])
async def test_every_order_is_the_same_in_pages_of_any_size(store: Store, offer: Offer, sort: Sort, limit: int) -> None:
    await offer_five(offer)
    assert await walk(store, sort=sort, limit=limit) == ORDERS[sort]


async def test_equal_titles_stand_in_the_order_of_their_ids_whatever_case_and_accent(
    store: Store, offer: Offer
) -> None:
    await offer(a_product(title="ÁRBOL"), a_product(title="arbol"), a_product(title="Árbol"))
    assert await walk(store, sort=Sort.TITLE, limit=1) == ["ÁRBOL", "arbol", "Árbol"]


async def test_titles_stand_as_in_a_spanish_dictionary(store: Store, offer: Offer) -> None:
    await offer(*(a_product(title=title) for title in ("Oca", "Nube", "Ñu", "nácar", "ñandú", "Zorro", "Ámbar")))
    assert await walk(store, sort=Sort.TITLE, limit=2) == ["Ámbar", "nácar", "Nube", "ñandú", "Ñu", "Oca", "Zorro"]


async def test_the_last_full_page_is_known_to_be_the_last(store: Store, offer: Offer) -> None:
    await offer(a_product(), a_product())
    async with store.read() as tx:
        assert (await tx[Products].page(ProductQuery(limit=2))).next is None
        assert (await tx[Products].page(ProductQuery(limit=1))).next is not None


@pytest.mark.parametrize("sort", Sort)
async def test_products_added_while_somebody_turns_pages_hide_none_and_repeat_none(
    store: Store, offer: Offer, sort: Sort
) -> None:
    await offer_five(offer)
    newer = iter(range(3, 100))

    async def between() -> None:
        await offer(a_product(title="A nuevo", price=usd(1), created_at=at(next(newer))))

    found = await walk(store, between, sort=sort, limit=2)
    assert [title for title in found if title != "A nuevo"] == ORDERS[sort]


@pytest.mark.parametrize("sort", Sort)
async def test_a_page_after_long_titles_and_large_prices_can_be_asked_for(
    store: Store, offer: Offer, sort: Sort
) -> None:
    wide = "ﷺ" * 200
    await offer(*(a_product(title=wide, price=usd(10**15)) for _ in range(3)))
    async with store.read() as tx:
        page = await tx[Products].page(ProductQuery(sort=sort, limit=1))
    assert page.next
    assert len(page.next) <= 500
    assert len(await walk(store, sort=sort, limit=1)) == 3


MADE_UP = (
    "x",
    "ñ",
    "bnVsbA",  # null
    "WzFd",  # [1]
    "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAsICJ4Il0",  # a number of 29 digits
    "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIngiXQ",  # a moment before the year 1
    "WyJcdWQ4MDAiLCAiXHVkODAwIl0",  # half a surrogate pair
)


@pytest.mark.parametrize("sort", Sort)
async def test_a_cursor_that_was_made_up_is_refused_or_leads_nowhere(store: Store, sort: Sort) -> None:
    for cursor in MADE_UP:
        async with store.read() as tx:
            with contextlib.suppress(Invalid):
                assert (await tx[Products].page(ProductQuery(sort=sort, after=cursor))).items == []
