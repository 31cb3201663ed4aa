"""The storage ports of the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from zoco.features.catalogue.models import BulkNote, Category, Product, ProductQuery, Shelf
from zoco.kit.ids import ProductId, UserId
from zoco.kit.moving import Movable
from zoco.kit.paging import Page


class Products(Movable, Protocol):
    """Products that were not removed; a removed one is found by nothing else than `removed` and `of_seller`."""

    async def get(self, product: ProductId) -> Product | None: ...

    async def of_slug(self, slug: str) -> Product | None: ...

    async def of_slugs(self, slugs: Iterable[str]) -> dict[str, Product]:
        """Those of them that exist."""

    async def removed(self, product: ProductId) -> Product | None:
        """One that was taken out of the shop; its slug may belong to another by now."""

    async def of_seller(self, seller: UserId) -> list[Product]:
        """Everything that they ever offered, removed ones too, by falling id."""

    async def many(self, products: Iterable[ProductId]) -> dict[ProductId, Product]:
        """Those of them that exist."""

    async def hold(self, products: Iterable[ProductId]) -> None:
        """Nobody else changes these until the end of the transaction; taken by rising id, as purchases take them."""

    async def page(self, query: ProductQuery) -> Page[Product]:
        """In the order that `query.sort` says, ties by id; `q` wants every word, the last one as a beginning.

        The names of a product's category count as its own words, in whatever language. Titles stand as in a Spanish
        dictionary, by their first 50 letters. Raises Invalid for a cursor that is none.
        """

    async def add(self, product: Product) -> bool:
        """False, and nothing is stored, where the slug is taken."""

    async def save(self, product: Product) -> Product:
        """Store all but the stock, and answer the next version; StaleWrite where `version` is not the stored one."""

    async def set_stock(self, product: ProductId, stock: int) -> None:
        """Set it, and account the difference as received from or given back to the seller."""

    async def take(self, product: ProductId, quantity: int) -> bool:
        """Lower the stock of an offered product if as many pieces are there; False, and nothing changes, if not."""

    async def put_back(self, product: ProductId, quantity: int) -> None:
        """Raise the stock by what an order that is no more had taken, of a removed product too."""

    async def change_category(self, slug: str, new: str, now: datetime) -> int:
        """Put every product of a shelf, removed ones too, on another that exists; each gets its next version.

        They are found by the words of both until they are saved again. Answers how many they were.
        """

    async def rename_seller(self, seller: UserId, name: str) -> None:
        """On all their products, each of which gets its next version where the name is another."""

    async def hide_all(self, seller: UserId) -> None:
        """Hide what they offer; each of these gets its next version."""

    async def stock_account(self) -> dict[ProductId, tuple[int, int]]:
        """For every product, removed ones too: (received, in stock); a report for `zoco check`."""


class Categories(Movable, Protocol):
    """The shelves."""

    async def get(self, slug: str) -> Category | None: ...

    async def hold(self, slug: str) -> Category | None:
        """The same, and until the end of the transaction nobody else holds or changes it."""

    async def add(self, category: Category) -> None:
        """Nothing happens where the slug exists."""

    async def all(self) -> list[Category]:
        """In their order, those without one by name as in a Spanish dictionary; without those with nothing in stock."""

    async def shelves(self) -> list[Shelf]:
        """In the same order, but all that did not move: those with nothing, too."""

    async def named(self, terms: Iterable[str]) -> dict[str, list[str]]:
        """The terms of a search that stand in names of shelves, each with the slugs of these; none that moved."""

    async def save(self, category: Category) -> None:
        """Store all but the count of the one with this slug."""

    async def lead(self, slug: str, new: str) -> None:
        """Let a slug, and all that lead to it, lead to another."""


class BulkNotes(Movable, Protocol):
    """What was before changes for many products."""

    async def add(self, note: BulkNote) -> None: ...

    async def take(self, note: str) -> BulkNote | None:
        """Answer it, and forget it."""

    async def forget(self, before: datetime) -> None:
        """Those that were made before a moment."""
