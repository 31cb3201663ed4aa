"""Everybody's products, one by one: seen in a table, made, changed, taken away."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.catalogue.models import Product, ProductStatus
from zoco.features.catalogue.office.listing import DESK, listed
from zoco.features.catalogue.schemas import BroughtBack, OwnForm, wrong_price
from zoco.features.catalogue.service import MANAGE, CatalogueService, as_typed
from zoco.kit.errors import Invalid, TooLarge, Unsupported
from zoco.kit.ids import ProductId, is_id, secret_id
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import Undo, flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages
from zoco.web.paging import here


class ProductOffice(Controller):
    """`/panel/productos` and one product below it."""

    path = DESK
    include_in_schema = False

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

    @get("/nuevo")
    async def new(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Named in its address: a browser that goes back may ask for the page anew, and fill in what was typed."""
        actor.require(MANAGE)
        if not is_id(request.query_params.get("form", "")):
            return Redirect(here(request.scope, form=secret_id()), status_code=303)
        return await _edited(request, catalogue, pages, actor, Form[OwnForm]())

    @post("/nuevo")
    async def add(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Sent again, the form makes no second one."""
        actor.require(MANAGE)
        form = await read_form(request, OwnForm)
        try:
            data = form.require()
            product = await catalogue.add(
                actor, data.product(catalogue.currency), *await form.chosen("image"), form=data.idempotency_key
            )
        except (Invalid, TooLarge, Unsupported) as refusal:
            form.refused(refusal, *wrong_price(form.values, catalogue.currency), beside="image")
            return await _edited(request, catalogue, pages, actor, form)
        said = flash(jar, N_("“{title}” is added."), title=product.title)
        return Redirect(DESK, status_code=303, cookies=[said])

    @get("/{pid:str}")
    async def edit(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        actor.require(MANAGE)
        product = await catalogue.show(actor, ProductId(pid))
        return await _edited(request, catalogue, pages, actor, Form[OwnForm](), product)

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
        actor.require(MANAGE)
        product = await catalogue.show(actor, ProductId(pid))
        form = await read_form(request, OwnForm)
        try:
            data = form.require()
            changes, images = data.changes(catalogue.currency), await form.chosen("image")
            product = await catalogue.change(actor, product.id, changes, *images, seen=data.version)
        except (Invalid, TooLarge, Unsupported) as refusal:
            form.refused(refusal, *wrong_price(form.values, catalogue.currency), beside="image")
            return await _edited(request, catalogue, pages, actor, form, product)
        said = flash(jar, N_("The changes to “{title}” are saved."), title=product.title)
        return Redirect(DESK, status_code=303, cookies=[said])

    @get("/{pid:str}/borrar")
    async def confirm_removal(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        actor.require(MANAGE)
        product = await catalogue.show(actor, ProductId(pid))
        return await pages.render(request, "panel/catalogue/remove.html", product=product)

    @post("/{pid:str}/borrar")
    async def remove(
        self,
        pid: FromPath[str],
        catalogue: NamedDependency[CatalogueService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        actor.require(MANAGE)
        product = await catalogue.show(actor, ProductId(pid))
        await catalogue.remove(actor, product.id)
        undo = Undo(f"{DESK}/{product.id}/deshacer", {"status": product.status.value})
        said = flash(jar, N_("“{title}” is no longer for sale."), undo=undo, title=product.title)
        return Redirect(DESK, status_code=303, cookies=[said])

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
        actor.require(MANAGE)
        wanted = (await read_form(request, BroughtBack)).require().status
        product = await catalogue.bring_back(actor, ProductId(pid), ProductStatus(wanted))
        said = flash(jar, N_("“{title}” is back."), title=product.title)
        return Redirect(DESK, status_code=303, cookies=[said])


async def _edited(
    request: ShopRequest,
    catalogue: CatalogueService,
    pages: Pages,
    actor: Actor,
    form: Form[OwnForm],
    product: Product | None = None,
) -> Response[str]:
    """The form for a new product, or to change one."""
    return await pages.render(
        request,
        "panel/catalogue/product.html",
        status=422 if form.errors else 200,
        form=form,
        product=as_typed(product) if product else None,
        category=await catalogue.category(product.category) if product else None,
        categories=[shelf.category for shelf in await catalogue.shelves(actor)],
        key=request.query_params.get("form") or secret_id(),
    )
