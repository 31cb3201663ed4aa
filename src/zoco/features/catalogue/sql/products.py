"""Products on SQL engines."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    and_,
    bindparam,
    event,
    false,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)

from zoco.features.catalogue.models import Product, ProductQuery, Sort
from zoco.features.catalogue.repository import Categories
from zoco.features.catalogue.sql.rows import all_as_stamped, as_stamped, columns_of, filled
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import ProductId, UserId
from zoco.kit.paging import Page, after, cut_page
from zoco.kit.text import terms, words
from zoco.storage.sql import (
    Instant,
    Json,
    Row,
    SqlTx,
    Statement,
    Terms,
    any_of,
    constant,
    found_in,
    insert_new,
    metadata,
    to_json,
)
from zoco.storage.sql_moving import Rising

products = Table(
    "products",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("slug", String, nullable=False),
    Column("title", String, nullable=False),
    Column("title_key", String, nullable=False),
    Column("description", String, nullable=False),
    Column("category", String, ForeignKey("categories.slug"), nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("stock", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("seller_id", String, nullable=False, index=True),
    Column("seller_name", String, nullable=False),
    Column("pictures", Json),
    Column("translations", Json),
    Column("status", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column(
        "sold_out",
        Boolean,
        CheckConstraint("NOT sold_out OR stock = 0", name="sold_out"),
        nullable=False,
        server_default=false(),
    ),
    CheckConstraint("stock >= 0", name="stock"),
    CheckConstraint("price >= 0", name="price"),
    CheckConstraint("status IN ('active', 'hidden', 'removed')", name="status"),
)
_c = products.c
_there = _c.status != constant("removed")
# Not by the stock itself: then each piece that is sold would have the row's place in all these indexes written anew.
offered_now = and_(_c.status == constant("active"), not_(_c.sold_out))
for _name, _columns in {
    "newest": (_c.created_at, _c.id),
    "price": (_c.price, _c.id),
    "title": (_c.title_key, _c.id),
    "category_newest": (_c.category, _c.created_at, _c.id),
    "category_price": (_c.category, _c.price, _c.id),
}.items():
    Index(f"ix_products_offered_{_name}", *_columns, sqlite_where=offered_now)
for _name, _column in {"newest": _c.created_at, "price": _c.price, "title": _c.title_key}.items():
    Index(f"ix_products_there_{_name}", _column, _c.id, sqlite_where=_there)
Index("uq_products_slug", _c.slug, unique=True, sqlite_where=_there)

# Words are folded by `kit.text` before they get here, so that every engine finds the same; FTS5 only has to split them.
WORDS_DDL = 'CREATE VIRTUAL TABLE product_words USING fts5(words, seller, tokenize = "unicode61 remove_diacritics 0")'
event.listen(products, "after_create", DDL(WORDS_DDL).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]

_SHOWN = (
    _c.id, _c.slug, _c.title, _c.description, _c.category, _c.price, _c.currency, _c.stock, _c.seller_id,
    _c.seller_name, _c.pictures, _c.translations, _c.status, _c.created_at, _c.updated_at, _c.version,
)  # fmt: skip
_STAMP = (_c.id, _c.version, _c.stock)
_ID = itemgetter(0)
_COUNTS = ("stock", "received", "version", "sold_out")
_FIELDS = tuple(column.name for column in _c if column.name not in ("number", *_COUNTS))

_GET = Statement(select(*_STAMP).where(_c.id == bindparam("id"), _there))
_REMOVED = Statement(select(*_SHOWN).where(_c.id == bindparam("id"), _c.status == constant("removed")))
_OF_SELLER = Statement(select(*_SHOWN).where(_c.seller_id == bindparam("seller")).order_by(_c.id.desc()))
_OF_SLUG = Statement(select(*_STAMP).where(_c.slug == bindparam("slug"), _there))
_OF_SLUGS = Statement(select(*_STAMP).where(any_of(_c.slug, "slugs"), _there))
_STAMPS = Statement(select(*_STAMP).where(any_of(_c.id, "ids"), _there))
_MANY = Statement(select(*_SHOWN).where(any_of(_c.id, "ids"), _there))
_HOLD = Statement(select(_c.id).where(any_of(_c.id, "ids")).order_by(_c.id), held=True)
_HOLD_SHELF = Statement(select(_c.id).where(_c.category == bindparam("old")).order_by(_c.id), held=True)
_ADD = Statement(
    insert_new(products).values(
        {name: bindparam(name) for name in (*_FIELDS, *_COUNTS)} | {"received": bindparam("stock")}
    )
)
_RESTORE = Statement(insert_new(products).values({name: bindparam(name) for name in (*_FIELDS, *_COUNTS)}))
_ADD_WORDS = Statement(
    text(
        "INSERT INTO product_words (rowid, words, seller)"
        " SELECT number, :new_words, :new_seller FROM products WHERE id = :row_id"
    )
)
_SET_WORDS = Statement(
    text(
        "UPDATE product_words SET words = :new_words, seller = :new_seller"
        " WHERE rowid = (SELECT number FROM products WHERE id = :row_id)"
    )
)
_RENAME_WORDS = Statement(
    text(
        "UPDATE product_words SET seller = :new_name"
        " WHERE rowid IN (SELECT number FROM products WHERE seller_id = :seller)"
    )
)
_SAVE = Statement(
    update(products)
    .where(_c.id == bindparam("row_id"), _c.version == bindparam("old_version"))
    .values(
        {name: bindparam(f"new_{name}") for name in _FIELDS if name not in ("id", "created_at")}
        | {"version": _c.version + constant(1)}
    )
)
_SET_STOCK = Statement(
    update(products)
    .where(_c.id == bindparam("row_id"))
    .values(
        stock=bindparam("new_stock"),
        received=_c.received + bindparam("new_stock") - _c.stock,
        sold_out=bindparam("none_left"),
    )
)
_TAKE = Statement(
    update(products)
    .where(_c.id == bindparam("row_id"), _c.stock >= bindparam("taken"), _c.status == constant("active"))
    .values(stock=_c.stock - bindparam("taken"))
    .returning(_c.stock)
)
_SELL_OUT = Statement(update(products).where(_c.id == bindparam("row_id")).values(sold_out=true()))
_PUT_BACK = Statement(
    update(products)
    .where(_c.id == bindparam("row_id"))
    .values(stock=_c.stock + bindparam("returned"), sold_out=false())
)
_RENAME_SELLER = Statement(
    update(products)
    .where(_c.seller_id == bindparam("seller"), _c.seller_name != bindparam("new_name"))
    .values(seller_name=bindparam("new_name"), version=_c.version + constant(1))
)
_CHANGE_CATEGORY = Statement(
    update(products)
    .where(_c.category == bindparam("old"))
    .values(category=bindparam("new"), updated_at=bindparam("now"), version=_c.version + constant(1))
)
_MORE_WORDS = Statement(
    text(
        "UPDATE product_words SET words = words || ' ' || :more"
        " WHERE rowid IN (SELECT number FROM products WHERE category = :old)"
    )
)
_HIDE_ALL = Statement(
    update(products)
    .where(_c.seller_id == bindparam("seller"), _c.status == constant("active"))
    .values(status=constant("hidden"), version=_c.version + constant(1))
)
_RECORDS = Rising(select(*_SHOWN, _c.received), _c.id)
_ACCOUNT = Statement(select(_c.id, _c.received, _c.stock))
_ORDERS: dict[Sort, tuple[Any, bool, type]] = {  # the column, whether downwards, its type in a cursor
    Sort.NEWEST: (_c.created_at, True, datetime),
    Sort.PRICE: (_c.price, False, int),
    Sort.PRICE_DOWN: (_c.price, True, int),
    Sort.TITLE: (_c.title_key, False, str),
}
_PLACES: dict[type, Any] = {kind: tuple[kind, str] for kind in (datetime, int, str)}  # type: ignore[valid-type]
_FILTERS = {
    "category": _c.category == bindparam("category"),
    "seller": _c.seller_id == bindparam("seller"),
    "min_price": _c.price >= bindparam("min_price"),
    "max_price": _c.price <= bindparam("max_price"),
    "status": _c.status == bindparam("status"),
    "most_stock": _c.stock <= bindparam("most_stock"),
}
_INDEXED = {(sort, ()) for sort in Sort} | {(sort, ("category",)) for sort in Sort if sort is not Sort.TITLE}
"""The orders and filters of what is offered that an index serves, however many products there are."""


def _condition(name: str) -> ColumnElement[bool]:
    """What a filter asks; `q` are the terms of a search, but for those that name shelves: each has one of its own."""
    if name in _FILTERS:
        return _FILTERS[name]
    said = found_in("product_words", _c.number, name)
    return said if name == "q" else or_(said, any_of(_c.category, f"shelves_{name}"))


@functools.lru_cache(1024)  # not as many as there may be: a search can name any number of shelves
def _list(sort: Sort, offered: str, filters: tuple[str, ...], *, further: bool) -> Statement:
    column, down, _ = _ORDERS[sort]
    state = {"offered": offered_now, "active": _c.status == constant("active"), "there": _there}[offered]
    listed: Select[Any] = select(*_STAMP).where(state, *(_condition(name) for name in filters))
    if further:
        place, last = tuple_(column, _c.id), tuple_(bindparam("last"), bindparam("last_id"))
        listed = listed.where(place < last if down else place > last)
    by = (column.desc(), _c.id.desc()) if down else (column, _c.id)
    return Statement(listed.order_by(*by).limit(bindparam("most")))


class SqlProducts:
    """Lists that an index gives in order are read where they are asked for; search and the other filters are scans."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def get(self, product: ProductId) -> Product | None:
        return await self._one(await self._tx.one(_GET, id=product))

    async def of_slug(self, slug: str) -> Product | None:
        return await self._one(await self._tx.one(_OF_SLUG, slug=slug))

    async def of_slugs(self, slugs: Iterable[str]) -> dict[str, Product]:
        found = await self._stamped(await self._tx.all(_OF_SLUGS, slugs=to_json(list(slugs))))
        return {product.slug: product for product in found}

    async def removed(self, product: ProductId) -> Product | None:
        row = await self._tx.one(_REMOVED, id=product)
        return filled(row) if row else None

    async def of_seller(self, seller: UserId) -> list[Product]:
        return [filled(row) for row in await self._tx.scan(_OF_SELLER, seller=seller)]

    async def many(self, products: Iterable[ProductId]) -> dict[ProductId, Product]:
        found = await self._stamped(await self._tx.all(_STAMPS, ids=to_json(list(products))))
        return {product.id: product for product in found}

    async def hold(self, products: Iterable[ProductId]) -> None:
        await self._tx.all(_HOLD, ids=to_json(list(products)))

    async def page(self, query: ProductQuery) -> Page[Product]:
        values = {name: value for name in _FILTERS if (value := getattr(query, name)) is not None}
        shelves: dict[str, str] = {}
        if query.q is not None:
            if not (wanted := terms(query.q)):
                return Page([], None)
            named = await self._tx[Categories].named(wanted)
            if own := Terms(term for term in wanted if term not in named):
                values["q"] = own
            for n, (term, slugs) in enumerate(named.items()):
                values[f"q{n}"], shelves[f"shelves_q{n}"] = Terms([term]), to_json(slugs)
        filters = tuple(values)
        values |= shelves
        if query.after:
            values["last"], values["last_id"] = after(query.after, _PLACES[_ORDERS[query.sort][2]])
        offered = "there" if query.hidden else "offered" if query.in_stock else "active"
        statement = _list(query.sort, offered, filters, further=bool(query.after))
        find = self._tx.all if offered == "offered" and (query.sort, filters) in _INDEXED else self._tx.scan
        stamps = await find(statement, most=query.limit + 1, **values)
        return cut_page(await self._stamped(stamps), query.limit, functools.partial(_place, query.sort))

    async def _one(self, row: Row | None) -> Product | None:
        found = await self._stamped([row]) if row else []
        return found[0] if found else None

    async def _stamped(self, rows: list[Row]) -> list[Product]:
        """The products of rows `_STAMP`, in their order; only what has changed since it was last read is read again.

        One that another removes in between, which a write transaction of PostgreSQL sees, is not there either.
        """
        known: list[Product | None] = self._tx.lasting.all(map(_ID, rows))
        if all_as_stamped(known, rows):
            return known
        found = [as_stamped(product, row) for product, row in zip(known, rows, strict=True)]
        if unknown := [row[0] for product, row in zip(found, rows, strict=True) if product is None]:
            read = {row[0]: filled(row) for row in await self._tx.all(_MANY, ids=to_json(unknown))}
            found = [product or read.get(row[0]) for product, row in zip(found, rows, strict=True)]
        there = [product for product in found if product is not None]
        self._tx.learnt.update((product.id, product) for product in there)
        return there

    async def add(self, product: Product) -> bool:
        counts = {"stock": product.stock, "version": product.version, "sold_out": not product.stock}
        if not await self._tx.run(_ADD, **counts, **columns_of(product)):
            return False
        await self._write_words(_ADD_WORDS, product)
        return True

    async def save(self, product: Product) -> Product:
        changed = {
            f"new_{name}": value for name, value in columns_of(product).items() if name not in ("id", "created_at")
        }
        if not await self._tx.run(_SAVE, row_id=product.id, old_version=product.version, **changed):
            raise StaleWrite
        await self._write_words(_SET_WORDS, product)
        return msgspec.structs.replace(product, version=product.version + 1)

    async def set_stock(self, product: ProductId, stock: int) -> None:
        await self._tx.run(_SET_STOCK, row_id=product, new_stock=stock, none_left=not stock)

    async def take(self, product: ProductId, quantity: int) -> bool:
        left = await self._tx.one(_TAKE, row_id=product, taken=quantity)
        if left == (0,):
            await self._tx.run(_SELL_OUT, row_id=product)
        return left is not None

    async def put_back(self, product: ProductId, quantity: int) -> None:
        await self._tx.run(_PUT_BACK, row_id=product, returned=quantity)

    async def change_category(self, slug: str, new: str, now: datetime) -> int:
        await self._tx.all(_HOLD_SHELF, old=slug)
        await self._tx.run(_MORE_WORDS, more=" ".join(words(new)), old=slug)
        return await self._tx.run(_CHANGE_CATEGORY, old=slug, new=new, now=now)

    async def rename_seller(self, seller: UserId, name: str) -> None:
        if await self._tx.run(_RENAME_SELLER, seller=seller, new_name=name):
            await self._tx.run(_RENAME_WORDS, seller=seller, new_name=" ".join(words(name)))

    async def hide_all(self, seller: UserId) -> None:
        await self._tx.run(_HIDE_ALL, seller=seller)

    async def stock_account(self) -> dict[ProductId, tuple[int, int]]:
        return {row[0]: (row[1], row[2]) for row in await self._tx.scan(_ACCOUNT)}

    async def records(self, after_key: str | None, limit: int) -> list[tuple[str, tuple[Product, int]]]:
        return [(row[-1], (filled(row), row[-2])) for row in await _RECORDS.page(self._tx, after_key, limit)]

    async def restore(self, record: tuple[Product, int]) -> None:
        product, received = record
        counts = {"stock": product.stock, "received": received, "version": product.version}
        await self._tx.run(_RESTORE, **counts, sold_out=not product.stock, **columns_of(product))
        await self._write_words(_ADD_WORDS, product)

    async def _write_words(self, statement: Statement, product: Product) -> None:
        seller = " ".join(words(product.seller.name))
        await self._tx.run(statement, row_id=product.id, new_words=product.search_words, new_seller=seller)


def _place(sort: Sort, product: Product) -> tuple[Any, str]:
    """What a cursor remembers of the last product on a page."""
    if sort is Sort.NEWEST:
        return product.created_at, product.id
    return product.title_key if sort is Sort.TITLE else product.price.amount, product.id
