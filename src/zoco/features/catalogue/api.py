"""The catalogue over REST."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from zoco.features.catalogue.models import ProductQuery, Sort
from zoco.features.catalogue.schemas import (
    AddProduct,
    Alt,
    CategoryOut,
    CategoryPage,
    ChangeProduct,
    PlaceImages,
    ProductForm,
    ProductOut,
    ProductPage,
    Suggestions,
)
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import ProductId, UserId
from zoco.kit.money import LARGEST
from zoco.kit.paging import LARGEST_LIMIT, LIMIT
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.forms import read_form
from zoco.web.operations import either_body

_SUGGESTED = 8
_TEXT = {"type": "string"}
_FILE = {"type": "string", "format": "binary"}
_PRODUCT_FORM = dict.fromkeys(("title", "description", "category", "price", "stock"), _TEXT) | {"image": _FILE}
PriceLimit = Annotated[
    int,
    QueryParameter(
        ge=0,
        le=LARGEST,
        description="In minor units, digits only: 900 is 9.00 USD.",
        schema_extra={"minimum": 0},  # else 0 is left out
    ),
]


class ProductApi(Controller):
    """Products: read by anybody, changed by their sellers."""

    path = "/api/products"
    tags = ("products",)

    @get("/", summary="List products", operation_id="listProducts")
    async def list(
        self,
        catalogue: NamedDependency[CatalogueService],
        q: Annotated[
            str | None,
            QueryParameter(max_length=200, description="Words, all of which a product or its category must have."),
        ] = None,
        category: Annotated[str | None, QueryParameter(max_length=80, description="Slug of a category.")] = None,
        seller: Annotated[str | None, QueryParameter(max_length=80, description="Id of a user.")] = None,
        min_price: PriceLimit = 0,
        max_price: PriceLimit = LARGEST,
        in_stock: Annotated[bool, QueryParameter(description="Leave out what is sold out.")] = True,
        sort: FromQuery[Sort] = Sort.NEWEST,
        after: Annotated[str | None, QueryParameter(max_length=500, description="`next` of the page before.")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT)] = LIMIT,
    ) -> ProductPage:
        """What is for sale, with who sells it; newest first unless `sort` says otherwise."""
        query = ProductQuery(
            q=q,
            category=category,
            seller=UserId(seller) if seller else None,
            min_price=min_price or None,
            max_price=max_price if max_price < LARGEST else None,
            in_stock=in_stock,
            sort=sort,
            after=after,
            limit=limit,
        )
        return ProductPage.of(await catalogue.page(query))

    @post(
        "/",
        summary="Offer a product",
        operation_id="addProduct",
        operation_class=either_body(AddProduct, _PRODUCT_FORM),
    )
    async def add(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        actor: NamedDependency[Actor],
    ) -> Response[ProductOut]:
        """As JSON, or as a form: `title, description, category, price (9.00), stock` and one or more files `image`."""
        actor.signed_in()
        data, images = await product_of(request, catalogue.currency)
        product = await catalogue.add(actor, data, *images)
        return Response(ProductOut.of(product), headers={"Location": f"/api/products/{product.id}"})

    @get("/suggest", summary="Suggest what a search may be for", operation_id="suggestProducts")
    async def suggest(
        self,
        catalogue: NamedDependency[CatalogueService],
        language: NamedDependency[str],
        q: Annotated[
            str, QueryParameter(max_length=100, description="What was typed, the last word perhaps half.")
        ] = "",
    ) -> Suggestions:
        """Categories, then products in stock, named in the language of the request; eight at most."""
        shelves, products = await catalogue.suggest(q, _SUGGESTED)
        return Suggestions.of([one.told_in(language) for one in shelves], [one.told_in(language) for one in products])

    @get("/{pid:str}", summary="Show a product", operation_id="showProduct")
    async def show(
        self, pid: FromPath[str], catalogue: NamedDependency[CatalogueService], actor: NamedDependency[Actor]
    ) -> ProductOut:
        (product,) = ProductOut.ready([await catalogue.show(actor, ProductId(pid))])
        return product

    @put("/{pid:str}", summary="Change a product", operation_id="changeProduct")
    async def change(
        self,
        pid: FromPath[str],
        data: JSONBody[ChangeProduct],
        catalogue: NamedDependency[CatalogueService],
        actor: NamedDependency[Actor],
    ) -> ProductOut:
        """Only its seller and staff may; only what is given changes."""
        return ProductOut.of(await catalogue.change(actor, ProductId(pid), data))

    @delete("/{pid:str}", summary="Remove a product", operation_id="removeProduct")
    async def remove(
        self, pid: FromPath[str], catalogue: NamedDependency[CatalogueService], actor: NamedDependency[Actor]
    ) -> None:
        """Orders keep their copy of it."""
        await catalogue.remove(actor, ProductId(pid))


class ImagesApi(Controller):
    """The pictures of a product: the first one stands for it in lists."""

    path = "/api/products/{pid:str}"
    tags = ("products",)

    @put(
        "/image",
        summary="Set the first picture of a product",
        operation_id="setProductImage",
        operation_class=either_body(None, {"image": _FILE}),
    )
    async def set_image(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        actor: NamedDependency[Actor],
    ) -> ProductOut:
        """As a form with the file `image`, or the picture itself as the body. Further pictures stay."""
        actor.signed_in()
        image, _ = await image_of_request(request)
        return ProductOut.of(await catalogue.set_image(actor, ProductId(pid), image))

    @post(
        "/images",
        summary="Add a picture to a product",
        operation_id="addProductImage",
        operation_class=either_body(None, {"image": _FILE, "alt": _TEXT}),
    )
    async def add(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        actor: NamedDependency[Actor],
    ) -> ProductOut:
        """As a form with the file `image` and what it shows (`alt`), or the picture itself as the body.

        It becomes the last one; one that is there already stays where it is.
        """
        actor.signed_in()
        image, alt = await image_of_request(request)
        return ProductOut.of(await catalogue.add_images(actor, ProductId(pid), [image], alt))

    @put("/images", summary="Arrange the pictures of a product", operation_id="arrangeProductImages")
    async def arrange(
        self,
        pid: FromPath[str],
        data: JSONBody[PlaceImages],
        catalogue: NamedDependency[CatalogueService],
        actor: NamedDependency[Actor],
    ) -> ProductOut:
        """Their order, and what each shows; those left out are removed."""
        return ProductOut.of(await catalogue.arrange(actor, ProductId(pid), data.images))

    @delete("/images/{image:str}", summary="Remove a picture of a product", operation_id="removeProductImage")
    async def remove(
        self,
        pid: FromPath[str],
        image: FromPath[str],
        catalogue: NamedDependency[CatalogueService],
        actor: NamedDependency[Actor],
    ) -> None:
        """By the `id` that the product's `images` give it."""
        await catalogue.remove_image(actor, ProductId(pid), image)


