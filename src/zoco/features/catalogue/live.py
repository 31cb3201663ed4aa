"""What the catalogue's facts change on open pages: `product:…` on every card, `seller:…` by a name, `newest`."""

from __future__ import annotations

from zoco.features.catalogue.events import ProductAdded, ProductChanged, ProductRemoved, SellerChanged, StockChanged
from zoco.web.live import Hint, Hints, hint


@hint(ProductAdded, ProductChanged, ProductRemoved)
def product(fact: ProductAdded | ProductChanged | ProductRemoved) -> Hints:
    """The shelf of new products as well: a change may show or hide one."""
    return [Hint(f"product:{fact.product}"), Hint("newest")]


@hint(StockChanged)
def stock(fact: StockChanged) -> Hints:
    return [Hint(f"product:{product}") for product in fact.products]


@hint(SellerChanged)
def seller(fact: SellerChanged) -> Hints:
    return [Hint(f"seller:{fact.seller}"), Hint("newest")]
