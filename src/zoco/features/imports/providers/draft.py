"""The checks that every foreign product passes, whatever dialect it was written in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec

from zoco.features.catalogue.models import (
    LONGEST_CATEGORY,
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    MOST_PICTURES,
    MOST_STOCK,
    ProductStatus,
)
from zoco.features.imports.models import DraftImage, ProductDraft, RowRefused
from zoco.features.imports.providers import values
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import ProductId
from zoco.kit.money import Money
from zoco.kit.text import N_

_LONGEST_KEY: Final = 1_000  # in bytes, so that the index of every engine holds it

STOCK_UNKNOWN: Final = FieldError(
    "stock", "imports.stock_unknown", N_("The file does not say how many there are, so none are for sale yet.")
)
STOCK_SHARED: Final = FieldError(
    "stock",
    "imports.stock_shared",
    N_("Its options share one stock. Say how many there are of each; none are for sale yet."),
)


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """A product's cells under our names, as text; an empty `stock` means that it is not counted there.

    `images` are in the order in which they are shown.
    """

    line: int
    key: str
    title: str
    description: str
    category: str
    price: str
    stock: str
    hidden: bool
    images: tuple[DraftImage, ...] = ()
    notes: tuple[FieldError, ...] = ()
    product: str = ""
    stock_before: str = ""


def checked(raw: Raw, currency: str) -> ProductDraft | RowRefused:
    """A draft, or all that is wrong with the row at once."""
    errors: list[FieldError] = []
    notes = list(raw.notes)
    title, description = values.line_of_text(raw.title), values.description(raw.description)
    if not title:
        errors.append(FieldError("title", "imports.title_missing", N_("The title is missing.")))
    for field, text, longest in (
        ("title", title, LONGEST_TITLE),
        ("description", description, LONGEST_DESCRIPTION),
        ("category", raw.category, LONGEST_CATEGORY),
    ):
        if len(text) > longest:
            message = N_("This text is longer than {longest} characters.")
            errors.append(FieldError(field, "imports.too_long", message, {"longest": longest}))
    if len(raw.key.encode()) > _LONGEST_KEY:
        message = N_("What this row is known by (a handle, options, or an SKU) is too long.")
        errors.append(FieldError("", "imports.key_too_long", message))
    price, stock = _price(raw.price, currency, errors), _stock(raw.stock, errors, notes)
    if errors or price is None:
        return RowRefused(line=raw.line, key=raw.key, title=title, errors=tuple(errors))
    images = _images(raw.images, notes) or [DraftImage("")]
    return ProductDraft(
        line=raw.line,
        source_key=raw.key,
        title=title,
        description=description,
        category=raw.category,
        price=price,
        stock=stock,
        status=ProductStatus.HIDDEN if raw.hidden else ProductStatus.ACTIVE,
        image_url=images[0].address or None,
        image_alt=images[0].alt or title,
        further=tuple(images[1:]),
        notes=tuple(notes),
        product=ProductId(raw.product) if raw.product else None,
        stock_before=values.whole(raw.stock_before),
    )


def _price(text: str, currency: str, errors: list[FieldError]) -> Money | None:
    if not text:
        errors.append(FieldError("price", "imports.price_missing", N_("The price is missing.")))
        return None
    try:
        return values.price(text, currency)
    except Invalid as refusal:
        errors += refusal.errors
        return None


def _stock(text: str, errors: list[FieldError], notes: list[FieldError]) -> int:
    if not text:
        notes.append(STOCK_UNKNOWN)
        return 0
    stock = values.whole(text)
    if stock is None or stock > MOST_STOCK:
        message = N_("“{stock}” is not a number of pieces.")
        errors.append(FieldError("stock", "imports.stock_wrong", message, {"stock": text}))
    elif stock < 0:
        message = N_("The stock is negative: {stock}.")
        errors.append(FieldError("stock", "imports.stock_negative", message, {"stock": text}))
    return stock or 0


def _images(given: Sequence[DraftImage], notes: list[FieldError]) -> list[DraftImage]:
    """Each once, as far as somebody could fetch it from the web and a product has room for it; notes on the others."""
    once, found = dict[str, DraftImage](), list[DraftImage]()
    for image in given:
        once.setdefault(image.address, image)
    once.pop("", None)
    for image in once.values():
        if _is_fetchable(image.address):
            found.append(DraftImage(image.address, values.line_of_text(image.alt)))
        else:
            message = N_("“{address}” is not the web address of an image.")
            notes.append(FieldError("image", "imports.image_address", message, {"address": image.address}))
    if len(found) > MOST_PICTURES:
        message = N_("Of its pictures only the first {limit} are taken.")
        notes.append(FieldError("image", "imports.too_many_pictures", message, {"limit": MOST_PICTURES}))
    return found[:MOST_PICTURES]


def _is_fetchable(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
