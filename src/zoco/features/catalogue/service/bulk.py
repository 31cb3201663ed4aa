"""What staff do to many products at once, seen before it is done, and undone if need be."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from zoco.features.catalogue.errors import TooManyChosen, UndoOver
from zoco.features.catalogue.events import ProductsChanged
from zoco.features.catalogue.models import (
    MOST_STOCK,
    Bulk,
    BulkAction,
    Bulked,
    BulkNote,
    Former,
    Planned,
    Product,
    ProductQuery,
    ProductStatus,
)
from zoco.features.catalogue.repository import BulkNotes, Products
from zoco.features.catalogue.service.rules import MANAGE
from zoco.features.catalogue.service.shelves import Shelving
from zoco.kit.ids import ProductId
from zoco.kit.money import LARGEST, Money
from zoco.kit.paging import Page
from zoco.kit.permissions import Actor
from zoco.kit.store import Tx, use_case
from zoco.kit.text import slug

AT_ONCE = 500
"""How many products one change is for, at most."""
_KEPT = timedelta(days=7)
_WHOLE = 10_000  # a hundredth of a percent
_STATUSES = {BulkAction.SHOW: ProductStatus.ACTIVE, BulkAction.HIDE: ProductStatus.HIDDEN}


class Bulking(Shelving):
    """Everybody's products in one list, and changes for many of them."""

    async def page_all(self, actor: Actor, query: ProductQuery) -> Page[Product]:
        """Hidden and sold out ones of every seller."""
        actor.require(MANAGE)
        async with self._store.read() as tx:
            return await tx[Products].page(msgspec.structs.replace(query, hidden=True))

    async def everything(self, actor: Actor, query: ProductQuery) -> AsyncIterator[list[Product]]:
        """The same, to the end, some at a time."""
        actor.require(MANAGE)
        query = msgspec.structs.replace(query, hidden=True, limit=AT_ONCE, after=None)
        while True:
            async with self._store.read() as tx:
                page = await tx[Products].page(query)
            yield page.items
            if page.next is None:
                return
            query = msgspec.structs.replace(query, after=page.next)

    async def plan(self, actor: Actor, chosen: Sequence[ProductId] | ProductQuery, bulk: Bulk) -> list[Planned]:
        """What a change would do, to chosen products or to all that a list finds; raises TooManyChosen."""
        actor.require(MANAGE)
        async with self._store.read() as tx:
            if isinstance(chosen, ProductQuery):
                query = msgspec.structs.replace(chosen, hidden=True, limit=AT_ONCE + 1, after=None)
                products = (await tx[Products].page(query)).items
            else:
                found = await tx[Products].many(chosen[: AT_ONCE + 1])
                products = [found[product] for product in dict.fromkeys(chosen) if product in found]
            if len(products) > AT_ONCE:
                raise TooManyChosen(most=AT_ONCE)
            shelf = await self._slug_now(tx, slug(bulk.category)) if bulk.category else ""
        return [Planned(product, _after(product, bulk, shelf)) for product in products]

    @use_case
    async def change_many(self, actor: Actor, chosen: Sequence[tuple[ProductId, int]], bulk: Bulk) -> Bulked:
        """Change products, each by its id and the version that somebody saw; later versions are left alone.

        Emits ProductsChanged.
        """
        user = actor.require(MANAGE)
        if len(chosen) > AT_ONCE:
            raise TooManyChosen(most=AT_ONCE)
        async with self._store.write() as tx:
            shelf = await self._shelf(tx, bulk.category) if bulk.category else ""
            found = await self._held(tx, [product for product, _ in chosen])
            rows, left = list[Former](), list[str]()
            for product, version in chosen:
                before = found.get(product)
                if before is None or before.version != version:
                    left += [before.title] if before else []
                    continue
                after = _after(before, bulk, shelf)
                if after != before:
                    rows.append(_former(before, await self._keep(tx, before, after)))
            if not rows:
                return Bulked(0, left)
            now = self._clock.now()
            note = BulkNote(id=self._store.new_id(), user=user, made_at=now, rows=rows)
            await tx[BulkNotes].forget(now - _KEPT)
            await tx[BulkNotes].add(note)
            tx.emit(ProductsChanged(products=[row.product for row in rows]))
            await self._noted(tx, actor, "catalogue.change_many", subject=f"{len(rows)} products", **_said(bulk))
            return Bulked(len(rows), left, note.id)

    @use_case
    async def undo_many(self, actor: Actor, note: str) -> Bulked:
        """Give products their values back, but for those that somebody changed since; raises UndoOver."""
        actor.require(MANAGE)
        async with self._store.write() as tx:
            undone = await tx[BulkNotes].take(note)
            if undone is None:
                raise UndoOver
            named = sorted({row.category for row in undone.rows if row.category})
            shelves = {name: await self._slug_now(tx, name) for name in named}
            found = await self._held(tx, [row.product for row in undone.rows])
            back, left = list[ProductId](), list[str]()
            for row in undone.rows:
                before = found.get(row.product)
                if before is None or before.version != row.version:
                    left += [before.title] if before else []
                    continue
                await self._keep(tx, before, _restored(before, row, shelves))
                back.append(row.product)
            if back:
                tx.emit(ProductsChanged(products=back))
            await self._noted(tx, actor, "catalogue.undo_many", subject=f"{len(back)} products")
            return Bulked(len(back), left)

    async def _held(self, tx: Tx, products: Sequence[ProductId]) -> dict[ProductId, Product]:
        """As they are, sold pieces and all, until this transaction ends."""
        await tx[Products].hold(products)
        return await tx[Products].many(products)

    async def _keep(self, tx: Tx, before: Product, after: Product) -> Product:
        if after.stock != before.stock:
            await tx[Products].set_stock(after.id, after.stock)
        return await tx[Products].save(msgspec.structs.replace(after, updated_at=self._clock.now()))

    async def _slug_now(self, tx: Tx, category: str) -> str:
        """Under which slug the category is found now that it may have moved."""
        found = await self._shelf_called(tx, category)
        return (found.moved_to or found.slug) if found else category


