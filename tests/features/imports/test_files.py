"""Files of unknown encoding, separator and shape, and the real ones."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
from tests.features.imports.files import OLD, answers, codes, drafts, mug, reading, table

from zoco.features.imports.errors import (
    ColumnsMissing,
    NotATable,
    NothingToImport,
    TooManyColumns,
    UnknownFormat,
)
from zoco.features.imports.models import Outcome, ProductDraft, Report, Row, RowRefused
from zoco.features.imports.providers import read
from zoco.kit.errors import FieldError

SAMPLES = sorted((Path(__file__).parents[4] / "shared" / "data" / "shopify").glob("*.csv"))


def test_quotes_and_line_breaks_in_cells_and_the_line_where_a_row_begins() -> None:
    body = 'Length 12"\nand "quoted", too'
    data = table(OLD, mug() | {"Body (HTML)": body}, mug(Handle="b", Title="B"))
    first, second = drafts(data)
    assert first.description == '<p>Length 12"<br>and "quoted", too</p>'
    assert (first.line, second.line) == (2, 4)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_separators_are_found_out(encoding: str, delimiter: str, newline: str) -> None:
    data = table(OLD, mug(Title="Café, piñón; 5 €", Status="active"), delimiter=delimiter)
    text = data.decode().replace("\r\n", newline)
    assert drafts(text.encode(encoding))[0].title == "Café, piñón; 5 €"


def test_a_long_file_in_two_encodings_is_read_to_its_end() -> None:
    data = table(OLD, *(mug(Handle=f"mug-{n}", Title=f"Taza {n}") for n in range(5000)), mug(Handle="x", Title="Ñ"))
    assert len(drafts(data[:-100] + data[-100:].decode().encode("cp1252"))) == 5001


def test_blank_lines_and_empty_cells_at_the_end_are_nothing() -> None:
    data = b"\n\n" + table(OLD, mug(Status="active")).replace(b"active", b"active,,") + b"\n,,,\n  \n"
    assert [d.line for d in drafts(data)] == [4]


def test_short_rows_lack_only_their_last_cells() -> None:
    assert drafts(b"Handle,Title,Variant Price,Variant Inventory Qty,Status\nmug,Mug,5,1\n")[0].stock == 1


def test_a_row_with_more_cells_than_columns_is_refused_in_its_place() -> None:
    data = b"Handle,Title,Variant Price,Variant Inventory Qty\na,A,1,1\nb,B, with a comma,1,1\nc,C,1,1\nd,D,x,1,1\n"
    given = answers(data)
    assert [(a.line, codes(a)) for a in given] == [
        (2, []),
        (3, ["imports.too_many_cells"]),
        (4, []),
        (5, ["imports.too_many_cells"]),
    ]


def test_a_quote_that_never_ends_does_not_swallow_the_rest_in_silence() -> None:
    data = b'Handle,Title,Variant Price,Variant Inventory Qty\na,A,1,1\nb,"B,1,1\nc,C,1,1\n'
    first, second = answers(data)
    assert isinstance(first, ProductDraft)
    assert codes(second) == ["imports.broken_row"]


@pytest.mark.parametrize("cells", [b"," * 2_000_000, b'"\nb",' * 400_000])
def test_a_row_of_very_many_cells_is_not_taken_into_memory(cells: bytes) -> None:
    data = b"Handle,Title,Variant Price,Variant Inventory Qty\na,A,1,1\nb,B,1,1," + cells + b"\nc,C,1,1\n"
    tracemalloc.start()
    first, refused = answers(data)
    assert tracemalloc.get_traced_memory()[1] < 5 * len(data)
    tracemalloc.stop()
    assert isinstance(first, ProductDraft)
    assert codes(refused) == ["imports.row_too_wide"]


@pytest.mark.parametrize("columns", [1_001, 100_000])
def test_a_file_of_very_many_columns_is_refused(columns: int) -> None:
    with pytest.raises(TooManyColumns):
        reading(b"Handle,Title,Variant Price,Variant Inventory Qty" + b",x" * (columns - 4) + b"\na,A,1,1\n")


@pytest.mark.parametrize("row", [b'b,"B,1,1\n', b'b,"B"x,1,1\n', b"b," + b"x" * 200_000 + b",1,1\n"])
def test_what_a_parser_says_in_english_is_not_told(row: bytes) -> None:
    (refused,) = answers(b"Handle,Title,Variant Price,Variant Inventory Qty\n" + row)
    assert isinstance(refused, RowRefused)
    assert [(error.code, error.params) for error in refused.errors] == [("imports.broken_row", {})]


@pytest.mark.parametrize("data", [b'"never ends', b"x" * 200_000])
def test_a_file_without_an_end_of_its_first_line_is_not_called_empty(data: bytes) -> None:
    with pytest.raises(NotATable):
        reading(data)


def test_a_column_that_is_there_twice_counts_the_first_time() -> None:
    assert drafts(b"Handle,Title,Variant Price,Variant Inventory Qty,Title\na,A,1,1,Z\n")[0].title == "A"


@pytest.mark.parametrize("data", [b"", b"\n\n  \n", "\ufeff".encode()])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(NothingToImport):
        reading(data)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04\x14\0\x06\0",
        table(OLD, mug(Title="Ta\0za")),
        table(OLD, mug(Title="Ta\0za")).decode().encode("utf-16"),
    ],
)
def test_what_no_text_file_holds_is_refused(data: bytes) -> None:
    with pytest.raises(NotATable):
        reading(data)


def test_an_unknown_format_names_what_was_seen_and_what_is_known() -> None:
    with pytest.raises(UnknownFormat) as refused:
        reading(b"Producto;Precio;;Stock\nTaza;5;;1\n")
    assert refused.value.params["seen"] == "producto, precio, stock"
    assert "Shopify" in str(refused.value)
    assert "WooCommerce" in str(refused.value)


@pytest.mark.parametrize(
    ("header", "column"),
    [("Handle,Title", "Variant Price"), ("Title,URL handle", "Price"), ("Type,SKU,Name", "Regular price")],
)
def test_columns_that_nothing_can_be_made_without(header: str, column: str) -> None:
    with pytest.raises(ColumnsMissing) as refused:
        reading(header.encode() + b"\na,b,c\n")
    assert refused.value.params["columns"] == column


def test_the_same_product_twice_is_refused_the_second_time() -> None:
    given = answers(table(OLD, mug(), mug(Handle="bowl"), mug()))
    assert [codes(a) for a in given] == [[], [], ["imports.duplicate"]]
    assert isinstance(given[2], RowRefused)
    assert given[2].errors[0].params == {"line": 2}


def test_a_report_counts_every_outcome() -> None:
    (draft,) = drafts(table(OLD, mug(Variant_Inventory_Qty="")))
    late = FieldError("image", "imports.image_lost", "gone")
    refused = Row.refused(RowRefused(line=3, key="k", title="T", errors=(late,)))
    created = Row.of(draft, Outcome.CREATED, late)
    report = Report(format="Shopify", dry_run=True, rows=(created, refused))
    assert created.reasons == (*draft.notes, late)
    assert (refused.outcome, refused.reasons) == (Outcome.REFUSED, (late,))
    assert report.counts == {Outcome.CREATED: 1, Outcome.UPDATED: 0, Outcome.SKIPPED: 0, Outcome.REFUSED: 1}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_real_files_of_shopify_are_read_whole(path: Path) -> None:
    with path.open("rb") as file:
        found = read(file, "USD")
        given = list(found.rows)
    assert found.dialect.name == "Shopify"
    assert len(given) > 15
    assert [answer for answer in given if not isinstance(answer, ProductDraft)] == []
    with path.open("rb") as file:
        assert list(read(file, "USD").rows) == given
