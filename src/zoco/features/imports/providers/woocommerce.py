"""WooCommerce's own product export, with its English or its Spanish column names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from zoco.features.imports.models import DraftImage, ProductDraft, RowRefused
from zoco.features.imports.providers import values
from zoco.features.imports.providers.draft import STOCK_SHARED, Raw, checked
from zoco.features.imports.providers.table import CsvRow
from zoco.kit.errors import FieldError
from zoco.kit.text import N_, fold

# The export writes its columns in the language of the shop, its types in English always.
_SPANISH: Final = {
    "tipo": "type",
    "nombre": "name",
    "publicado": "published",
    "visibilidad en el catálogo": "visibility in catalog",
    "descripción corta": "short description",
    "descripción": "description",
    "día en que empieza el precio rebajado": "date sale price starts",
    "día en que termina el precio rebajado": "date sale price ends",
    "¿existencias?": "in stock?",
    "¿en inventario?": "in stock?",
    "inventario": "stock",
    "precio rebajado": "sale price",
    "precio normal": "regular price",
    "categorías": "categories",
    "etiquetas": "tags",
    "imágenes": "images",
    "superior": "parent",
}
_SPANISH_ATTRIBUTE: Final = re.compile(r"(nombre|valor\(es\)) del atributo ([0-9]+)")
_SIGNATURE: Final = frozenset({"type", "sku", "name"})
_NEEDED: Final = {"regular price": "Regular price"}
_ATTRIBUTES: Final = 20
_SEPARATOR: Final = re.compile(r"(?<!\\),")
# Put before a cell that a spreadsheet would take for a formula.
_GUARD: Final = re.compile(r"'(?=[=+\-@\t\r])")


class _Parent(msgspec.Struct):
    """A variable product: no product here, but what its variations say only once."""

    row: CsvRow
    title: str
    used: bool = False


class WooCommerce:
    """One product for each simple product and for each variation; a variable product stands before its variations.

    The sale price counts where it holds for good; one with dates does not, since an import is no calendar.
    """

    name = "WooCommerce"
    known_by = "Type, SKU, Name, Regular price"

    def recognises(self, header: Sequence[str]) -> bool:
        return {_english(name) for name in header} >= _SIGNATURE

    def lacks(self, header: Sequence[str]) -> list[str]:
        present = {_english(name) for name in header}
        return [shown for name, shown in _NEEDED.items() if name not in present]

    def drafts(self, rows: Iterator[CsvRow], currency: str) -> Iterator[ProductDraft | RowRefused]:
        parents: dict[str, _Parent] = {}
        for foreign in rows:
            row = CsvRow(foreign.line, {_english(name): _unguarded(cell) for name, cell in foreign.cells.items()})
            kinds = {kind.strip() for kind in row["type"].lower().split(",")}
            if "variable" in kinds:
                parent = _Parent(row, row["name"])
                parents |= {name: parent for name in (f"id:{row['id']}", row["sku"]) if name not in {"id:", ""}}
            elif "variation" in kinds:
                yield _variation(row, parents.get(row["parent"]), currency)
            elif kinds & {"grouped", "external"}:
                message = N_("Only simple and variable products are imported, and this one is “{type}”.")
                yield _refused(row, FieldError("type", "imports.type", message, {"type": row["type"]}))
            else:
                yield checked(_raw(row, row, row["name"]), currency)
        for parent in {id(parent): parent for parent in parents.values() if not parent.used}.values():
            message = N_("None of its variations stand in the file.")
            yield _refused(parent.row, FieldError("", "imports.no_variations", message))


def _english(column: str) -> str:
    if attribute := _SPANISH_ATTRIBUTE.fullmatch(column):
        return f"attribute {attribute[2]} {'name' if attribute[1] == 'nombre' else 'value(s)'}"
    return _SPANISH.get(column, column)


def _unguarded(cell: str) -> str:
    return _GUARD.sub("", cell, count=1) if cell.startswith("'") else cell


def _variation(row: CsvRow, parent: _Parent | None, currency: str) -> ProductDraft | RowRefused:
    if parent is None:
        message = N_("Its product “{parent}” does not stand before it in the file.")
        return _refused(row, FieldError("parent", "imports.parent_missing", message, {"parent": row["parent"]}))
    parent.used = True
    options = [value for n in range(1, _ATTRIBUTES) if (value := row[f"attribute {n} value(s)"].replace("\\,", ","))]
    title = f"{parent.title} – {' / '.join(options)}" if options else row["name"] or parent.title
    return checked(_raw(row, parent.row, title), currency)


def _raw(row: CsvRow, parent: CsvRow, title: str) -> Raw:
    """`parent` is the row itself for a simple product."""
    tags = _listed(row["tags"] or parent["tags"])
    shared = row["stock"].lower() == "parent"
    known = "0" if shared or row["in stock?"] == "0" else ""
    return Raw(
        line=row.line,
        key=_key(row),
        title=title,
        description=_text(row) or _text(parent),
        category=values.category(*_listed(row["categories"] or parent["categories"]), *tags[:1]),
        price=_price(row),
        stock=known if shared else row["stock"] or known,
        hidden=_hidden(row) or _hidden(parent),
        images=tuple(DraftImage(address) for address in (*_listed(row["images"]), *_listed(parent["images"]))),
        notes=(STOCK_SHARED,) if shared else (),
    )


def _key(row: CsvRow) -> str:
    """By the number that WordPress gave it; a hand-written file without numbers goes by SKU, or else by name."""
    return f"woocommerce:{row['id'] or row['sku'] or fold(row['name'])}"


def _text(row: CsvRow) -> str:
    r"""The long description, else the short one; the export writes a line break as `\n`."""
    return (row["description"] or row["short description"]).replace("\\r", "").replace("\\n", "\n")


def _price(row: CsvRow) -> str:
    dated = row["date sale price starts"] or row["date sale price ends"]
    return row["regular price"] if dated else row["sale price"] or row["regular price"]


def _hidden(row: CsvRow) -> bool:
    return row["published"] not in {"", "1"} or row["visibility in catalog"].lower() == "hidden"


def _listed(cell: str) -> list[str]:
    return [part.strip().replace("\\,", ",") for part in _SEPARATOR.split(cell) if part.strip()]


def _refused(row: CsvRow, error: FieldError) -> RowRefused:
    return RowRefused(line=row.line, key=_key(row), title=row["name"], errors=(error,))
