"""What every engine owes those who look for products: filters, and search by words, the names of shelves among them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.samples import ANA, a_product, usd

from zoco.features.catalogue.models import Category, Product, ProductQuery, ProductStatus, Seller, Sort
from zoco.features.catalogue.repository import Categories, Products
from zoco.kit.ids import CategoryId, UserId, ordered_id
from zoco.kit.store import Store
from zoco.testing.clock import FrozenClock

LUIS = Seller(UserId("luis"), "Luis Núñez")
SHOP = [
    a_product(title="Taza de barro", category="tazas", price=usd(1000), description="Hecha a mano en Úbeda"),
    a_product(title="Jarra de BARRO", category="jarras", price=usd(2000), seller=LUIS, description="Con asa"),
    a_product(title="Año Nuevo", category="tarjetas", price=usd(3000), description="Una tarjeta"),
    a_product(title="Ano", category="libros", price=usd(3000), description="De anatomía"),
    a_product(title="Agotada", category="tazas", price=usd(1500), stock=0),
    a_product(title="Oculta", category="tazas", price=usd(1500), status=ProductStatus.HIDDEN),
    a_product(title="C++ para 2030", category="libros", price=usd(5000), description='Dice: "hola" OR NOT* {x}'),
]


@pytest.fixture
async def filled(store: Store) -> Store:
    async with store.write() as tx:
        for product in SHOP:
            await tx[Categories].add(Category(CategoryId(ordered_id()), product.category, product.category))
            await tx[Products].add(product)
    return store


async def found(store: Store, **query: Any) -> list[str]:
    async with store.read() as tx:
        page = await tx[Products].page(ProductQuery(**query))
    return sorted(product.title for product in page.items)


@pytest.mark.parametrize("stock", [0, 1])
async def test_what_is_sold_out_leaves_the_lists_until_there_is_some_again(store: Store, stock: int) -> None:
    async with store.write() as tx:
        await tx[Categories].add(Category(CategoryId(ordered_id()), "tazas", "Tazas"))
        await tx[Products].add(product := a_product(title="Taza", category="tazas", stock=stock))
    for pieces in (0, 2):
        async with store.write() as tx:
            await tx[Products].set_stock(product.id, pieces)
        assert (await found(store), await counted(store)) == ((["Taza"], 1) if pieces else ([], 0))
    for _ in range(2):
        async with store.write() as tx:
            assert await tx[Products].take(product.id, 1)
            assert await tx[Products].take(product.id, 1)
        assert (await found(store), await counted(store)) == ([], 0)
        async with store.write() as tx:
            await tx[Products].put_back(product.id, 2)
        assert (await found(store), await counted(store)) == (["Taza"], 1)


async def counted(store: Store) -> int:
    """How many products the shelves of the shop say that there are."""
    async with store.read() as tx:
        shelves = await tx[Categories].all()
    return sum(shelf.count for shelf in shelves)


OFFERED = ["Ano", "Año Nuevo", "C++ para 2030", "Jarra de BARRO", "Taza de barro"]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, OFFERED),
        ({"in_stock": False}, sorted([*OFFERED, "Agotada"])),
        ({"hidden": True}, sorted([*OFFERED, "Agotada", "Oculta"])),
        ({"category": "tazas"}, ["Taza de barro"]),
        ({"category": "TAZAS"}, []),
        ({"category": "nada"}, []),
        ({"seller": LUIS.id}, ["Jarra de BARRO"]),
        ({"min_price": 3000}, ["Ano", "Año Nuevo", "C++ para 2030"]),
        ({"max_price": 1000}, ["Taza de barro"]),
        ({"min_price": 1001, "max_price": 2999}, ["Jarra de BARRO"]),
        ({"min_price": 2000, "max_price": 1000}, []),
        ({"q": "barro", "category": "tazas", "seller": ANA.id, "min_price": 1, "max_price": 9999}, ["Taza de barro"]),
    ],
    ids=str,
)
async def test_filters_hold_all_together_and_include_both_ends(
    filled: Store, query: dict[str, Any], wanted: list[str]
) -> None:
    assert await found(filled, **query) == wanted


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("barro", ["Jarra de BARRO", "Taza de barro"]),
        ("BÁRRO", ["Jarra de BARRO", "Taza de barro"]),
        ("barro taza", ["Taza de barro"]),
        ("barro ja", ["Jarra de BARRO"]),
        ("ja barro", []),
        ("arro", []),
        ("ubeda", ["Taza de barro"]),
        ("nuñez", ["Jarra de BARRO"]),
        ("nunez", []),
        ("año", ["Año Nuevo"]),
        ("AÑO", ["Año Nuevo"]),
        ("an\u0303o", ["Año Nuevo"]),
        ("ano", ["Ano"]),
        ("jarras", ["Jarra de BARRO"]),
        ("2030", ["C++ para 2030"]),
        ("c++ para", ["C++ para 2030"]),
        ('"hola" OR', ["C++ para 2030"]),
        ("not*", ["C++ para 2030"]),
        ("words:barro", []),
        ("agotada", []),
        ("oculta", []),
    ],
)
async def test_every_word_is_looked_for_the_last_one_as_a_beginning(filled: Store, q: str, wanted: list[str]) -> None:
    assert await found(filled, q=q) == wanted


@pytest.mark.parametrize("q", ["", "   ", "+", '"', "*", "_", "__ _", "\0", "''; --", "(", "^", "NEAR(", "🐦"])
async def test_a_search_without_a_word_finds_nothing_and_breaks_nothing(filled: Store, q: str) -> None:
    assert await found(filled, q=q) == []


async def test_a_search_can_be_turned_page_by_page(filled: Store) -> None:
    async with filled.read() as tx:
        first = await tx[Products].page(ProductQuery(q="barro", limit=1))
        second = await tx[Products].page(ProductQuery(q="barro", limit=1, after=first.next))
    assert [p.title for p in (*first.items, *second.items)] == ["Jarra de BARRO", "Taza de barro"]
    assert second.next is None


async def test_a_changed_product_is_found_by_its_new_words_only(filled: Store) -> None:
    taza: Product = SHOP[0]
    async with filled.write() as tx:
        await tx[Products].save(a_product(id=taza.id, slug=taza.slug, title="Cuenco", category="tazas"))
    assert await found(filled, q="cuenco") == ["Cuenco"]
    assert await found(filled, q="ubeda") == []


CESTAS = Category(
    CategoryId(ordered_id()), "cestas", "Cestería", translations={"en": "Baskets & Böxes", "ca": "Cistells"}
)
NINOS = Category(CategoryId(ordered_id()), "ninos", "Niños", translations={"en": "Kids' baskets"})
MIMBRE, PALMA = (
    a_product(title="Mimbre azul", category="cestas"),
    a_product(title="Palma", category="cestas", seller=LUIS),
)
PELOTA = a_product(title="Pelota azul", category="ninos")


@pytest.fixture
async def told(store: Store) -> Store:
    """Two shelves that are called otherwise in further languages, in the first one otherwise than their slugs too."""
    async with store.write() as tx:
        for shelf in (CESTAS, NINOS, Category(CategoryId(ordered_id()), "libros", "Libros")):
            await tx[Categories].add(shelf)
        book = a_product(title="Baskets of the world", category="libros", description="Azul por fuera")
        for product in (MIMBRE, PALMA, PELOTA, book):
            await tx[Products].add(product)
    return store


@pytest.mark.parametrize(
    ("q", "wanted"),
    [
        ("baskets", ["Baskets of the world", "Mimbre azul", "Palma", "Pelota azul"]),
        ("BASK", ["Baskets of the world", "Mimbre azul", "Palma", "Pelota azul"]),
        ("boxes", ["Mimbre azul", "Palma"]),
        ("cistells", ["Mimbre azul", "Palma"]),
        ("cesteria", ["Mimbre azul", "Palma"]),
        ("cestas", ["Mimbre azul", "Palma"]),
        ("niños", ["Pelota azul"]),
        ("ninos", ["Pelota azul"]),
        ("baskets azul", ["Baskets of the world", "Mimbre azul", "Pelota azul"]),
        ("azul baskets", ["Baskets of the world", "Mimbre azul", "Pelota azul"]),
        ("bask azul", []),
        ("luis baskets", ["Palma"]),
        ("kids cestas", []),
        ("kids baskets azul", ["Pelota azul"]),
        ("baskets baskets boxes bo", ["Mimbre azul", "Palma"]),
        ("baskets world", ["Baskets of the world"]),
        ("askets", []),
    ],
)
async def test_a_shelfs_names_in_every_language_are_words_of_what_is_on_it(
    told: Store, q: str, wanted: list[str]
) -> None:
    assert await found(told, q=q) == wanted


async def test_names_of_shelves_count_with_every_filter_and_order_and_page_by_page(told: Store) -> None:
    assert await found(told, q="baskets", category="cestas") == ["Mimbre azul", "Palma"]
    assert await found(told, q="baskets boxes", seller=LUIS.id, in_stock=False, max_price=2000) == ["Palma"]
    assert await found(told, q="boxes", hidden=True, status=ProductStatus.HIDDEN) == []
    for sort, wanted in (
        (Sort.TITLE, ["Baskets of the world", "Mimbre azul", "Pelota azul"]),
        (Sort.NEWEST, ["Baskets of the world", "Pelota azul", "Mimbre azul"]),
        (Sort.PRICE, ["Mimbre azul", "Pelota azul", "Baskets of the world"]),
    ):
        titles, after = list[str](), None
        for _ in wanted:
            async with told.read() as tx:
                page = await tx[Products].page(ProductQuery(q="azul baskets", sort=sort, limit=1, after=after))
            titles += [product.title for product in page.items]
            after = page.next
        assert (titles, after) == (wanted, None)


async def test_a_shelf_is_found_by_the_names_that_it_has_now(told: Store, clock: FrozenClock) -> None:
    async with told.write() as tx:
        await tx[Categories].save(msgspec.structs.replace(CESTAS, name="Canastas", translations={"en": "Hampers"}))
        await tx[Products].change_category("ninos", "cestas", clock.now())
        await tx[Categories].lead("ninos", "cestas")
    assert await found(told, q="kids") == []
    assert await found(told, q="boxes") == []
    for name in ("hampers", "canastas"):
        assert await found(told, q=name) == ["Mimbre azul", "Palma", "Pelota azul"]