def _after(product: Product, bulk: Bulk, shelf: str) -> Product:
    number, price = bulk.number, product.price
    given: dict[str, Any]
    match bulk.action:
        case BulkAction.PRICE:
            given = {"price": Money(number, price.currency)}
        case BulkAction.PERCENT:
            changed = (price.amount * (_WHOLE + number) + _WHOLE // 2) // _WHOLE  # a half goes up
            given = {"price": Money(min(changed, LARGEST), price.currency)}
        case BulkAction.STOCK:
            given = {"stock": number}
        case BulkAction.MORE:
            given = {"stock": min(max(product.stock + number, 0), MOST_STOCK)}
        case BulkAction.CATEGORY:
            given = {"category": shelf}
        case _:
            given = {"status": _STATUSES[bulk.action]}
    return msgspec.structs.replace(product, **given)


def _restored(product: Product, row: Former, shelves: Mapping[str, str]) -> Product:
    """With `shelves` that categories may have moved to in between."""
    given: dict[str, Any] = {"stock": max(product.stock - row.pieces, 0)}
    if row.price is not None:
        given["price"] = Money(row.price, product.price.currency)
    if row.category is not None:
        given["category"] = shelves[row.category]
    if row.status is not None:
        given["status"] = row.status
    return msgspec.structs.replace(product, **given)


def _former(before: Product, after: Product) -> Former:
    """Only what the change touched, so that undoing it touches nothing else."""
    return Former(
        product=before.id,
        version=after.version,
        price=before.price.amount if before.price != after.price else None,
        category=before.category if before.category != after.category else None,
        status=before.status if before.status != after.status else None,
        pieces=after.stock - before.stock,
    )


def _said(bulk: Bulk) -> dict[str, Any]:
    """The change as the record of what staff did keeps it."""
    valued = bulk.action not in {BulkAction.CATEGORY, BulkAction.SHOW, BulkAction.HIDE}
    said: dict[str, Any] = {"change": bulk.action.value}
    if valued:
        said["number"] = bulk.number
    return said | ({"category": bulk.category} if bulk.category else {})
