"""Categories on SQL engines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    String,
    Table,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
    update,
)

from zoco.features.catalogue.models import Category, Shelf, named
from zoco.features.catalogue.sql.products import offered_now, products
from zoco.kit.ids import CategoryId
from zoco.storage.sql import Json, Row, SqlTx, Statement, constant, insert_new, metadata, to_json
from zoco.storage.sql_moving import Rising

categories = Table(
    "categories",
    metadata,
    Column("id", String, primary_key=True),
    Column("slug", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("position", Integer, nullable=False, server_default=literal_column("0")),
    Column("moved_to", String),
    Column("removed", Boolean, nullable=False, server_default=false()),
    Column("translations", Json),
)
_c, _p = categories.c, products.c
_SHOWN = (_c.id, _c.slug, _c.name, _c.position, _c.moved_to, _c.removed, _c.translations)
_CHANGING = ("name", "position", "moved_to", "removed", "translations")
_GET = Statement(select(*_SHOWN).where(_c.slug == bindparam("slug")))
_STANDING = Statement(select(*_SHOWN).where(_c.moved_to.is_(None)))
_HOLD = Statement(select(*_SHOWN).where(_c.slug == bindparam("slug")), held=True)
_RECORDS = Rising(select(*_SHOWN), _c.id)
_ADD = Statement(insert_new(categories))
_SAVE = Statement(
    update(categories)
    .where(_c.slug == bindparam("row_slug"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGING})
)
_LEAD = Statement(
    update(categories)
    .where(or_(_c.slug == bindparam("row_slug"), _c.moved_to == bindparam("row_slug")))
    .values(moved_to=bindparam("new_slug"))
)
# Counted before they are joined: so an index alone gives the counts.
_counts = select(_p.category, func.count().label("count")).where(offered_now).group_by(_p.category).subquery()
_ALL = Statement(
    select(*_SHOWN, _counts.c.count)
    .join_from(categories, _counts, _counts.c.category == _c.slug)
    .where(_c.moved_to.is_(None))
)
_there = (
    select(
        _p.category,
        func.count().label("there"),
        func.sum(case((offered_now, constant(1)), else_=constant(0))).label("count"),
    )
    .where(_p.status != constant("removed"))
    .group_by(_p.category)
    .subquery()
)
_SHELVES = Statement(
    select(*_SHOWN, _there.c.count, _there.c.there)
    .join_from(categories, _there, _there.c.category == _c.slug, isouter=True)
    .where(_c.moved_to.is_(None))
)


class SqlCategories:
    """The shelves, some hundreds at most."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def get(self, slug: str) -> Category | None:
        row = await self._tx.one(_GET, slug=slug)
        return _category(row) if row else None

    async def hold(self, slug: str) -> Category | None:
        row = await self._tx.one(_HOLD, slug=slug)
        return _category(row) if row else None

    async def add(self, category: Category) -> None:
        await self._tx.run(_ADD, **_values(category))

    async def all(self) -> list[Category]:
        found = [_category(row, row[7]) for row in await self._tx.scan(_ALL)]
        return sorted(found, key=lambda category: category.rank)

    async def shelves(self) -> list[Shelf]:
        found = [Shelf(_category(row, row[7] or 0), row[8] or 0) for row in await self._tx.scan(_SHELVES)]
        return sorted(found, key=lambda shelf: shelf.category.rank)

    async def named(self, terms: Iterable[str]) -> dict[str, list[str]]:
        return named(terms, [_category(row) for row in await self._tx.all(_STANDING)])

    async def save(self, category: Category) -> None:
        values = _values(category)
        fields = {f"new_{name}": values[name] for name in _CHANGING}
        await self._tx.run(_SAVE, row_slug=category.slug, **fields)

    async def lead(self, slug: str, new: str) -> None:
        await self._tx.run(_LEAD, row_slug=slug, new_slug=new)

    async def records(self, after_key: str | None, limit: int) -> list[tuple[str, Category]]:
        return [(row[-1], _category(row)) for row in await _RECORDS.page(self._tx, after_key, limit)]

    async def restore(self, record: Category) -> None:
        await self.add(record)


def _values(category: Category) -> dict[str, Any]:
    return {
        "id": category.id,
        "slug": category.slug,
        "name": category.name,
        "position": category.position,
        "moved_to": category.moved_to,
        "removed": category.removed,
        "translations": to_json(category.translations) if category.translations else None,
    }


def _category(row: Row, count: int = 0) -> Category:
    return Category(CategoryId(row[0]), row[1], row[2], count, row[3], row[4], bool(row[5]), row[6] or {})
