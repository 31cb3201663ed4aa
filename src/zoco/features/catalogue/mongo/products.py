"""Products on MongoDB."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from zoco.features.catalogue.models import Photo, Product, ProductQuery, ProductStatus, Seller, Sort, Words
from zoco.features.catalogue.repository import Categories
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import ProductId, UserId
from zoco.kit.paging import Page, after, cut_page
from zoco.kit.text import terms, words
from zoco.storage.documents import (
    COUNT,
    ID,
    MOMENT,
    TEXT,
    WHOLE,
    Collection,
    Document,
    Index,
    MongoTx,
    above,
    below,
    key,
    list_of,
    made_of,
    money,
    one_of,
    price,
)
from zoco.storage.mongo_moving import rising

PRODUCTS = Collection(
    "productos",
    {
        "_id": ID,
        "slug": TEXT,
        "title": TEXT,
        "title_key": TEXT,
        "description": TEXT,
        "category": TEXT,
        "price": made_of({"amount": COUNT, "currency": TEXT}),
        "stock": COUNT,
        "received": WHOLE,
        "seller": made_of({"id": ID, "name": TEXT}),
        "status": one_of("active", "hidden", "removed"),
        "words": list_of(TEXT),
        "seller_words": list_of(TEXT),
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "version": WHOLE,
    },
    loose={
        "address": TEXT,
        "pictures": list_of(made_of({"hash": TEXT, "width": COUNT, "height": COUNT, "alt": TEXT})),
        "translations": {"bsonType": "object"},
    },
    indexes=[
        Index([("address", 1)], unique=True, only="address"),
        Index([("status", 1), ("created_at", 1), ("_id", 1)]),
        Index([("status", 1), ("price.amount", 1), ("_id", 1)]),
        Index([("status", 1), ("title_key", 1), ("_id", 1)]),
        Index([("category", 1), ("status", 1), ("created_at", 1), ("_id", 1)]),
        Index([("category", 1), ("status", 1), ("price.amount", 1), ("_id", 1)]),
        Index([("seller.id", 1)]),
        Index([("words", 1)]),
        Index([("seller_words", 1)]),
    ],
)
"""`address` is the slug of a product that is there; a removed one gives it up."""
_THERE: Document = {"status": {"$ne": "removed"}}
_STANDING: Document = {"status": {"$in": ["active", "hidden"]}}
"""The same for lists: of each status an index gives them in their order."""
OFFERED: Document = {"status": "active", "stock": {"$gt": 0}}
_ORDERS: dict[Sort, tuple[str, int, type]] = {  # the field, its direction, its type in a cursor
    Sort.NEWEST: ("created_at", -1, datetime),
    Sort.PRICE: ("price.amount", 1, int),
    Sort.PRICE_DOWN: ("price.amount", -1, int),
    Sort.TITLE: ("title_key", 1, str),
}
_PLACES: dict[type, Any] = {kind: tuple[kind, str] for kind in (datetime, int, str)}  # type: ignore[valid-type]


class MongoProducts:
    """Search looks at lists of words, each index at what is offered."""

    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def get(self, product: ProductId) -> Product | None:
        return _product(await self._tx.one(PRODUCTS, {"_id": key(product), **_THERE}))

    async def of_slug(self, slug: str) -> Product | None:
        return _product(await self._tx.one(PRODUCTS, {"address": slug}))

    async def of_slugs(self, slugs: Iterable[str]) -> dict[str, Product]:
        found = await self._tx.all(PRODUCTS, {"address": {"$in": list(slugs)}})
        return {row["address"]: _filled(row) for row in found}

    async def removed(self, product: ProductId) -> Product | None:
        return _product(await self._tx.one(PRODUCTS, {"_id": key(product), "status": "removed"}))

    async def of_seller(self, seller: UserId) -> list[Product]:
        found = await self._tx.all(PRODUCTS, {"seller.id": key(seller)}, sort=[("_id", -1)])
        return [_filled(row) for row in found]

    async def many(self, products: Iterable[ProductId]) -> dict[ProductId, Product]:
        found = await self._tx.all(PRODUCTS, {"_id": {"$in": [key(product) for product in products]}, **_THERE})
        return {ProductId(str(row["_id"])): _filled(row) for row in found}

    async def hold(self, products: Iterable[ProductId]) -> None:
        """Nothing to do: whoever changes one that was changed since this transaction began collides."""

    async def page(self, query: ProductQuery) -> Page[Product]:
        where = [_STANDING if query.hidden else OFFERED if query.in_stock else {"status": "active"}]
        if query.q is not None:
            if not (wanted := terms(query.q)):
                return Page([], None)
            shelves = await self._tx[Categories].named(wanted)
            where += [_has(term, shelves.get(term, [])) for term in wanted]
        where += _chosen(query)
        field, direction, kind = _ORDERS[query.sort]
        if query.after:
            last, last_id = after(query.after, _PLACES[kind])
            further, tie = ("$lt", below(last_id)) if direction < 0 else ("$gt", above(last_id))
            # The first condition is where an index begins to read; the second knows nothing of that.
            where += [{field: {f"{further}e": last}}, {"$or": [{field: {further: last}}, {field: last, "_id": tie}]}]
        sort = [(field, direction), ("_id", direction)]
        found = await self._tx.all(PRODUCTS, {"$and": where}, sort=sort, limit=query.limit + 1)
        return cut_page([_filled(row) for row in found], query.limit, functools.partial(_place, query.sort))

    async def add(self, product: Product) -> bool:
        if await self._tx.one(PRODUCTS, {"$or": [{"address": product.slug}, {"_id": key(product.id)}]}):
            return False
        await self._insert(product, product.stock)
        return True

    async def save(self, product: Product) -> Product:
        values, gone = _values(product)
        stored = {"_id": key(product.id), "version": product.version}
        change: Document = {"$set": values, "$inc": {"version": 1}}
        if not await self._tx.update(PRODUCTS, stored, change | ({"$unset": gone} if gone else {})):
            raise StaleWrite
        return msgspec.structs.replace(product, version=product.version + 1)

    async def set_stock(self, product: ProductId, stock: int) -> None:
        found = await self._tx.one(PRODUCTS, {"_id": key(product)})
        if found:
            change = {"$set": {"stock": stock}, "$inc": {"received": stock - found["stock"]}}
            await self._tx.update(PRODUCTS, {"_id": found["_id"]}, change)

    async def take(self, product: ProductId, quantity: int) -> bool:
        there = {"_id": key(product), "status": "active", "stock": {"$gte": quantity}}
        return await self._tx.update(PRODUCTS, there, {"$inc": {"stock": -quantity}})

    async def put_back(self, product: ProductId, quantity: int) -> None:
        await self._tx.update(PRODUCTS, {"_id": key(product)}, {"$inc": {"stock": quantity}})

    async def change_category(self, slug: str, new: str, now: datetime) -> int:
        change = {"$set": {"category": new, "updated_at": now}, "$inc": {"version": 1}}
        added = {"$addToSet": {"words": {"$each": words(new)}}}
        return await self._tx.update_all(PRODUCTS, {"category": slug}, change | added)

    async def rename_seller(self, seller: UserId, name: str) -> None:
        change = {"$set": {"seller.name": name, "seller_words": words(name)}, "$inc": {"version": 1}}
        await self._tx.update_all(PRODUCTS, {"seller.id": key(seller), "seller.name": {"$ne": name}}, change)

    async def hide_all(self, seller: UserId) -> None:
        change = {"$set": {"status": "hidden"}, "$inc": {"version": 1}}
        await self._tx.update_all(PRODUCTS, {"seller.id": key(seller), "status": "active"}, change)

    async def stock_account(self) -> dict[ProductId, tuple[int, int]]:
        found = await self._tx.all(PRODUCTS, {}, fields=["received", "stock"])
        return {ProductId(str(row["_id"])): (int(row["received"]), int(row["stock"])) for row in found}

    async def records(self, after_key: str | None, limit: int) -> list[tuple[str, tuple[Product, int]]]:
        found = await rising(self._tx, PRODUCTS, after_key, limit)
        return [(str(row["_id"]), (_filled(row), int(row["received"]))) for row in found]

    async def restore(self, record: tuple[Product, int]) -> None:
        await self._insert(*record)

    async def _insert(self, product: Product, received: int) -> None:
        fixed = {"_id": key(product.id), "created_at": product.created_at, "version": product.version}
        await self._tx.insert(PRODUCTS, [fixed | {"stock": product.stock, "received": received} | _values(product)[0]])


def _has(term: str, shelves: list[str]) -> Document:
    """In its own words, in its seller's, or by standing on one of the shelves."""
    word = {"$regex": f"^{re.escape(term[:-1])}"} if term.endswith("*") else term
    said: list[Document] = [{"words": word}, {"seller_words": word}]
    return {"$or": [*said, {"category": {"$in": shelves}}] if shelves else said}


