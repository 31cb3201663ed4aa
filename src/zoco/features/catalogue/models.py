"""Products and categories, and the rules that hold for each by itself."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from zoco.features.catalogue.errors import NotForSale, OutOfStock
from zoco.features.media.models import NAME, Picture, Size
from zoco.kit.ids import CategoryId, ProductId, UserId
from zoco.kit.money import Money
from zoco.kit.text import Told, fold, words

MOST_PICTURES: Final = 12
MOST_STOCK: Final = 1_000_000_000
LONGEST_TITLE: Final = 200
LONGEST_DESCRIPTION: Final = 20_000
LONGEST_CATEGORY: Final = 80
LONGEST_ALT: Final = 200


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
    """A shelf of the shop, named by its slug; `count` is how many products on it are offered and in stock.

    `position` is its place where somebody gave it one, counted from 1; 0 comes after those, by name. `moved_to` is the
    slug of the shelf that took its products over; its own then only leads there. A `removed` one is shown to staff no
    more, until it has a product again. `translations` are its names in further languages, by their codes.
    """

    id: CategoryId
    slug: str
    name: str
    count: int = 0
    position: int = 0
    moved_to: str | None = None
    removed: bool = False
    translations: dict[str, str] = {}

    def told_in(self, language: str) -> Category:
        """As visitors read it who speak the language; to be shown, never to be saved."""
        name = self.translations.get(language)
        return msgspec.structs.replace(self, name=name) if name else self

    @property
    def rank(self) -> tuple[bool, int, str, str]:
        """What lists of shelves are ordered by."""
        return not self.position, self.position, alphabetical(self.name), self.slug


def named(terms: Iterable[str], shelves: Iterable[Category]) -> dict[str, list[str]]:
    """The terms of a search that stand in names of shelves, in whatever language, each with the slugs of these.

    Not by words of the slug: what is on a shelf has those itself.
    """
    found: dict[str, list[str]] = {}
    told = {shelf.slug: _told(shelf.slug, shelf.name, *shelf.translations.values()) for shelf in shelves}
    for term in terms:
        begun = term.removesuffix("*")
        for slug, said in told.items():
            if term in said or (begun != term and any(word.startswith(begun) for word in said)):
                found.setdefault(term, []).append(slug)
    return found


@functools.lru_cache(4096)  # every search asks for those of every shelf
def _told(slug: str, *names: str) -> frozenset[str]:
    """The words of a shelf's names that are not in its slug."""
    return frozenset(words(" ".join(names))).difference(words(slug))


class Shelf(msgspec.Struct, frozen=True):
    """A category as staff see it: with how many `products` there are on it, offered or not."""

    category: Category
    products: int


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


class Photo(msgspec.Struct, frozen=True):
    """One of a product's pictures: the hash of its content, its large size, and what it shows in words, if told."""

    hash: str
    width: int
    height: int
    alt: str = ""

    @property
    def name(self) -> str:
        """What it is called among the pictures of its product."""
        return self.hash[:NAME]


class Words(msgspec.Struct, frozen=True):
    """What a product is called and said to be in a further language; what is empty is told in the first one."""

    title: str = ""
    description: str = ""


Stamp: TypeAlias = tuple[str, int, int]
"""A product as it was between two changes: its id, version and stock."""


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """Something for sale; `version` counts changes other than of stock.

    The first of its `pictures` stands for it. `translations` are by language code.
    """

    id: ProductId
    slug: str
    title: str
    description: str
    category: str
    price: Money
    stock: int
    seller: Seller
    pictures: tuple[Photo, ...] = ()
    translations: dict[str, Words] = {}
    status: ProductStatus
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def stamp(self) -> Stamp:
        """Whoever has the same one has read the same: every change counts in `version` or in `stock`."""
        return self.id, self.version, self.stock

    @property
    def cover(self) -> Photo | None:
        return self.pictures[0] if self.pictures else None

    @property
    def image(self) -> Image | None:
        """Its address changes with the picture, so that browsers may keep it for good."""
        return self._seen(self.pictures[0]) if self.pictures else None

    @property
    def images(self) -> list[Image]:
        """Where its pictures are seen, in their order."""
        return [self._seen(photo) for photo in self.pictures]

    @property
    def views(self) -> list[View]:
        """Its pictures as its page shows them, the cover first."""
        return [View.of(image, photo) for image, photo in zip(self.images, self.pictures, strict=True)]

    def _seen(self, photo: Photo) -> Image:
        """The cover is the picture at the product's own address."""
        place = self.id if photo is self.pictures[0] else f"{self.id}/{photo.name}"
        return Image(f"/images/{place}?v={photo.name}", photo.alt or self.title)

    def told_in(self, language: str) -> Product:
        """As visitors read it who speak the language; to be shown or copied, never to be saved."""
        words = self.translations.get(language)
        if words is None:
            return self
        return msgspec.structs.replace(
            self, title=words.title or self.title, description=words.description or self.description
        )

    @property
    def called(self) -> Told:
        """Its title for sentences about it, whoever reads them."""
        return Told(self.title, {code: words.title for code, words in self.translations.items()})

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
            raise NotForSale(title=self.called)
        if quantity > self.stock:
            raise OutOfStock(title=self.called, available=self.stock)

    @property
    def search_words(self) -> str:
        """What it is found by, beside the names of its seller and its shelf, in every language that it is told in."""
        told = [self.title, self.category, self.description]
        for code in sorted(self.translations):
            told += [self.translations[code].title, self.translations[code].description]
        return " ".join(words(" ".join(told)))

    @property
    def title_key(self) -> str:
        """What lists by title compare: only its beginning, since cursors carry it in addresses."""
        return alphabetical(self.title)[:50]


