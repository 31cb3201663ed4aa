"""Random things that are done to a store through its ports, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st
from tests.samples import HOME, NOW, a_cart, a_line, a_product, an_item, an_order, usd

from zoco.features.accounts.models import User, UserQuery
from zoco.features.accounts.repository import Users
from zoco.features.cart.models import Cart, CartStatus
from zoco.features.cart.repository import Carts
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
from zoco.features.orders.models import Order, OrderStatus
from zoco.features.orders.repository import Orders
from zoco.kit.ids import CartId, CategoryId, OrderId, ProductId, UserId
from zoco.kit.paging import Page
from zoco.kit.permissions import Role
from zoco.kit.store import Tx

Given = dict[str, Any]
Deed = tuple[Callable[..., Awaitable[object]], tuple[Any, ...]]
"""What is done inside a transaction, and what with; it can be done to several stores, and is to be answered alike."""

PLACES = st.integers(0, 5)
SIGNS = "aAáÁàbcnñÑuüzZß9 ._-'\"%$\\(){}*ﬁſ\u0301🐦漢"
TEXTS = st.text(SIGNS, max_size=8) | st.sampled_from(["Taza", "TAZA", "taza azul", "Año", "Ano", "Anz", "ñ", "", " "])
NAMES = st.sampled_from(["Ana", "ana", "Ángel", "Zoe", "ñandú", "Núñez", "1"])
TOLD = st.sampled_from([{}, {"en": "Mugs"}, {"en": "Año"}, {"en": "mugs", "ca": "Tasses"}])
"""What a shelf is called in further languages; no product says so itself."""
MOMENTS = st.integers(0, 4).map(lambda step: NOW + timedelta(milliseconds=step))
COUNTS = st.integers(0, 4)
ADDRESSES = ("eva@example.com", "EVA@example.com", "ana@example.com", "ana+1@example.com", "x@x.es", "y@y.es")
PRICES = st.sampled_from([0, 1, 999, 1000, 10**15])
VERSIONS = st.sampled_from([0, 0, 0, 1])
"""How far behind the stored one a writer is."""


def number(kind: str, place: int) -> str:
    """The same id on every store, of the shape that all of them know."""
    return f"{ord(kind):02x}{place:022x}"


PEOPLE = [UserId(number("u", place)) for place in range(6)]


def somebody(place: int | None) -> UserId | None:
    return None if place is None else PEOPLE[place]


def a_version_of(product: int, **given: Any) -> Product:
    which = ProductId(number("p", product))
    return a_product(**{"id": which, "slug": f"taza-{product}", "created_at": NOW, "updated_at": NOW} | given)


PRODUCTS: st.SearchStrategy[Given] = st.builds(
    dict,
    title=TEXTS,
    description=TEXTS,
    category=st.sampled_from(["tazas", "jarras", ""]),
    price=PRICES.map(usd),
    seller=st.builds(lambda place, name: Seller(UserId(number("u", place)), name), PLACES, NAMES),
    pictures=st.sampled_from(
        [(), (Photo("ab" * 16, 30, 20),), (Photo("cd" * 16, 1, 1, "Ñu"), Photo("ab" * 16, 30, 20))]
    ),
    translations=st.dictionaries(st.just("en"), st.builds(Words, TEXTS, TEXTS)),
    status=st.sampled_from([ProductStatus.ACTIVE, ProductStatus.ACTIVE, ProductStatus.HIDDEN, ProductStatus.REMOVED]),
    created_at=MOMENTS,
)


async def add_product(tx: Tx, place: int, slug: int, count: int, given: Given) -> object:
    product = a_version_of(place, slug=f"taza-{slug}", stock=count, **given)
    if await tx[Products].get(product.id):
        return None
    await shelve(tx, product)
    return await tx[Products].add(product)


async def save_product(tx: Tx, place: int, behind: int, given: Given) -> object:
    if stored := await tx[Products].get(ProductId(number("p", place))):
        changed = msgspec.structs.replace(stored, **given, version=stored.version - behind)
        await shelve(tx, changed)
        return await tx[Products].save(changed)
    return None


async def shelve(tx: Tx, product: Product) -> None:
    which = CategoryId(number("s", len(product.category)))
    await tx[Categories].add(Category(which, product.category, product.category))


async def stock(tx: Tx, what: str, place: int, count: int) -> object:
    return await getattr(tx[Products], what)(ProductId(number("p", place)), count)


async def rename_seller(tx: Tx, place: int, name: str) -> None:
    await tx[Products].rename_seller(UserId(number("u", place)), name)


async def hide_all(tx: Tx, place: int) -> None:
    await tx[Products].hide_all(UserId(number("u", place)))


async def name_category(tx: Tx, place: int, name: str, told: dict[str, str]) -> None:
    slug = ("tazas", "jarras", "")[place % 3]
    shelf = Category(CategoryId(number("c", place)), slug, name, translations=told)
    await tx[Categories].add(shelf)
    await tx[Categories].save(shelf)


async def add_user(tx: Tx, place: int, name: str, email: int, role: Role) -> object:
    which = UserId(number("u", place))
    if await tx[Users].get(which):
        return None
    user = User(id=which, name=name, email=ADDRESSES[email], phone="", role=role, language="es", created_at=NOW)
    await tx[Users].add(user, f"hash {place}")
    return user


async def save_user(tx: Tx, place: int, behind: int, name: str, email: int) -> object:
    if stored := await tx[Users].get(UserId(number("u", place))):
        changed = msgspec.structs.replace(stored, name=name, email=ADDRESSES[email], version=stored.version - behind)
        return await tx[Users].save(changed)
    return None


async def remove_user(tx: Tx, place: int) -> None:
    await tx[Users].remove(UserId(number("u", place)))


async def add_cart(tx: Tx, place: int, owner: int | None, moment: datetime) -> object:
    which, whose = CartId(number("k", place)), somebody(owner)
    if any([await tx[Carts].get(which, person) for person in (None, *PEOPLE)]):
        return None
    return await tx[Carts].add(a_cart(id=which, owner=whose, created_at=moment))


async def save_cart(tx: Tx, place: int, owner: int | None, behind: int, given: tuple[dict[int, int], bool]) -> object:
    items, bought = given
    stored = await tx[Carts].get(CartId(number("k", place)), somebody(owner))
    if stored is None:
        return None
    put: Given = {"items": tuple(an_item(a_version_of(product), count + 1) for product, count in items.items())}
    put |= {"status": CartStatus.PURCHASED} if bought else {"delivery_address": HOME}
    return await tx[Carts].save(msgspec.structs.replace(stored, **put, version=stored.version - behind))


async def remove_cart(tx: Tx, place: int) -> None:
    await tx[Carts].remove(CartId(number("k", place)))


async def release_carts(tx: Tx, place: int) -> None:
    await tx[Carts].release(UserId(number("u", place)))


async def add_order(tx: Tx, buyer: int | None, lines: list[int], moment: datetime) -> object:
    place = await tx[Orders].next_number()
    order = an_order(
        id=OrderId(number("o", place)),
        number=place,
        reference=f"r{place}",
        cart=CartId(number("z", place)),
        buyer=somebody(buyer),
        lines=tuple(a_line(number("p", product), product + 1) for product in lines),
        created_at=moment,
    )
    await tx[Carts].add(a_cart(id=order.cart, status=CartStatus.PURCHASED))
    await tx[Orders].add(order)
    return order


async def save_order(tx: Tx, place: int, behind: int, status: OrderStatus) -> object:
    if stored := await tx[Orders].get(place, None):
        return await tx[Orders].save(msgspec.structs.replace(stored, status=status, version=stored.version - behind))
    return None


SOMEBODY = st.none() | PLACES
ITEMS = st.dictionaries(PLACES, COUNTS, max_size=4)
DEEDS: st.SearchStrategy[Deed] = st.one_of(
    *(
        st.tuples(st.just(deed), st.tuples(*given))
        for deed, *given in (
            (add_product, PLACES, PLACES, COUNTS, PRODUCTS),
            (add_product, PLACES, PLACES, COUNTS, PRODUCTS),
            (save_product, PLACES, VERSIONS, PRODUCTS),
            (stock, st.sampled_from(["take", "put_back", "set_stock"]), PLACES, COUNTS),
            (rename_seller, PLACES, NAMES),
            (hide_all, PLACES),
            (name_category, PLACES, NAMES, TOLD),
            (add_user, PLACES, NAMES, PLACES, st.sampled_from(Role)),
            (save_user, PLACES, VERSIONS, NAMES, PLACES),
            (remove_user, PLACES),
            (add_cart, PLACES, SOMEBODY, MOMENTS),
            (save_cart, PLACES, SOMEBODY, VERSIONS, st.tuples(ITEMS, st.booleans())),
            (remove_cart, PLACES),
            (release_carts, PLACES),
            (add_order, SOMEBODY, st.lists(PLACES, min_size=1, max_size=3, unique=True), MOMENTS),
            (save_order, PLACES, VERSIONS, st.sampled_from(OrderStatus)),
        )
    )
)
QUERIES = st.builds(
    ProductQuery,
    q=st.none() | st.none() | TEXTS,
    category=st.none() | st.none() | st.sampled_from(["tazas", ""]),
    seller=st.none() | st.none() | PLACES.map(lambda place: UserId(number("u", place))),
    min_price=st.none() | st.none() | PRICES,
    max_price=st.none() | st.none() | PRICES,
    in_stock=st.booleans(),
    hidden=st.booleans(),
    sort=st.sampled_from(Sort),
    limit=st.integers(1, 3),
)

SHELVED = ProductQuery(q="mug", hidden=True, limit=2)
"""What only the name of a shelf leads to."""


async def all_of(page: Callable[[str | None], Awaitable[Page[Any]]]) -> list[Any]:
    """Every item of a list, page by page."""
    found, after = list[Any](), None
    while True:
        some = await page(after)
        found += some.items
        if (after := some.next) is None:
            return found


async def everything(tx: Tx, queries: list[ProductQuery]) -> dict[str, Any]:
    """All that can be read."""
    products, users, carts, orders = tx[Products], tx[Users], tx[Carts], tx[Orders]
    known: list[Cart | None] = [await carts.get(CartId(number("k", place)), None) for place in range(6)]
    bought: list[Order] = await all_of(lambda after: orders.page(None, after, 2))
    return {
        "lists": [
            await all_of(lambda after, query=query: products.page(msgspec.structs.replace(query, after=after)))  # type: ignore[misc]
            for query in (*queries, SHELVED)
        ],
        "products": await products.many([ProductId(number("p", place)) for place in range(6)]),
        "slugs": [await products.of_slug(f"taza-{place}") for place in range(6)],
        "stock": await products.stock_account(),
        "categories": await tx[Categories].all(),
        "users": await all_of(lambda after: users.find(UserQuery(after=after, limit=2))),
        "roles": [await users.of_role(role, 2) for role in Role],
        "by email": [await users.of_email(email) for email in ("EVA@EXAMPLE.COM", "ana@example.com", "no", "")],
        "passwords": [await users.password_of(user) for user in PEOPLE],
        "carts": known,
        "active carts": [await carts.of(user) for user in PEOPLE],
        "bought carts": sorted(await carts.purchased()),
        "orders": bought,
        "own orders": [await all_of(lambda after, user=user: orders.page(user, after, 1)) for user in PEOPLE],  # type: ignore[misc]
        "accounts": await orders.accounts(),
        "by reference": [await orders.of_reference(order.reference) == order for order in bought],
    }
