"""What the catalogue says and understands on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from zoco.features.catalogue.models import Category, Image, Product, ProductStatus, Seller
from zoco.kit.money import LARGEST, Money

Title = Annotated[str, Meta(min_length=1, max_length=200, description="What it is called.")]
Description = Annotated[str, Meta(max_length=20_000, description="Plain text, or simple HTML that is cleaned.")]
CategoryName = Annotated[
    str, Meta(min_length=1, max_length=80, description="Name or slug; it comes into being with its first product.")
]
Stock = Annotated[int, Meta(ge=0, le=1_000_000_000, description="Pieces that can be sold.")]
Amount = Annotated[int, Meta(ge=0, le=LARGEST, description="In minor units: 900 is 9.00 USD.")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217; the shop's own where left out.")]
OfferStatus = Annotated[str, Meta(pattern="^(active|hidden)$", description="`active` is offered, `hidden` is not.")]


class MoneyIn(msgspec.Struct, forbid_unknown_fields=True):
    amount: Amount
    currency: Currency | None = None


class AddProduct(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    title: Title
    category: CategoryName
    price: MoneyIn
    stock: Stock
    description: Description = ""
    status: OfferStatus = "active"


class ProductForm(msgspec.Struct, kw_only=True):
    """A product as a form sends it: the price as people write it."""

    title: Title
    category: CategoryName
    price: Annotated[str, Meta(min_length=1, max_length=30)]
    stock: Stock
    description: Description = ""
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
            status=self.status,
        )


class ChangeProduct(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Only what is given changes."""

    title: Title | UnsetType = UNSET
    category: CategoryName | UnsetType = UNSET
    price: MoneyIn | UnsetType = UNSET
    stock: Stock | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    status: OfferStatus | UnsetType = UNSET


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
            product.status,
            product.created_at,
            product.updated_at,
            product.version,
        )


class ProductPage(msgspec.Struct, frozen=True):
    items: list[ProductOut]
    next: str | None


class CategoryOut(msgspec.Struct, frozen=True):
    slug: str
    name: str
    count: int

    @classmethod
    def of(cls, category: Category) -> CategoryOut:
        return cls(category.slug, category.name, category.count)


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
