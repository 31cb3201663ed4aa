"""Products and categories, and the rules that hold for each by itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from zoco.features.catalogue.errors import NotForSale, OutOfStock
from zoco.features.media.models import Picture, Size
from zoco.kit.ids import CategoryId, ProductId, UserId
from zoco.kit.money import Money
from zoco.kit.text import fold, words


class ProductStatus(StrEnum):
    """`active` is offered, `hidden` only its seller and staff see, `removed` nobody; orders keep their copy."""

    ACTIVE = "active"
    HIDDEN = "hidden"
    REMOVED = "removed"


class Sort(StrEnum):
    """Orders of a list; equal ones are ordered by id in the same direction."""

    NEWEST = "newest"
    PRICE = "price"
    PRICE_DOWN = "-price"
    TITLE = "title"


class Category(msgspec.Struct, frozen=True):
    """A shelf of the shop, named by its slug; `count` is how many products on it are offered and in stock."""

    id: CategoryId
    slug: str
    name: str
    count: int = 0


class Seller(msgspec.Struct, frozen=True):
    """Who offers a product, by the name they had when it was last changed."""

    id: UserId
    name: str

    @property
    def address(self) -> str:
        """Where everything that they sell is shown."""
        return f"/productos?seller={self.id}"


class Image(msgspec.Struct, frozen=True):
    """Where a picture is seen, and what it shows in words."""

    url: str
    alt: str


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """Something for sale. `picture` is the hash of its image or None; `version` counts changes other than of stock."""

    id: ProductId
    slug: str
    title: str
    description: str
    category: str
    price: Money
    stock: int
    seller: Seller
    picture: str | None
    status: ProductStatus
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def image(self) -> Image | None:
        """Its address changes with the picture, so that browsers may keep it for good."""
        return Image(f"/images/{self.id}?v={self.picture[:16]}", self.title) if self.picture else None

    @property
    def address(self) -> str:
        """Where it is shown."""
        return f"/productos/{self.category}/{self.slug}"

    @property
    def offered(self) -> bool:
        """Whether one piece can be bought now."""
        return self.status is ProductStatus.ACTIVE and self.stock > 0

    def check_offer(self, quantity: int) -> None:
        """Raise NotForSale or OutOfStock where `quantity` pieces cannot be had now."""
        if self.status is not ProductStatus.ACTIVE:
            raise NotForSale(title=self.title)
        if quantity > self.stock:
            raise OutOfStock(title=self.title, available=self.stock)

    @property
    def search_words(self) -> str:
        """What it is found by, beside the name of its seller."""
        return " ".join(words(f"{self.title} {self.category} {self.description}"))

    @property
    def title_key(self) -> str:
        """What lists by title compare: only its beginning, since cursors carry it in addresses."""
        return alphabetical(self.title)[:50]


class Shot(msgspec.Struct, frozen=True):
    """A picture in one of its sizes."""

    url: str
    width: int
    height: int


class Gallery(msgspec.Struct, frozen=True):
    """A product's picture in its different sizes, the smallest first, and what it shows in words."""

    shots: list[Shot]
    alt: str

    @classmethod
    def of(cls, image: Image, picture: Picture) -> Gallery:
        """Of a picture that is smaller than a size, each size is the same, and so it stands here once."""
        found: dict[int, Shot] = {}
        for size in Size:
            width, height = picture.sized(size)
            found.setdefault(width, Shot(f"{image.url}&size={size.value}", width, height))
        return cls(list(found.values()), image.alt)

    @property
    def largest(self) -> Shot:
        return self.shots[-1]

    @property
    def srcset(self) -> str:
        """For an `img`, with the width of each."""
        return ", ".join(f"{shot.url} {shot.width}w" for shot in self.shots)


class Around(msgspec.Struct, frozen=True):
    """What a product is shown with: its shelf, its picture's sizes, and what else is there."""

    category: Category
    gallery: Gallery | None
    related: list[Product]


class ProductQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is asked for; prices in minor units, both ends included. `hidden` includes what is not offered."""

    q: str | None = None
    category: str | None = None
    seller: UserId | None = None
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool = True
    hidden: bool = False
    sort: Sort = Sort.NEWEST
    after: str | None = None
    limit: int = 20


def alphabetical(text: str) -> str:
    """Compares as a Spanish dictionary does: neither case nor accents count, `ñ` follows every other `n`."""
    return fold(text).replace("ñ", "n\uffff")