class CategoryApi(Controller):
    """The shelves of the shop."""

    path = "/api/categories"
    tags = ("products",)

    @get("/", summary="List categories", operation_id="listCategories")
    async def list(self, catalogue: NamedDependency[CatalogueService]) -> CategoryPage:
        """Those with something in stock, in the shop's order, else by name."""
        return CategoryPage([CategoryOut.of(category) for category in await catalogue.categories()])


async def product_of(request: ShopRequest, currency: str) -> tuple[AddProduct, list[bytes]]:
    """The product and its pictures from a JSON body or a form."""
    if request.content_type[0] != "multipart/form-data":
        return request.decoded(await request.body(), AddProduct), []
    form = (await read_form(request, ProductForm)).only({*ProductForm.__struct_fields__, "image"})
    return form.require().product(currency), await form.chosen("image")


async def image_of_request(request: ShopRequest) -> tuple[bytes, str]:
    """A picture, and what it shows as far as that is said."""
    if request.content_type[0].startswith("image/"):
        image, alt = await request.body(), ""
    else:
        form = await read_form(request, Described)
        image, alt = b"".join((await form.chosen("image"))[:1]), form.require().alt
    if not image:
        raise Invalid(FieldError("image", "required", N_("Choose a picture.")))
    return image, alt


class Described(msgspec.Struct):
    """A form with a file, and what it shows."""

    alt: Alt = ""
