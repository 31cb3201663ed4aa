"""What sellers do in the browser, and staff in the same way: offer products, change them, take them away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.catalogue.models import Category, Product, ProductQuery, ProductStatus
from zoco.features.catalogue.pages.filters import ON_A_PAGE
from zoco.features.catalogue.pages.offers import LIVE, OFFERS, OfferForm
from zoco.features.catalogue.schemas import BroughtBack, wrong_price
from zoco.features.catalogue.service import CatalogueService, as_typed
from zoco.kit.errors import Invalid, TooLarge, Unsupported
from zoco.kit.ids import ProductId, is_id, secret_id
from zoco.kit.permissions import Actor, Permission
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import Undo, flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages
from zoco.web.paging import here


class Selling(Controller):
    """One product after another, below `path`, which is the list of them."""

    include_in_schema = False
    right: Permission | None = None
    """What people need besides being let sell; whose product it is, the service looks."""
    template, removal = "catalogue/edit.html", "catalogue/remove.html"
    added = N_("“{title}” is for sale now.")

    def offered(self, product: Product, form: OfferForm) -> str:
        """Where one finds oneself after offering a product."""
        return LIVE if form.back == LIVE else product.address

    async def categories(self, catalogue: CatalogueService, _: Actor) -> Sequence[Category]:
        """Where a product may stand."""
        return await catalogue.categories()

    @get("/nuevo")
    async def new(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Named in its address: a browser that goes back may ask for the page anew, and fill in what was typed."""
        self._admit(actor)
        catalogue.seller(actor)
        if not is_id(request.query_params.get("form", "")):
            return Redirect(here(request.scope, form=secret_id()), status_code=303)
        return await self._edited(request, catalogue, pages, actor, Form[OfferForm]())

    @post("/nuevo")
    async def add(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Sent again, the form leads to the product that it has made."""
        self._admit(actor)
        catalogue.seller(actor)
        form = await read_form(request, OfferForm)
        try:
            data = form.require()
            product = await catalogue.add(
                actor, data.product(catalogue.currency), *await form.chosen("image"), form=data.idempotency_key
            )
        except (Invalid, TooLarge, Unsupported) as refusal:
            form.refused(refusal, *wrong_price(form.values, catalogue.currency), beside="image")
            return await self._edited(request, catalogue, pages, actor, form)
        said = flash(jar, self.added, title=product.title)
        return Redirect(self.offered(product, data), status_code=303, cookies=[said])

    @get("/{pid:str}")
    async def edit(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        self._admit(actor)
        product = await catalogue.show_own(actor, ProductId(pid))
        return await self._edited(request, catalogue, pages, actor, Form[OfferForm](), product)

    @post("/{pid:str}")
    async def change(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        self._admit(actor)
        product = await catalogue.show_own(actor, ProductId(pid))
        form = await read_form(request, OfferForm)
        try:
            data = form.require()
            changes, images = data.changes(catalogue.currency), await form.chosen("image")
            product = await catalogue.change(actor, product.id, changes, *images, seen=data.version)
        except (Invalid, TooLarge, Unsupported) as refusal:
            form.refused(refusal, *wrong_price(form.values, catalogue.currency), beside="image")
            return await self._edited(request, catalogue, pages, actor, form, product)
        said = flash(jar, N_("The changes to “{title}” are saved."), title=product.title)
        return Redirect(self.path, status_code=303, cookies=[said])

    @get("/{pid:str}/borrar")
    async def confirm_removal(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        self._admit(actor)
        product = await catalogue.show_own(actor, ProductId(pid))
        return await pages.render(request, self.removal, product=product)

    @post("/{pid:str}/borrar")
    async def remove(
        self,
        pid: FromPath[str],
        catalogue: NamedDependency[CatalogueService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        self._admit(actor)
        product = await catalogue.show_own(actor, ProductId(pid))
        await catalogue.remove(actor, product.id)
        undo = Undo(f"{self.path}/{product.id}/deshacer", {"status": product.status.value})
        said = flash(jar, N_("“{title}” is no longer for sale."), undo=undo, title=product.title)
        return Redirect(self.path, status_code=303, cookies=[said])

    @post("/{pid:str}/deshacer")
    async def bring_back(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        """Undo a removal."""
        self._admit(actor)
        wanted = (await read_form(request, BroughtBack)).require().status
        product = await catalogue.bring_back(actor, ProductId(pid), ProductStatus(wanted))
        said = flash(jar, N_("“{title}” is back."), title=product.title)
        return Redirect(self.path, status_code=303, cookies=[said])

    def _admit(self, actor: Actor) -> None:
        if self.right:
            actor.require(self.right)

    async def _edited(
        self,
        request: ShopRequest,
        catalogue: CatalogueService,
        pages: Pages,
        actor: Actor,
        form: Form[OfferForm],
        product: Product | None = None,
    ) -> Response[str]:
        """The form for a new product, or to change one."""
        return await pages.render(
            request,
            self.template,
            status=422 if form.errors else 200,
            form=form,
            product=as_typed(product) if product else None,
            category=await catalogue.category(product.category) if product else None,
            categories=await self.categories(catalogue, actor),
            key=request.query_params.get("form") or secret_id(),
        )


class SellingPages(Selling):
    """`/vender` and what lies below it."""

    path = OFFERS

    @get()
    async def own(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """The seller's own products, hidden and sold out ones too."""
        catalogue.seller(actor)
        query = ProductQuery(after=request.query_params.get("after") or None, limit=ON_A_PAGE)
        return await pages.render(request, "catalogue/own.html", products=await catalogue.page_own(actor, query))
