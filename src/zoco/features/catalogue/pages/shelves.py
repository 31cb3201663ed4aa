"""What everybody sees of the catalogue: shelves, products, the newest ones, and what stands where nothing is."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.catalogue.errors import CategoryMissing, ProductMissing
from zoco.features.catalogue.models import Around, Category, Product, ProductQuery, Seller
from zoco.features.catalogue.pages import facts
from zoco.features.catalogue.pages.filters import FIELDS, ON_A_PAGE, Asked, active, asked
from zoco.features.catalogue.pages.offers import LIVE, OfferForm
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import Declined
from zoco.kit.ids import ProductId, is_id, secret_id
from zoco.kit.paging import Page
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.settings.tree import Shop
from zoco.web.about import About, Shown, brief
from zoco.web.aliases import alias
from zoco.web.body import ShopRequest
from zoco.web.forms import Form
from zoco.web.pages import Pages
from zoco.web.paging import here

ALL = "/productos"
_OTHERS = 4


class ShelfPages(Controller):
    """`/productos`, `/realTimeProducts`. They show guests nothing personal, since they are kept as ready bytes."""

    path = "/"
    include_in_schema = False
    english = alias("/products", ALL)

    @get(ALL)
    async def list(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        shop: NamedDependency[Shop],
    ) -> Response[str]:
        """What is for sale, by words, category, seller, price and order."""
        return await _listed(request, catalogue, pages, shop, None)

    @get("/productos/{place:str}")
    async def product_or_category(
        self,
        place: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        shop: NamedDependency[Shop],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """An id names a product, anything else a category; one that has moved leads on."""
        try:
            if is_id(place):
                return await _shown(request, catalogue, pages, shop, await catalogue.show(actor, ProductId(place)))
            shelf = await catalogue.category(place)
        except (ProductMissing, CategoryMissing) as refusal:
            return await _missing(request, catalogue, pages, refusal, "" if is_id(place) else place)
        if shelf.slug != place:
            return Redirect(f"{ALL}/{shelf.slug}", status_code=301)
        return await _listed(request, catalogue, pages, shop, shelf)

    @get("/productos/{category:str}/{name:str}")
    async def product(
        self,
        category: FromPath[str],
        name: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        shop: NamedDependency[Shop],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """A product at its own address; it moves along when its category changes."""
        try:
            found = await catalogue.show_by_slug(actor, name)
        except ProductMissing as refusal:
            return await _missing(request, catalogue, pages, refusal, f"{name} {category}")
        if found.category != category:
            return Redirect(found.address, status_code=301)
        return await _shown(request, catalogue, pages, shop, found)

    @get("/vitrina/{pid:str}")
    async def card(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """A product as lists show it, sold out or not; nothing where there is none, as scripts ask for this."""
        try:
            found = [await catalogue.show(actor, ProductId(pid))]
        except ProductMissing:
            found = []
        return await pages.render(request, "catalogue/card.html", products=_told(request, pages, found))

    @get(LIVE)
    async def newest(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
        shop: NamedDependency[Shop],
    ) -> Response[str]:
        """The newest products, with a form to add one."""
        newest = _told(request, pages, (await catalogue.page(ProductQuery(limit=ON_A_PAGE))).items)
        origin = pages.origin(request)
        about = pages.about(
            request,
            LIVE,
            title=pages.say(request, N_("Just arrived")),
            description=pages.say(request, N_("What is new at {shop}, as it comes in."), shop=shop.name),
            facts=[facts.listed(origin, newest)],
        )
        return await pages.render(
            request,
            "catalogue/newest.html",
            products=newest,
            categories=await catalogue.categories(),
            form=Form[OfferForm](),
            key=secret_id(),
            about=about,
        )


async def _listed(
    request: ShopRequest, catalogue: CatalogueService, pages: Pages, shop: Shop, category: Category | None
) -> Response[str]:
    """A shelf or all of them."""
    wanted = asked(request, category, catalogue.currency)
    query = wanted.query
    page = await catalogue.page(query)
    products = Page(_told(request, pages, page.items), page.next)
    language = pages.language(request)
    category = category and category.told_in(language)
    categories = await catalogue.categories(language)
    shelf = category or next((one for one in categories if one.slug == query.category), None)
    seller = await _seller(catalogue, query, products.items)
    sellers = {product.seller.id: product.seller for product in products.items}
    if seller:
        sellers[seller.id] = seller

    def say(message: str, **params: Any) -> str:
        return pages.say(request, message, **params)

    return await pages.render(
        request,
        "catalogue/list.html",
        status=422 if wanted.form.errors else 200,
        products=products,
        categories=categories,
        category=category,
        query=query,
        q=query.q or "",
        form=wanted.form,
        active=active(request, query, categories, seller, catalogue.currency, say),
        clear=here(request.scope, after=None, **dict.fromkeys(FIELDS)),
        seller=seller,
        sellers=sorted(sellers.values(), key=lambda one: one.name.casefold()),
        about=_about_list(request, pages, shop, wanted, shelf, seller, products.items),
    )


async def _seller(catalogue: CatalogueService, query: ProductQuery, found: list[Product]) -> Seller | None:
    """Whose products are asked for, though none of them may be found; None for somebody who never sold."""
    if query.seller is None:
        return None
    if not found:
        found = (await catalogue.page(ProductQuery(seller=query.seller, in_stock=False, limit=1))).items
    return found[0].seller if found else None


def _about_list(
    request: ShopRequest,
    pages: Pages,
    shop: Shop,
    wanted: Asked,
    shelf: Category | None,
    seller: Seller | None,
    found: list[Product],
) -> About:
    """A list is known by its shelf or its seller; whatever else chooses from it is nobody's to find."""
    query, origin = wanted.query, pages.origin(request)
    everything = pages.say(request, N_("Products"))
    description = pages.say(
        request, N_("Everything you can buy at {shop} today, straight from the people who sell it."), shop=shop.name
    )
    title, address, steps = everything, ALL, [(everything, ALL)]
    if seller:
        title, address = pages.say(request, N_("Sold by {name}"), name=seller.name), seller.address
        description = pages.say(request, N_("What {name} sells at {shop}."), name=seller.name, shop=shop.name)
        steps.append((title, address))
    elif shelf:
        title, address = shelf.name, f"{ALL}/{shelf.slug}"
        description = pages.say(
            request, N_("{category} at {shop}: prices, photos and who sells it."), category=shelf.name, shop=shop.name
        )
        steps.append((title, address))
    if query.q:
        title = pages.say(request, N_("Products with “{words}”"), words=query.q)
    chosen = query.q or query.after or query.min_price is not None or query.max_price is not None or not query.in_stock
    whole = facts.whole_shop(origin, shop) if address == ALL and not chosen else []
    return pages.about(
        request,
        address,
        title=title,
        description=description,
        indexed=not chosen and not wanted.form.errors,
        facts=[*whole, facts.crumbs(origin, steps), facts.listed(origin, found)],
    )