class Shot(msgspec.Struct, frozen=True):
    """A picture in one of its sizes."""

    url: str
    width: int
    height: int


class View(msgspec.Struct, frozen=True):
    """One of a product's pictures in its different sizes, the smallest first, and what it shows in words."""

    name: str
    shots: list[Shot]
    alt: str

    @classmethod
    @functools.lru_cache(2_000)
    def of(cls, image: Image, photo: Photo) -> View:
        """Of a picture that is smaller than a size, each size is the same, and so it stands here once."""
        found: dict[int, Shot] = {}
        picture = Picture(photo.hash, photo.width, photo.height)
        for size in Size:
            width, height = picture.sized(size)
            found.setdefault(width, Shot(f"{image.url}&size={size.value}", width, height))
        return cls(photo.name, list(found.values()), image.alt)

    @property
    def smallest(self) -> Shot:
        return self.shots[0]

    @property
    def largest(self) -> Shot:
        return self.shots[-1]

    @property
    def srcset(self) -> str:
        """For an `img`, with the width of each."""
        return ", ".join(f"{shot.url} {shot.width}w" for shot in self.shots)


class Around(msgspec.Struct, frozen=True):
    """A product and what it is shown with: its shelf, its pictures, and what else is there."""

    product: Product
    category: Category
    gallery: list[View]
    related: list[Product]


class ProductQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What a list is asked for; prices in minor units, both ends included. `hidden` includes what is not offered.

    Of those, `status` and `most_stock` choose what has this status, and no more pieces than so many.
    """

    q: str | None = None
    category: str | None = None
    seller: UserId | None = None
    min_price: int | None = None
    max_price: int | None = None
    in_stock: bool = True
    hidden: bool = False
    status: ProductStatus | None = None
    most_stock: int | None = None
    sort: Sort = Sort.NEWEST
    after: str | None = None
    limit: int = 20


def alphabetical(text: str) -> str:
    """Compares as a Spanish dictionary does: neither case nor accents count, `ñ` follows every other `n`."""
    return fold(text).replace("ñ", "n\uffff")


class BulkAction(StrEnum):
    """What staff can do to many products at once."""

    PRICE = "price"
    PERCENT = "percent"
    STOCK = "stock"
    MORE = "more"
    CATEGORY = "category"
    SHOW = "show"
    HIDE = "hide"


class Bulk(msgspec.Struct, frozen=True):
    """One change for many products: `number` is the price in minor units, the hundredths of a percent, or the pieces.

    `category` is the name of the shelf that they go to.
    """

    action: BulkAction
    number: int = 0
    category: str = ""


class Planned(msgspec.Struct, frozen=True):
    """A product as it is, and as a change would leave it."""

    before: Product
    after: Product

    @property
    def differs(self) -> bool:
        return self.before != self.after


class Bulked(msgspec.Struct, frozen=True):
    """What a change for many did: how many it changed, which titles it left alone, and the note that undoes it."""

    changed: int
    left: list[str]
    note: str = ""


class Former(msgspec.Struct, frozen=True, kw_only=True):
    """What a change for many took from one of them: its values before, and the version that it then had.

    Its stock is kept as the difference that the change made, since pieces are sold in between.
    """

    product: ProductId
    version: int
    price: int | None = None
    category: str | None = None
    status: ProductStatus | None = None
    pieces: int = 0


class BulkNote(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to undo a change for many; it is gone once that was done."""

    id: str
    user: UserId
    made_at: datetime
    rows: list[Former]
