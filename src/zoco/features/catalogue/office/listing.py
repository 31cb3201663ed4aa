"""The table of everybody's products: what its address asks for, and the form for many of them below it."""

from __future__ import annotations

from typing import Any

from litestar import Response

from zoco.features.catalogue.models import Product, ProductQuery, Seller
from zoco.features.catalogue.schemas import STAFF_FIELDS, staff_query
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.permissions import Actor
from zoco.web.body import ShopRequest
from zoco.web.forms import Form
from zoco.web.pages import Pages

DESK = "/panel/productos"


def query_of(request: ShopRequest) -> ProductQuery:
    return staff_query(request.query_params)


def with_query(address: str, request: ShopRequest) -> str:
    """The address with this one's query, so that a list stays as it was narrowed."""
    query = str(request.url.query)
    return f"{address}?{query}" if query else address


async def listed(
    request: ShopRequest,
    catalogue: CatalogueService,
    pages: Pages,
    actor: Actor,
    form: Form[Any] | None = None,
    ticked: list[str] | None = None,
) -> Response[str]:
    """The table, with what was typed and ticked where a change was refused."""
    query = query_of(request)
    products = await catalogue.page_all(actor, query)
    form = form or Form[Any]()
    return await pages.render(
        request,
        "panel/catalogue/products.html",
        status=422 if form.errors else 200,
        products=products,
        query=query,
        asked={name: request.query_params.get(name, "") for name in STAFF_FIELDS},
        shelves=await catalogue.shelves(actor),
        sellers=await _sellers(catalogue, actor, query, products.items),
        form=form,
        ticked=set(ticked or ()),
        to_change=with_query(f"{DESK}/cambiar", request),
        to_export=with_query(f"{DESK}/exportar.csv", request),
    )


async def _sellers(
    catalogue: CatalogueService, actor: Actor, query: ProductQuery, found: list[Product]
) -> list[Seller]:
    """Those on the page, and the one that was asked for."""
    sellers = {product.seller.id: product.seller for product in found}
    if query.seller and query.seller not in sellers:
        own = (await catalogue.page_all(actor, ProductQuery(seller=query.seller, limit=1))).items
        sellers |= {product.seller.id: product.seller for product in own}
    return sorted(sellers.values(), key=lambda seller: seller.name.casefold())
