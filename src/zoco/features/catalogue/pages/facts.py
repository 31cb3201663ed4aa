"""Products and lists in the words of schema.org, for search engines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zoco.features.catalogue.models import Product, View
from zoco.settings.tree import Shop
from zoco.web.about import Fact, brief

_IN_STOCK, _SOLD_OUT = "https://schema.org/InStock", "https://schema.org/OutOfStock"


def offer(origin: str, product: Product, shelf: str, views: Sequence[View]) -> Fact:
    """A product and at what price it can be had from whom."""
    address = origin + product.address
    told: dict[str, object] = {
        "@type": "Product",
        "@id": address,
        "name": product.title,
        "sku": product.id,
        "category": shelf,
        "url": address,
        "offers": {
            "@type": "Offer",
            "url": address,
            "price": str(product.price.decimal()),
            "priceCurrency": product.price.currency,
            "availability": _IN_STOCK if product.offered else _SOLD_OUT,
            "seller": {"@type": "Organization", "name": product.seller.name},
        },
    }
    if description := brief(product.description):
        told["description"] = description
    if len(views) == 1:
        told["image"] = [origin + shot.url for shot in reversed(views[0].shots)]
    elif views:
        told["image"] = [origin + view.largest.url for view in views]
    return told


def crumbs(origin: str, steps: Sequence[tuple[str, str]]) -> Fact:
    """The way to a page: names with their addresses, from the outside inwards."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": origin + address}
            for place, (name, address) in enumerate(steps, 1)
        ],
    }


def listed(origin: str, products: Iterable[Product]) -> Fact:
    """What stands on a page, in its order."""
    return {
        "@type": "ItemList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": product.title, "url": origin + product.address}
            for place, product in enumerate(products, 1)
        ],
    }


def whole_shop(origin: str, shop: Shop) -> list[Fact]:
    """The shop as somebody to deal with, and as a site that can be searched."""
    seller: dict[str, object] = {
        "@type": "Organization",
        "@id": f"{origin}/#shop",
        "name": shop.name,
        "url": f"{origin}/productos",
        "logo": f"{origin}/icons/512.png",
    }
    if shop.contact.email:
        seller["email"] = shop.contact.email
    if shop.contact.phone:
        seller["telephone"] = shop.contact.phone
    if shop.contact.address:
        seller["address"] = shop.contact.address
    search = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{origin}/productos?q={{search_term_string}}"},
        "query-input": "required name=search_term_string",
    }
    site = {
        "@type": "WebSite",
        "@id": f"{origin}/#site",
        "name": shop.name,
        "url": f"{origin}/productos",
        "publisher": {"@id": f"{origin}/#shop"},
        "potentialAction": search,
    }
    return [seller, site]
