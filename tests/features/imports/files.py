"""Foreign product files for tests, and what is made of them."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

from zoco.features.imports.models import ProductDraft, RowRefused
from zoco.features.imports.providers import Reading, read

OLD = [
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Tags",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Variant SKU",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Price",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Gift Card",
    "Variant Image",
    "Status",
]
PRESENT = [
    "Title",
    "URL handle",
    "Description",
    "Vendor",
    "Product category",
    "Type",
    "Tags",
    "Published on online store",
    "Status",
    "SKU",
    "Barcode",
    "Option1 name",
    "Option1 value",
    "Option2 name",
    "Option2 value",
    "Price",
    "Inventory tracker",
    "Inventory quantity",
    "Continue selling when out of stock",
    "Product image URL",
    "Image position",
    "Image alt text",
    "Variant image URL",
    "Gift card",
]
WOO = [
    "ID",
    "Type",
    "SKU",
    "Name",
    "Published",
    "Is featured?",
    "Visibility in catalog",
    "Short description",
    "Description",
    "Date sale price starts",
    "Date sale price ends",
    "In stock?",
    "Stock",
    "Sale price",
    "Regular price",
    "Categories",
    "Tags",
    "Images",
    "Parent",
    "Attribute 1 name",
    "Attribute 1 value(s)",
    "Attribute 2 name",
    "Attribute 2 value(s)",
]


def table(header: list[str], *rows: dict[str, str], delimiter: str = ",") -> bytes:
    text = StringIO()
    writer = csv.DictWriter(text, header, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def reading(data: bytes, currency: str = "USD") -> Reading:
    return read(BytesIO(data), currency)


def answers(data: bytes, currency: str = "USD") -> list[ProductDraft | RowRefused]:
    return list(reading(data, currency).rows)


def drafts(data: bytes, currency: str = "USD") -> list[ProductDraft]:
    given = answers(data, currency)
    assert all(isinstance(answer, ProductDraft) for answer in given), given
    return [answer for answer in given if isinstance(answer, ProductDraft)]


def refusal(data: bytes) -> RowRefused:
    (answer,) = answers(data)
    assert isinstance(answer, RowRefused)
    return answer


def codes(row: ProductDraft | RowRefused) -> list[str]:
    return [error.code for error in (row.errors if isinstance(row, RowRefused) else row.notes)]


def mug(**cells: str) -> dict[str, str]:
    row = {"Handle": "mug", "Title": "Mug", "Variant Price": "9.50", "Variant Inventory Qty": "3"}
    return row | {name.replace("_", " "): value for name, value in cells.items()}


def woo(**cells: str) -> dict[str, str]:
    row = {
        "ID": "7",
        "Type": "simple",
        "SKU": "MUG",
        "Name": "Mug",
        "Published": "1",
        "Stock": "3",
        "Regular price": "9.5",
    }
    return row | {name.replace("_", " "): value for name, value in cells.items()}
