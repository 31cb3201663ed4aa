"""Shopify's product CSV, in the column names before 2025 and in the present ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Final

import msgspec

from zoco.features.imports.models import DraftImage, ProductDraft, RowRefused
from zoco.features.imports.providers import values
from zoco.features.imports.providers.draft import Raw, checked
from zoco.features.imports.providers.export import OWN_ID, OWN_STOCK, unguarded
from zoco.features.imports.providers.table import CsvRow
from zoco.kit.errors import FieldError
from zoco.kit.text import N_, fold, slug

# Our names, the old and the present column. Both spellings of the options differ only in case, which is not compared.
_OLD: Final = {
    "handle": "handle",
    "description": "body (html)",
    "category": "product category",
    "published": "published",
    "sku": "variant sku",
    "price": "variant price",
    "stock": "variant inventory qty",
    "image": "image src",
    "variant image": "variant image",
}
_PRESENT: Final = {
    "handle": "url handle",
    "description": "description",
    "category": "product category",
    "published": "published on online store",
    "sku": "sku",
    "price": "price",
    "stock": "inventory quantity",
    "image": "product image url",
    "variant image": "variant image url",
}
_OPTIONS: Final = ("option1", "option2", "option3")
_NO = frozenset({"false", "no", "0"})
_YES = frozenset({"true", "yes", "1"})


class _Head(msgspec.Struct, frozen=True):
    """What only the first row of a product says, and all of its variants share."""

    handle: str
    title: str
    description: str
    category: str
    hidden: bool
    gift_card: bool


class Shopify:
    """One product for each variant. Rows of one handle follow each other; those without a variant only carry images.

    A variant shows its own image and then those of all, but not those of its sisters.

    A file of our own has two columns more: which product it is, and the stock that it had.
    A quantity is believed although nothing tracks it; without one none are for sale, since Zoco sells what is there.
    """

    name = "Shopify"
    known_by = "Handle, Title, Variant Price; Title, URL handle, Price"

    def recognises(self, header: Sequence[str]) -> bool:
        return _names(header) is not None

    def lacks(self, header: Sequence[str]) -> list[str]:
        names = _names(header) or _PRESENT
        price = "Variant Price" if names is _OLD else "Price"
        return [] if names["price"] in header else [price]

    def drafts(self, rows: Iterator[CsvRow], currency: str) -> Iterator[ProductDraft | RowRefused]:
        for handle, names, together in _products(rows):
            head, gallery = _head(together[0], names, handle), _gallery(together, names)
            own = {row[names["variant image"]] for row in together}
            for row in (together[0], *(row for row in together[1:] if _has_variant(row, names))):
                yield _variant(row, names, head, _images(row[names["variant image"]], gallery, own), currency)


def _names(header: Sequence[str]) -> dict[str, str] | None:
    columns = set(header)
    for names in (_OLD, _PRESENT):
        if {names["handle"], "title"} <= columns:
            return names
    return None


def _products(rows: Iterator[CsvRow]) -> Iterator[tuple[str, dict[str, str], list[CsvRow]]]:
    """Rows that follow each other under one handle; one without it belongs to the product above it."""
    handle, names, together = "", _PRESENT, list[CsvRow]()
    for given in rows:
        row = unguarded(given) if given[OWN_ID] else given
        names = _OLD if "handle" in row.cells else _PRESENT
        named = row[names["handle"]].lower() or slug(row["title"]) or handle
        if together and (named != handle or row[OWN_ID] != together[0][OWN_ID]):
            yield handle, names, together
            together = []
        handle = named
        together.append(row)
    if together:
        yield handle, names, together


def _gallery(together: list[CsvRow], names: dict[str, str]) -> list[DraftImage]:
    """The images that stand beside the variants, by their position; without one a row's own place counts."""
    placed = [
        (values.whole(row["image position"]) or place, DraftImage(address, row["image alt text"]))
        for place, row in enumerate(together, 1)
        if (address := row[names["image"]])
    ]
    return [image for _, image in sorted(placed, key=itemgetter(0))]


def _images(own: str, gallery: list[DraftImage], variants: set[str]) -> tuple[DraftImage, ...]:
    first = gallery[:1]
    if own:
        first = [next((image for image in gallery if image.address == own), DraftImage(own))]
    return (*first, *(image for image in gallery if image.address not in variants))


def _head(row: CsvRow, names: dict[str, str], handle: str) -> _Head:
    first_tag = row["tags"].partition(",")[0]
    return _Head(
        handle=handle,
        title=row["title"],
        description=row[names["description"]],
        category=row["type"] if row[OWN_ID] else values.category(row["type"], row[names["category"]], first_tag),
        hidden=row[names["published"]].lower() in _NO or row["status"].lower() not in {"", "active"},
        gift_card=row["gift card"].lower() in _YES,
    )


def _has_variant(row: CsvRow, names: dict[str, str]) -> bool:
    """Whether a further row of a product is one more variant of it, rather than one more image."""
    return any(row[f"{option} value"] for option in _OPTIONS) or bool(row[names["price"]] or row[names["sku"]])


def _variant(
    row: CsvRow, names: dict[str, str], head: _Head, images: tuple[DraftImage, ...], currency: str
) -> ProductDraft | RowRefused:
    options = [value for option in _OPTIONS if (value := row[f"{option} value"]) and value != "Default Title"]
    title = f"{head.title} – {' / '.join(options)}" if head.title and options else head.title
    key = "/".join([f"shopify:{head.handle}", *(fold(values.line_of_text(o)).replace("/", "%2f") for o in options)])
    if head.gift_card:
        error = FieldError("", "imports.gift_card", N_("Gift cards are not imported."))
        return RowRefused(line=row.line, key=key, title=title, errors=(error,))
    raw = Raw(
        line=row.line,
        key=f"zoco:{row[OWN_ID]}" if row[OWN_ID] else key,
        title=title,
        description=head.description,
        category=head.category,
        price=row[names["price"]],
        stock=row[names["stock"]],
        hidden=head.hidden,
        images=images,
        product=row[OWN_ID],
        stock_before=row[OWN_STOCK],
    )
    return checked(raw, currency)
