"""Facts about the catalogue."""

from __future__ import annotations

from typing import ClassVar

from zoco.kit.events import Event
from zoco.kit.ids import ProductId, UserId


class CatalogueEvent(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "catalogue"


class ProductAdded(CatalogueEvent, frozen=True, kw_only=True):
    product: ProductId


class ProductChanged(CatalogueEvent, frozen=True, kw_only=True):
    product: ProductId


class ProductsChanged(CatalogueEvent, frozen=True, kw_only=True):
    """Many at once."""

    products: list[ProductId]


class CategoriesChanged(CatalogueEvent, frozen=True, kw_only=True):
    """Their names, their order, or which of them there are; `moved` are the slugs that now lead to another."""

    moved: list[str] = []


class ProductRemoved(CatalogueEvent, frozen=True, kw_only=True):
    product: ProductId


class StockChanged(CatalogueEvent, frozen=True, kw_only=True):
    products: list[ProductId]


class SellerChanged(CatalogueEvent, frozen=True, kw_only=True):
    """The name on all their products, or whether they are offered, is another."""

    seller: UserId
