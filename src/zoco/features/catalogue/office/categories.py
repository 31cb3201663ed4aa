"""Categories in the back office: their names and order, putting two together, taking away what is empty."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.catalogue.errors import CategoryInUse, CategoryTaken
from zoco.features.catalogue.models import LONGEST_CATEGORY
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import Invalid
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import Undo, flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages

SHELVES = "/panel/categorias"
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_CATEGORY)]


class NameForm(msgspec.Struct):
    """What a category is called."""

    name: Name


class NamesForm(NameForm):
    """And in further languages, where `translated` says that there were fields for them."""

    translations: dict[str, Name] = {}
    translated: bool = False


class MergeForm(msgspec.Struct):
    """Into which other one; `sure` once the question was answered."""

    into: Name
    sure: bool = False


class PlaceForm(msgspec.Struct):
    """Counted from 1."""

    place: Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class CategoryOffice(Controller):
    """`/panel/categorias` and one category below it, by its slug."""

    path = SHELVES
    include_in_schema = False

    @get()
    async def list(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await _listed(request, catalogue, pages, actor, Form[NameForm]())

    @post()
    async def add(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        form = await read_form(request, NameForm)
        try:
            made = await catalogue.add_category(actor, form.require().name)
        except (Invalid, CategoryTaken) as refusal:
            return await _listed(request, catalogue, pages, actor, form.refused(refusal, beside="name"))
        said = flash(jar, N_("The category “{name}” is there."), name=made.name)
        return Redirect(SHELVES, status_code=303, cookies=[said])

    @post("/orden/nombre")
    async def order_by_name(
        self,
        catalogue: NamedDependency[CatalogueService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        await catalogue.order_by_name(actor)
        return Redirect(SHELVES, status_code=303, cookies=[flash(jar, N_("The categories stand by name."))])

    @get("/{category:str}")
    async def show(
        self,
        category: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await _shown(request, catalogue, pages, actor, category, Form[Any]())

    @post("/{category:str}")
    async def rename(
        self,
        category: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        form = await read_form(request, NamesForm)
        try:
            data = form.require()
            further = data.translations if data.translated else None
            renamed = await catalogue.rename_category(actor, category, data.name, further)
        except (Invalid, CategoryTaken) as refusal:
            return await _shown(request, catalogue, pages, actor, category, form.refused(refusal, beside="name"))
        said = flash(jar, N_("The category is called “{name}” now."), name=renamed.name)
        return Redirect(SHELVES, status_code=303, cookies=[said])

    @post("/{category:str}/lugar")
    async def place(
        self,
        category: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        form = await read_form(request, PlaceForm)
        await catalogue.place_category(actor, category, form.require().place)
        return Redirect(f"{SHELVES}#{category}", status_code=303)

    @post("/{category:str}/juntar", status_code=200)
    async def merge(
        self,
        category: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Asked first, since nothing takes the products apart again."""
        form = await read_form(request, MergeForm)
        try:
            data = form.require()
            one, other = [await catalogue.show_shelf(actor, slug) for slug in (category, data.into)]
            if not data.sure:
                return await pages.render(request, "panel/catalogue/merge.html", shelf=one, into=other)
            moved = await catalogue.merge_categories(actor, category, data.into)
        except Invalid as refusal:
            return await _shown(request, catalogue, pages, actor, category, form.refused(refusal))
        said = flash(jar, N_("Products that are in “{name}” now: {count}."), name=other.category.name, count=moved)
        return Redirect(SHELVES, status_code=303, cookies=[said])

    @post("/{category:str}/borrar")
    async def remove(
        self,
        category: FromPath[str],
        catalogue: NamedDependency[CatalogueService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        """Without a question, since it can be undone."""
        try:
            removed = await catalogue.remove_category(actor, category)
        except CategoryInUse as refusal:
            said = flash(jar, refusal.message, name=str(refusal.params["name"]))
            return Redirect(f"{SHELVES}/{category}", status_code=303, cookies=[said])
        undo = Undo(f"{SHELVES}/{category}/deshacer")
        said = flash(jar, N_("The category “{name}” is gone."), undo=undo, name=removed.name)
        return Redirect(SHELVES, status_code=303, cookies=[said])

    @post("/{category:str}/deshacer")
    async def restore(
        self,
        category: FromPath[str],
        catalogue: NamedDependency[CatalogueService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        await catalogue.restore_category(actor, category)
        return Redirect(SHELVES, status_code=303, cookies=[flash(jar, N_("The category is back."))])


async def _listed(
    request: ShopRequest, catalogue: CatalogueService, pages: Pages, actor: Actor, form: Form[NameForm]
) -> Response[str]:
    return await pages.render(
        request,
        "panel/catalogue/categories.html",
        status=422 if form.errors else 200,
        shelves=await catalogue.shelves(actor),
        form=form,
    )


async def _shown(
    request: ShopRequest, catalogue: CatalogueService, pages: Pages, actor: Actor, category: str, form: Form[Any]
) -> Response[str]:
    shelf = await catalogue.show_shelf(actor, category)
    return await pages.render(
        request,
        "panel/catalogue/category.html",
        status=422 if form.errors else 200,
        shelf=shelf,
        others=[one.category for one in await catalogue.shelves(actor) if one.category.slug != category],
        form=form,
    )