async def _shown(
    request: ShopRequest, catalogue: CatalogueService, pages: Pages, shop: Shop, found: Product
) -> Response[str]:
    around = await catalogue.around(found, pages.language(request), _OTHERS)
    known_by = around.product.stamp, around.category.slug, around.category.name
    return await pages.render(
        request,
        "catalogue/product.html",
        form=Form[Any](),
        about=pages.about_once(request, known_by, partial(_about_product, request, pages, shop, around)),
        **msgspec.structs.asdict(around),
    )


def _told(request: ShopRequest, pages: Pages, products: list[Product]) -> list[Product]:
    """In the visitor's language, as far as they are told in it."""
    language = pages.language(request)
    return [product.told_in(language) for product in products]


def _about_product(request: ShopRequest, pages: Pages, shop: Shop, around: Around) -> About:
    product, shelf, views = around.product, around.category, around.gallery
    origin, usual = pages.origin(request), N_("{title} for {price} at {shop}.")
    shot = views[0].largest if views else None
    steps = [
        (pages.say(request, N_("Products")), ALL),
        (shelf.name, f"{ALL}/{shelf.slug}"),
        (product.title, product.address),
    ]
    return pages.about(
        request,
        product.address,
        title=product.title,
        description=brief(product.description)
        or pages.say(request, usual, title=product.title, price=product.price, shop=shop.name),
        image=Shown(origin + shot.url, shot.width, shot.height, views[0].alt) if shot else None,
        kind="product",
        facts=[facts.offer(origin, product, shelf.name, views), facts.crumbs(origin, steps)],
    )


async def _missing(
    request: ShopRequest, catalogue: CatalogueService, pages: Pages, refusal: Declined, typed: str
) -> Response[str]:
    """A page that says what does not exist, and shows what the address may have meant, else what is new."""
    meant = await catalogue.meant(typed, _OTHERS)
    products = meant or (await catalogue.page(ProductQuery(limit=_OTHERS))).items
    return await pages.render(
        request,
        "catalogue/missing.html",
        status=404,
        refusal=refusal,
        meant=bool(meant),
        products=_told(request, pages, products),
        categories=await catalogue.categories(pages.language(request)),
    )
