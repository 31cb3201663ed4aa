"""What the catalogue says and understands on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, TypeAlias, cast

import msgspec
from msgspec import UNSET, Meta, UnsetType

from zoco.features.catalogue.models import (
    LONGEST_ALT,
    LONGEST_CATEGORY,
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    MOST_PICTURES,
    MOST_STOCK,
    Category,
    Image,
    Product,
    ProductQuery,
    ProductStatus,
    Seller,
    Sort,
    Words,
)
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import ProductId, UserId
from zoco.kit.money import LARGEST, Money
from zoco.kit.paging import Page
from zoco.kit.recent import Recent

Title = Annotated[str, Meta(min_length=1, max_length=LONGEST_TITLE, description="What it is called.")]
Description = Annotated[
    str, Meta(max_length=LONGEST_DESCRIPTION, description="Plain text, or simple HTML that is cleaned.")
]
CategoryName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_CATEGORY,
        description="Name or slug; it comes into being with its first product.",
    ),
]
Stock = Annotated[int, Meta(ge=0, le=MOST_STOCK, description="Pieces that can be sold.")]
Amount = Annotated[int, Meta(ge=0, le=LARGEST, description="In minor units: 900 is 9.00 USD.")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217; the shop's own where left out.")]
Alt = Annotated[str, Meta(max_length=LONGEST_ALT, description="What it shows; the title where it is empty.")]
_DECIMAL_COMMA = re.compile(r"(\d+|\d{1,3}(?:\.\d{3})+),(\d{1,2})")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+\.\d{1,2}")
STAFF_FIELDS = ("q", "category", "seller", "status", "stock", "sort")
_STAFF_LIMIT, _LONGEST_FILTER = 50, 200
_STOCKS = {"none": 0, "low": 5}
OfferStatus = Annotated[str, Meta(pattern="^(active|hidden)$", description="`active` is offered, `hidden` is not.")]


class MoneyIn(msgspec.Struct, forbid_unknown_fields=True):
    amount: Amount
    currency: Currency | None = None


class WordsIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A product in a further language; what is left out is told in the first one."""

    title: Annotated[str, Meta(max_length=LONGEST_TITLE)] = ""
    description: Description = ""


Translations = Annotated[dict[str, WordsIn], Meta(description="By language code, such as `en`.")]


