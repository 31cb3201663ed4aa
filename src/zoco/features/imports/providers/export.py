"""Our products as a CSV of Shopify's, which other shops read and we read again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Final

import msgspec

from zoco.features.catalogue.models import Product, ProductStatus
from zoco.features.imports.providers.table import CsvRow

OWN_ID, OWN_STOCK = "zoco id", "zoco stock"
"""The columns that only our own files have, as they are compared."""
_COLUMNS: Final = (
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Tags",
    "Published",
    "Variant Inventory Qty",
    "Variant Price",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Status",
    "Zoco ID",
    "Zoco Stock",
)
# A spreadsheet would take these for formulas; a quote before them makes them text, one more what began so itself.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
_GUARD: Final = re.compile(r"'(?='*[=+\-@\t\r])")


def header() -> bytes:
    """With the mark by which spreadsheets know UTF-8."""
    return b"\xef\xbb\xbf" + _line(_COLUMNS)


def lines(products: Iterable[Product], names: Mapping[str, str], origin: str) -> bytes:
    """One row each and one for each further picture.

    `names` are those of the categories, `origin` is what addresses begin with.
    """
    return b"".join(_line(cells) for product in products for cells in _rows(product, names, origin))


def unguarded(row: CsvRow) -> CsvRow:
    return msgspec.structs.replace(row, cells={name: _guardless(cell) for name, cell in row.cells.items()})


def _guardless(cell: str) -> str:
    return cell[1:] if _GUARD.match(cell) else cell


def _rows(product: Product, names: Mapping[str, str], origin: str) -> Iterator[list[str]]:
    yield _cells(product, names, origin)
    for place, image in enumerate(product.images[1:], 2):
        told = {"Handle": product.slug, "Image Src": origin + image.url, "Image Position": str(place)}
        told |= {"Image Alt Text": image.alt, "Zoco ID": product.id}
        yield [told.get(column, "") for column in _COLUMNS]


def _cells(product: Product, names: Mapping[str, str], origin: str) -> list[str]:
    active = product.status is ProductStatus.ACTIVE
    image = product.image
    return [
        product.slug,
        product.title,
        product.description,
        product.seller.name,
        names.get(product.category, product.category),
        "",
        "TRUE" if active else "FALSE",
        str(product.stock),
        str(product.price.decimal()),
        origin + image.url if image else "",
        "1" if image else "",
        image.alt if image else "",
        "active" if active else "draft",
        product.id,
        str(product.stock),
    ]


def _line(cells: Iterable[str]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    return text.getvalue().encode()
