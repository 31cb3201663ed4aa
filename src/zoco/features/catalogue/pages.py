"""The catalogue in the browser: shelves and products for everybody, offers for their sellers."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.catalogue.errors import CategoryMissing, ProductMissing
from zoco.features.catalogue.models import Category, Product, ProductQuery, Sort
from zoco.features.catalogue.schemas import ChangeProduct, ProductForm, Stock
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import Declined, FieldError, Invalid, TooLarge, Unsupported
from zoco.kit.ids import ProductId, UserId, is_id
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.aliases import alias
from zoco.web.cookies import Cookies
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages

ShopRequest = Request[Any, Any, Any]
LIVE = "/realTimeProducts"
OWN = "/vender"
_ON_A_PAGE = 24  # fills rows of two, three and four
_OTHERS = 4
_LONGEST_SEARCH = 200
_DECIMAL_COMMA = re.compile(r"(\d+),(\d{1,2})")


class OfferForm(ProductForm, kw_only=True):
    """A product as the page's form sends it.

    `back` is the page that offered the form. `stock_before` is the stock that an edit form showed: what was sold since
    must not come back by saving another field.
    """

    stock_before: Stock | None = None
    back: str = OWN


class ProductPages(Controller):
    """`/productos` and `/vender`. Pages for guests show nothing personal, since they are kept as ready bytes."""

    path = "/"
    include_in_schema = False
    english = alias("/products", "/productos")

    @get("/productos")
    async def list(
        self, request: ShopRequest, catalogue: NamedDependency[CatalogueService], pages: NamedDependency[Pages]
    ) -> Response[str]:
        """What is for sale, by words, category, seller and order."""
        return await _listed(request, catalogue, pages, None)

    @get("/productos/{place:str}")
    async def product_or_category(
        self,
        place: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """An id names a product, anything else a category."""
        try:
            if is_id(place):
                return await _shown(request, catalogue, pages, await catalogue.show(actor, ProductId(place)))
            return await _listed(request, catalogue, pages, await catalogue.category(place))
        except (ProductMissing, CategoryMissing) as refusal:
            return await _missing(request, catalogue, pages, refusal)

    @get("/productos/{category:str}/{name:str}")
    async def product(
        self,
        category: FromPath[str],
        name: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """A product at its own address; it moves along when its category changes."""
        try:
            found = await catalogue.show_by_slug(actor, name)
        except ProductMissing as refusal:
            return await _missing(request, catalogue, pages, refusal)
        if found.category != category:
            return Redirect(address(found), status_code=301)
        return await _shown(request, catalogue, pages, found)

    @get(LIVE)
    async def newest(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
    ) -> Response[str]:
        """The newest products, with a form to add one."""
        newest = await catalogue.page(ProductQuery(limit=_ON_A_PAGE))
        categories = await catalogue.categories()
        form = Form[OfferForm]()
        return await pages.render(
            request, "catalogue/newest.html", products=newest.items, categories=categories, form=form
        )

    @get(OWN)
    async def own(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """The seller's own products, hidden and sold out ones too."""
        catalogue.seller(actor)
        query = ProductQuery(after=request.query_params.get("after") or None, limit=_ON_A_PAGE)
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
            data = _priced(form.require())
            product = await catalogue.add(actor, data.product(catalogue.currency), await _picture(form))
        except (Invalid, TooLarge, Unsupported) as refusal:
            return await _edited(request, catalogue, pages, _with(form, refusal))
        said = flash(jar, N_("“{title}” is for sale now."), title=product.title)
        return Redirect(LIVE if data.back == LIVE else address(product), status_code=303, cookies=[said])

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
        return Redirect(OWN, status_code=303, cookies=[said])

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
        return Redirect(OWN, status_code=303, cookies=[said])


def address(product: Product) -> str:
    """Where a product is shown."""
    return f"/productos/{product.category}/{product.slug}"


async def _listed(
    request: ShopRequest, catalogue: CatalogueService, pages: Pages, category: Category | None
) -> Response[str]:
    """A shelf or all of them. What nobody offers as a filter is read as none, since people edit addresses."""
    asked = request.query_params
    sort = asked.get("sort", "")
    query = ProductQuery(
        q=asked.get("q", "")[:_LONGEST_SEARCH].strip() or None,
        category=category.slug if category else asked.get("category") or None,
        seller=UserId(asked["seller"]) if asked.get("seller") else None,
        sort=Sort(sort) if sort in set(Sort) else Sort.NEWEST,
        after=asked.get("after") or None,
        limit=_ON_A_PAGE,
    )
    return await pages.render(
        request,
        "catalogue/list.html",
        products=await catalogue.page(query),
        categories=await catalogue.categories(),
        category=category,
        query=query,
        q=query.q or "",
    )


async def _shown(request: ShopRequest, catalogue: CatalogueService, pages: Pages, product: Product) -> Response[str]:
    category = await catalogue.category(product.category)
    form = Form[Any]()
    return await pages.render(request, "catalogue/product.html", product=product, category=category, form=form)


async def _missing(request: ShopRequest, catalogue: CatalogueService, pages: Pages, refusal: Declined) -> Response[str]:
    """A page that says what does not exist, and shows what does."""
    others = await catalogue.page(ProductQuery(limit=_OTHERS))
    return await pages.render(
        request,
        "catalogue/missing.html",
        status=404,
        refusal=refusal,
        products=others.items,
        categories=await catalogue.categories(),
    )


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


def _priced(data: OfferForm) -> OfferForm:
    """With the decimal comma that people write in Spanish as a point; `1,000` stays, it could mean a thousand."""
    if comma := _DECIMAL_COMMA.fullmatch(data.price):
        return msgspec.structs.replace(data, price=f"{comma[1]}.{comma[2]}")
    return data


def _changes(data: OfferForm, currency: str) -> ChangeProduct:
    """What the form says, but the stock only where it was typed anew."""
    product = _priced(data).product(currency)
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