def _chosen(query: ProductQuery) -> list[Document]:
    """The filters of a query, but for its words."""
    wanted: list[Document] = []
    if query.category is not None:
        wanted.append({"category": query.category})
    if query.seller is not None:
        wanted.append({"seller.id": key(query.seller)})
    if query.min_price is not None:
        wanted.append({"price.amount": {"$gte": query.min_price}})
    if query.max_price is not None:
        wanted.append({"price.amount": {"$lte": query.max_price}})
    if query.status is not None:
        wanted.append({"status": query.status.value})
    if query.most_stock is not None:
        wanted.append({"stock": {"$lte": query.most_stock}})
    return wanted


def _values(product: Product) -> tuple[Document, Document]:
    """What `save` sets, and what it takes away."""
    values = {
        "slug": product.slug,
        "title": product.title,
        "title_key": product.title_key,
        "description": product.description,
        "category": product.category,
        "price": price(product.price),
        "seller": {"id": key(product.seller.id), "name": product.seller.name},
        "pictures": [msgspec.structs.asdict(photo) for photo in product.pictures],
        "translations": {code: msgspec.structs.asdict(said) for code, said in product.translations.items()},
        "status": product.status.value,
        "words": sorted(set(product.search_words.split())),
        "seller_words": words(product.seller.name),
        "updated_at": product.updated_at,
    }
    if product.status is ProductStatus.REMOVED:
        return values, {"address": ""}
    return values | {"address": product.slug}, {}


def _product(row: Document | None) -> Product | None:
    return _filled(row) if row else None


def _filled(row: Document) -> Product:
    return Product(
        id=ProductId(str(row["_id"])),
        slug=row["slug"],
        title=row["title"],
        description=row["description"],
        category=row["category"],
        price=money(row["price"]),
        stock=int(row["stock"]),
        seller=Seller(UserId(str(row["seller"]["id"])), row["seller"]["name"]),
        pictures=msgspec.convert(row.get("pictures", ()), tuple[Photo, ...]),
        translations=msgspec.convert(row.get("translations", {}), dict[str, Words]),
        status=ProductStatus(row["status"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


def _place(sort: Sort, product: Product) -> tuple[Any, str]:
    """What a cursor remembers of the last product on a page."""
    value = {Sort.NEWEST: product.created_at, Sort.TITLE: product.title_key}.get(sort, product.price.amount)
    return value, product.id
