"""Categories on MongoDB."""

from __future__ import annotations

from collections.abc import Iterable

from zoco.features.catalogue.models import Category, Shelf, named
from zoco.features.catalogue.mongo.products import OFFERED, PRODUCTS
from zoco.kit.ids import CategoryId
from zoco.storage.documents import COUNT, FLAG, ID, TEXT, Collection, Document, Index, MongoTx, key, maybe
from zoco.storage.mongo_moving import rising

CATEGORIES = Collection(
    "categorias",
    {"_id": ID, "slug": TEXT, "name": TEXT},
    loose={
        "holds": COUNT,
        "position": COUNT,
        "moved_to": maybe(TEXT),
        "removed": FLAG,
        "translations": {"bsonType": "object"},
    },
    indexes=[Index([("slug", 1)], unique=True)],
)
_ONE_IF_OFFERED = {"$cond": [{"$and": [{"$eq": ["$status", "active"]}, {"$gt": ["$stock", 0]}]}, 1, 0]}


class MongoCategories:
    """The shelves, some hundreds at most."""

    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def get(self, slug: str) -> Category | None:
        found = await self._tx.one(CATEGORIES, {"slug": slug})
        return _category(found) if found else None

    async def hold(self, slug: str) -> Category | None:
        """Whoever else writes to it collides, and comes again."""
        found = await self.get(slug)
        if found:
            await self._tx.update(CATEGORIES, {"slug": slug}, {"$inc": {"holds": 1}})
        return found

    async def add(self, category: Category) -> None:
        if not await self._tx.one(CATEGORIES, {"$or": [{"slug": category.slug}, {"_id": key(category.id)}]}):
            fixed = {"_id": key(category.id), "slug": category.slug}
            await self._tx.insert(CATEGORIES, [fixed | _values(category)])

    async def all(self) -> list[Category]:
        counted = await self._tx.grouped(
            PRODUCTS, [{"$match": OFFERED}, {"$group": {"_id": "$category", "count": {"$sum": 1}}}]
        )
        counts = {row["_id"]: row["count"] for row in counted}
        found = await self._tx.all(CATEGORIES, {"slug": {"$in": list(counts)}, "moved_to": None})
        return sorted((_category(row, counts[row["slug"]]) for row in found), key=lambda category: category.rank)

    async def shelves(self) -> list[Shelf]:
        group = {"_id": "$category", "there": {"$sum": 1}, "count": {"$sum": _ONE_IF_OFFERED}}
        match = {"status": {"$in": ["active", "hidden"]}}
        counted = await self._tx.grouped(PRODUCTS, [{"$match": match}, {"$group": group}])
        counts = {row["_id"]: (row["count"], row["there"]) for row in counted}
        found = await self._tx.all(CATEGORIES, {"moved_to": None})
        shelves = []
        for row in found:
            count, there = counts.get(row["slug"], (0, 0))
            shelves.append(Shelf(_category(row, count), there))
        return sorted(shelves, key=lambda shelf: shelf.category.rank)

    async def named(self, terms: Iterable[str]) -> dict[str, list[str]]:
        return named(terms, [_category(row) for row in await self._tx.all(CATEGORIES, {"moved_to": None})])

    async def save(self, category: Category) -> None:
        await self._tx.update(CATEGORIES, {"slug": category.slug}, {"$set": _values(category)})

    async def lead(self, slug: str, new: str) -> None:
        led = {"$or": [{"slug": slug}, {"moved_to": slug}]}
        await self._tx.update_all(CATEGORIES, led, {"$set": {"moved_to": new}})

    async def records(self, after_key: str | None, limit: int) -> list[tuple[str, Category]]:
        return [(str(row["_id"]), _category(row)) for row in await rising(self._tx, CATEGORIES, after_key, limit)]

    async def restore(self, record: Category) -> None:
        await self.add(record)


def _values(category: Category) -> Document:
    return {
        "name": category.name,
        "position": category.position,
        "moved_to": category.moved_to,
        "removed": category.removed,
        "translations": category.translations,
    }


def _category(row: Document, count: int = 0) -> Category:
    place = (int(row.get("position", 0)), row.get("moved_to"), bool(row.get("removed", False)))
    return Category(CategoryId(str(row["_id"])), row["slug"], row["name"], count, *place, row.get("translations", {}))