class AddProduct(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    title: Title
    category: CategoryName
    price: MoneyIn
    stock: Stock
    description: Description = ""
    translations: Translations = {}
    status: OfferStatus = "active"


class ProductForm(msgspec.Struct, kw_only=True):
    """A product as a form sends it: the price as people write it."""

    title: Title
    category: CategoryName
    price: Annotated[str, Meta(min_length=1, max_length=30)]
    stock: Stock
    description: Description = ""
    translations: Translations = {}
    status: OfferStatus = "active"

    def product(self, currency: str) -> AddProduct:
        """Raises Invalid for a price that is none."""
        price = Money.parse(self.price, currency)
        return AddProduct(
            title=self.title,
            category=self.category,
            price=MoneyIn(price.amount, price.currency),
            stock=self.stock,
            description=self.description,
            translations=self.translations,
            status=self.status,
        )


class OwnForm(ProductForm, kw_only=True):
    """A product as a page sends it, where a price may have a decimal comma.

    `stock_before` is the stock that the form showed: what was sold since must not come back by saving another field.
    `translated` says that the form had fields for further languages, `version` is the product's that the form showed.
    `idempotency_key` is what tells the form for a new product from others, so that sent twice it makes one.
    """

    stock_before: Stock | None = None
    version: int | None = None
    translated: bool = False
    idempotency_key: str = ""

    def product(self, currency: str) -> AddProduct:
        return ProductForm.product(msgspec.structs.replace(self, price=with_point(self.price)), currency)

    def changes(self, currency: str) -> ChangeProduct:
        """All but the stock, and that too where it was typed anew."""
        product = self.product(currency)
        return ChangeProduct(
            title=product.title,
            category=product.category,
            price=product.price,
            stock=UNSET if product.stock == self.stock_before else product.stock,
            description=product.description,
            translations=product.translations if self.translated else UNSET,
            status=product.status,
        )


def wrong_price(typed: Mapping[str, str], currency: str) -> tuple[FieldError, ...]:
    """What is wrong with the price of a form, so that it can be said at once with what is wrong elsewhere."""
    try:
        if price := typed.get("price"):
            Money.parse(with_point(price), currency)
    except Invalid as refusal:
        return refusal.errors
    return ()


def with_point(typed: str) -> str:
    """A price as the kit reads it: people also write `12,50`, `1.234,50` and `1,234.50`, as the shop shows them.

    `1,000` stays: it could mean a thousand.
    """
    written = typed.strip()
    if comma := _DECIMAL_COMMA.fullmatch(written):
        return f"{comma[1].replace('.', '')}.{comma[2]}"
    return written.replace(",", "") if _THOUSANDS.fullmatch(written) else typed


class ChangeProduct(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Only what is given changes."""

    title: Title | UnsetType = UNSET
    category: CategoryName | UnsetType = UNSET
    price: MoneyIn | UnsetType = UNSET
    stock: Stock | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    translations: Translations | UnsetType = UNSET
    status: OfferStatus | UnsetType = UNSET


class BroughtBack(msgspec.Struct):
    """What a removed product was before, in a form that undoes its removal."""

    status: OfferStatus = "active"


class PlacedImage(msgspec.Struct, forbid_unknown_fields=True):
    """A picture that the product has, by the `id` in its `images`; without `alt` its words stay."""

    id: Annotated[str, Meta(max_length=64)]
    alt: Alt | UnsetType = UNSET


class PlaceImages(msgspec.Struct, forbid_unknown_fields=True):
    """All pictures that are to stay, in their order; the first one stands for the product."""

    images: Annotated[list[PlacedImage], Meta(max_length=MOST_PICTURES)]


class ImageOut(msgspec.Struct, frozen=True):
    """Where a picture is seen (`&size=small`, `medium` or `large`), and what it shows in words."""

    id: str
    url: str
    alt: str


def staff_query(asked: Mapping[str, str]) -> ProductQuery:
    """Of everybody's products, as an address asks for it; a choice that nobody offers is none, since people edit."""
    values = {name: asked.get(name, "").strip()[:_LONGEST_FILTER] for name in STAFF_FIELDS}
    return ProductQuery(
        q=values["q"] or None,
        category=values["category"] or None,
        seller=UserId(values["seller"]) if values["seller"] else None,
        status=ProductStatus(values["status"]) if values["status"] in {"active", "hidden"} else None,
        most_stock=_STOCKS.get(values["stock"]),
        sort=Sort(values["sort"]) if values["sort"] in set(Sort) else Sort.NEWEST,
        hidden=True,
        after=asked.get("after") or None,
        limit=_STAFF_LIMIT,
    )


class ProductOut(msgspec.Struct, frozen=True):
    id: str
    slug: str
    title: str
    description: str
    category: str
    price: Money
    stock: int
    seller: Seller
    image: Image | None
    images: list[ImageOut]
    translations: dict[str, Words]
    status: ProductStatus
    created_at: datetime
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, product: Product) -> ProductOut:
        return cls(
            product.id,
            product.slug,
            product.title,
            product.description,
            product.category,
            product.price,
            product.stock,
            product.seller,
            product.image,
            [
                ImageOut(photo.name, image.url, image.alt)
                for photo, image in zip(product.pictures, product.images, strict=True)
            ],
            product.translations,
            product.status,
            product.created_at,
            product.updated_at,
            product.version,
        )

    @classmethod
    def ready(cls, products: Sequence[Product]) -> list[ProductOut]:
        """The same for an answer that is sent as it is: their JSON, made once for what nobody has changed since."""
        made = _made.all([product.id for product in products])
        found = [
            known[1] if known is not None and known[0] is product else _encoded(product, known)
            for product, known in zip(products, made, strict=True)
        ]
        return cast(list[ProductOut], found)


_Made: TypeAlias = tuple[Product, msgspec.Raw]
_made: Recent[ProductId, _Made] = Recent(2_000)


def _encoded(product: Product, known: _Made | None) -> msgspec.Raw:
    if known is not None and known[0].stamp == product.stamp:
        return known[1]
    return _made.put(product.id, (product, msgspec.Raw(msgspec.json.encode(ProductOut.of(product)))))[1]


class ProductPage(msgspec.Struct, frozen=True):
    items: list[ProductOut]
    next: str | None

    @classmethod
    def of(cls, page: Page[Product]) -> ProductPage:
        return cls(ProductOut.ready(page.items), page.next)


class CategoryOut(msgspec.Struct, frozen=True):
    slug: str
    name: str
    count: int
    translations: Annotated[dict[str, str], Meta(description="Its names in further languages, by their codes.")]

    @classmethod
    def of(cls, category: Category) -> CategoryOut:
        return cls(category.slug, category.name, category.count, category.translations)


class CategoryPage(msgspec.Struct, frozen=True):
    items: list[CategoryOut]
    next: str | None = None


class Suggestion(msgspec.Struct, frozen=True):
    """`kind` says whether it leads to a `category` or a `product`; `url` is its page."""

    kind: Literal["category", "product"]
    title: str
    url: str


class Suggestions(msgspec.Struct, frozen=True):
    items: list[Suggestion]

    @classmethod
    def of(cls, shelves: list[Category], products: list[Product]) -> Suggestions:
        return cls(
            [
                *(Suggestion("category", shelf.name, f"/productos/{shelf.slug}") for shelf in shelves),
                *(Suggestion("product", product.title, product.address) for product in products),
            ]
        )
