"""What everybody may look at: products one by one and in lists, and what they are shown with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from zoco.features.audit.service import AuditService
from zoco.features.catalogue.errors import CategoryMissing, NotYourProduct, ProductMissing, SellingClosed
from zoco.features.catalogue.events import CatalogueEvent
from zoco.features.catalogue.models import (
    LONGEST_TITLE,
    Around,
    Category,
    Product,
    ProductQuery,
    ProductStatus,
    Seller,
    Stamp,
)
from zoco.features.catalogue.repository import Categories, Products
from zoco.features.catalogue.service.rules import MANAGE, may_change
from zoco.features.media.service import MediaService
from zoco.kit.clock import Clock
from zoco.kit.ids import ProductId
from zoco.kit.paging import Page
from zoco.kit.permissions import Actor
from zoco.kit.recent import Recent
from zoco.kit.store import Store, Tx
from zoco.kit.text import words

_TRIES, _WORTH_A_TRY = 3, 3
_LOOKED_AT = 50
_BESIDE = 500
"""Of so many products it is known what else to show."""


class Looking:
    """What changes nothing."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        media: MediaService,
        audit: AuditService,
        *,
        selling: str,
        currency: str,
        languages: Sequence[str] = (),
    ) -> None:
        self._store, self._clock, self._media, self._audit = store, clock, media, audit
        self._selling, self.currency, self.languages = selling, currency, tuple(languages)
        self._cuts: list[Any] = []
        self._counted: tuple[int, dict[str, Sequence[Category]]] = (-1, {})
        self._known_beside: Recent[tuple[Stamp, int], tuple[int, Category, list[Product]]] = Recent(_BESIDE)

    async def show(self, actor: Actor, product: ProductId) -> Product:
        """A product on offer, or a hidden one for its seller and staff; raises ProductMissing."""
        async with self._store.read() as tx:
            found = await tx[Products].get(product)
        return self._visible(actor, found)

    async def show_by_slug(self, actor: Actor, product_slug: str) -> Product:
        async with self._store.read() as tx:
            found = await tx[Products].of_slug(product_slug)
        return self._visible(actor, found)

    async def show_own(self, actor: Actor, product: ProductId) -> Product:
        """One's own product to be changed, any for staff; raises ProductMissing, NotYourProduct or SellingClosed."""
        async with self._store.read() as tx:
            return await self._own(tx, actor, product)

    def seller(self, actor: Actor) -> Seller:
        """The person as a seller; raises SellingClosed where the shop's setting keeps them out, perhaps by now."""
        user = actor.signed_in()
        chosen = self._selling == "everyone" or (self._selling == "approved" and actor.approved)
        if not chosen and not actor.may(MANAGE):
            raise SellingClosed
        return Seller(user, actor.name)

    async def page(self, query: ProductQuery) -> Page[Product]:
        """What is offered, in the order and with the filters of the query."""
        async with self._store.read() as tx:
            page = await tx[Products].page(msgspec.structs.replace(query, hidden=False))
            if page.items or not query.category or query.after:
                return page
            shelf = await tx[Categories].get(query.category)
            if shelf is None or not shelf.moved_to:
                return page
            return await tx[Products].page(msgspec.structs.replace(query, hidden=False, category=shelf.moved_to))

    async def page_own(self, actor: Actor, query: ProductQuery) -> Page[Product]:
        """The seller's own products, hidden and sold out ones too."""
        async with self._store.read() as tx:
            return await tx[Products].page(msgspec.structs.replace(query, seller=actor.signed_in(), hidden=True))

    async def category(self, category_slug: str) -> Category:
        """The one that a slug names or leads to."""
        async with self._store.read() as tx:
            return await self._category(tx, category_slug)

    async def categories(self, language: str = "") -> Sequence[Category]:
        """The shelves with something on offer, named and ordered in a language; else in the first one, as typed.

        They are counted once for all who ask before anything changes.
        """
        revision = await self._store.revision(CatalogueEvent.topic)
        known, shelves = self._counted
        if known != revision:
            async with self._store.read() as tx:
                shelves = {"": tuple(await tx[Categories].all())}
            self._counted = revision, shelves
        if language not in shelves:
            told = (shelf.told_in(language) for shelf in shelves[""])
            shelves[language] = tuple(sorted(told, key=lambda shelf: shelf.rank))
        return shelves[language]

    async def around(self, product: Product, language: str, most: int = 4) -> Around:
        """A product as it is shown to those who speak a language.

        Related are those of its shelf, then those of its seller, at most `most`.
        """
        shelf, near = await self._beside(product, most)
        told = product.told_in(language)
        return Around(told, shelf.told_in(language), told.views, [other.told_in(language) for other in near])

    async def _beside(self, product: Product, most: int) -> tuple[Category, list[Product]]:
        """Its shelf and what is related, looked for once for all who ask before anything changes."""
        revision = await self._store.revision(CatalogueEvent.topic)
        known = self._known_beside.get((product.stamp, most))
        if known is not None and known[0] == revision:
            return known[1:]
        async with self._store.read() as tx:
            shelf, near = await self._category(tx, product.category), await _near(tx, product, most)
        return self._known_beside.put((product.stamp, most), (revision, shelf, near))[1:]

    async def meant(self, typed: str, most: int) -> list[Product]:
        """What an address that leads nowhere may have meant: what has all its words, then what has its longest ones.

        What is longer than any title is cut: the words of a whole address keep MongoDB busy for seconds.
        """
        said = list(dict.fromkeys(words(typed[:LONGEST_TITLE])))
        single = sorted((word for word in said if len(word) >= _WORTH_A_TRY), key=len, reverse=True)[:_TRIES]
        found: dict[ProductId, Product] = {}
        async with self._store.read() as tx:
            for tried in dict.fromkeys([" ".join(said), *single]):
                if tried and len(found) < most:
                    page = await tx[Products].page(ProductQuery(q=tried, limit=most))
                    found |= {product.id: product for product in page.items if product.id not in found}
        return list(found.values())[:most]

    async def suggest(self, typed: str, most: int) -> tuple[list[Category], list[Product]]:
        """For words as they are typed: shelves, then products, at most `most` together.

        Those that only tell of it elsewhere are suggested where none is named so.
        """
        if not words(typed):
            return [], []
        async with self._store.read() as tx:
            shelves = [
                shelf
                for shelf in await tx[Categories].all()
                if any(_named(name, typed) for name in (shelf.name, *shelf.translations.values()))
            ][: most // 2]
            found = (await tx[Products].page(ProductQuery(q=typed, limit=_LOOKED_AT))).items
        named = [
            product
            for product in found
            if any(
                _named(title, typed) for title in (product.title, *(to.title for to in product.translations.values()))
            )
        ]
        return shelves, (named or found)[: most - len(shelves)]

    async def _noted(self, tx: Tx, actor: Actor, action: str, *, subject: str, **details: Any) -> None:
        """What staff did."""
        await self._audit.note(tx, actor, action, subject=subject, **details)

    async def _category(self, tx: Tx, category_slug: str) -> Category:
        found = await tx[Categories].get(category_slug)
        if found is not None and found.moved_to:
            found = await tx[Categories].get(found.moved_to)
        if found is None:
            raise CategoryMissing
        return found

    def _visible(self, actor: Actor, product: Product | None) -> Product:
        if product is None or (product.status is not ProductStatus.ACTIVE and not may_change(actor, product)):
            raise ProductMissing
        return product

    async def _own(self, tx: Tx, actor: Actor, product: ProductId) -> Product:
        actor.signed_in()
        found = self._visible(actor, await tx[Products].get(product))
        if not may_change(actor, found):
            raise NotYourProduct
        self.seller(actor)
        return found


async def _near(tx: Tx, product: Product, most: int) -> list[Product]:
    """Others of its shelf, then of its seller, at most `most`."""
    shelf = (await tx[Products].page(ProductQuery(category=product.category, limit=most + 1))).items
    near = [other for other in shelf if other.id != product.id][:most]
    if len(near) == most:
        return near
    seen = {product.id, *(other.id for other in near)}
    own = (await tx[Products].page(ProductQuery(seller=product.seller.id, limit=most + 1))).items
    return near + [other for other in own if other.id not in seen][: most - len(near)]


def _named(name: str, typed: str) -> bool:
    """Whether every typed word begins one of the name's."""
    there = words(name)
    return all(any(word.startswith(term) for word in there) for term in words(typed))
