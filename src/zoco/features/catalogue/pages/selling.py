"""What sellers do in the browser: offer products, change them, take them away."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.catalogue.models import Product, ProductQuery
from zoco.features.catalogue.pages.filters import ON_A_PAGE
from zoco.features.catalogue.pages.offers import LIVE, OFFERS, OfferForm
from zoco.features.catalogue.schemas import ChangeProduct
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import FieldError, Invalid, TooLarge, Unsupported
from zoco.kit.ids import ProductId
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.cookies import Cookies
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages

ShopRequest = Request[Any, Any, Any]


class SellingPages(Controller):
    """`/vender` and what lies below it."""

    path = "/"
    include_in_schema = False

    @get(OFFERS)
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

    @get("/vender/nuevo")
    async def new(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        catalogue.seller(actor)
        return await _edited(request, catalogue, pages, Form[OfferForm]())

    @post("/vender/nuevo")
    async def add(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        catalogue.seller(actor)
        form = await read_form(request, OfferForm)
        try:
            data = form.require()
            product = await catalogue.add(actor, data.product(catalogue.currency), await _picture(form))
        except (Invalid, TooLarge, Unsupported) as refusal:
            return await _edited(request, catalogue, pages, _with(form, refusal))
        said = flash(jar, N_("“{title}” is for sale now."), title=product.title)
        return Redirect(LIVE if data.back == LIVE else product.address, status_code=303, cookies=[said])

    @get("/vender/{pid:str}")
    async def edit(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        product = await catalogue.show_own(actor, ProductId(pid))
        return await _edited(request, catalogue, pages, Form[OfferForm](), product)

    @post("/vender/{pid:str}")
    async def change(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        product = await catalogue.show_own(actor, ProductId(pid))
        form = await read_form(request, OfferForm)
        try:
            changes = _changes(form.require(), catalogue.currency)
            product = await catalogue.change(actor, product.id, changes, await _picture(form))
        except (Invalid, TooLarge, Unsupported) as refusal:
            return await _edited(request, catalogue, pages, _with(form, refusal), product)
        said = flash(jar, N_("The changes to “{title}” are saved."), title=product.title)
        return Redirect(OFFERS, status_code=303, cookies=[said])

    @get("/vender/{pid:str}/borrar")
    async def confirm_removal(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        product = await catalogue.show_own(actor, ProductId(pid))
        return await pages.render(request, "catalogue/remove.html", product=product)

    @post("/vender/{pid:str}/borrar")
    async def remove(
        self,
        pid: FromPath[str],
        catalogue: NamedDependency[CatalogueService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        product = await catalogue.show_own(actor, ProductId(pid))
        await catalogue.remove(actor, product.id)
        said = flash(jar, N_("“{title}” is no longer for sale."), title=product.title)
        return Redirect(OFFERS, status_code=303, cookies=[said])


async def _edited(
    request: ShopRequest,
    catalogue: CatalogueService,
    pages: Pages,
    form: Form[OfferForm],
    product: Product | None = None,
) -> Response[str]:
    """The form for a new product, or to change one."""
    return await pages.render(
        request,
        "catalogue/edit.html",
        status=422 if form.errors else 200,
        form=form,
        product=product,
        category=await catalogue.category(product.category) if product else None,
        categories=await catalogue.categories(),
    )


async def _picture(form: Form[OfferForm]) -> bytes | None:
    """The chosen file; None where the field was left empty."""
    file = form.files.get("image")
    return (await file.read() or None) if file else None


def _changes(data: OfferForm, currency: str) -> ChangeProduct:
    """What the form says, but the stock only where it was typed anew."""
    product = data.product(currency)
    return ChangeProduct(
        title=product.title,
        category=product.category,
        price=product.price,
        stock=msgspec.UNSET if product.stock == data.stock_before else product.stock,
        description=product.description,
        status=product.status,
    )


def _with(form: Form[OfferForm], refusal: Invalid | TooLarge | Unsupported) -> Form[OfferForm]:
    """The form with what was refused beside its field; what is no field's own is the picture's."""
    if isinstance(refusal, Invalid):
        return form.refused(refusal)
    return form.refused(Invalid(FieldError("image", refusal.code, refusal.message, refusal.params)))
