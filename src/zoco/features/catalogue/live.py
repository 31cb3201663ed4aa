"""What the catalogue's facts change on open pages: `product:…` on every card, `seller:…` by a name, `newest`."""

from __future__ import annotations

from zoco.features.catalogue.events import (
    CategoriesChanged,
    ProductAdded,
    ProductChanged,
    ProductRemoved,
    ProductsChanged,
    SellerChanged,
    StockChanged,
)
from zoco.web.live import Hint, Hints, hint


@hint(ProductAdded, ProductChanged, ProductRemoved)
def product(fact: ProductAdded | ProductChanged | ProductRemoved) -> Hints:
    """The shelf of new products as well: a change may show or hide one."""
    return [Hint(f"product:{fact.product}"), Hint("newest")]


@hint(ProductsChanged)
def products(fact: ProductsChanged) -> Hints:
    return [*(Hint(f"product:{product}") for product in fact.products), Hint("newest")]


@hint(CategoriesChanged)
def categories(_fact: CategoriesChanged) -> Hints:
    return [Hint("newest")]


@hint(StockChanged)
def stock(fact: StockChanged) -> Hints:
    return [Hint(f"product:{product}") for product in fact.products]


@hint(SellerChanged)
def seller(fact: SellerChanged) -> Hints:
    return [Hint(f"seller:{fact.seller}"), Hint("newest")]
