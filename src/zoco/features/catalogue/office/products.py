"""Everybody's products, one by one: seen in a table, made, changed, taken away."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import Response, get
from litestar.di import NamedDependency

from zoco.features.catalogue.models import Category, Product
from zoco.features.catalogue.office.listing import DESK, listed
from zoco.features.catalogue.pages.offers import OfferForm
from zoco.features.catalogue.pages.selling import Selling
from zoco.features.catalogue.service import MANAGE, CatalogueService
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.pages import Pages


class ProductOffice(Selling):
    """`/panel/productos` and one product below it."""

    path = DESK
    right = MANAGE
    template, removal = "panel/catalogue/product.html", "panel/catalogue/remove.html"
    added = N_("“{title}” is added.")

    def offered(self, product: Product, form: OfferForm) -> str:  # noqa: ARG002 - staff come from the table
        return DESK

    async def categories(self, catalogue: CatalogueService, actor: Actor) -> Sequence[Category]:
        """Empty ones too."""
        return [shelf.category for shelf in await catalogue.shelves(actor)]

    @get()
    async def list(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """All products, by words, category, seller, status, stock and order."""
        return await listed(request, catalogue, pages, actor)
