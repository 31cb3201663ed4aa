"""Reads a CSV file of unknown encoding, separator and dialect, row by row."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import IO, Final, Protocol

import msgspec

from zoco.features.imports.errors import ColumnsMissing, NotATable, NothingToImport, UnknownFormat
from zoco.features.imports.models import ProductDraft, RowRefused
from zoco.features.imports.providers.shopify import Shopify
from zoco.features.imports.providers.table import CsvRow, Dialect
from zoco.features.imports.providers.woocommerce import WooCommerce
from zoco.kit.errors import FieldError
from zoco.kit.text import N_

DIALECTS: Final[tuple[Dialect, ...]] = (Shopify(), WooCommerce())


class _Records(Protocol):
    """A csv.reader, whose own type has no public name."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


_DELIMITERS: Final = (",", ";", "\t")
_CHUNK: Final = 1 << 16
_SHOWN_COLUMNS: Final = 12
_TOO_MANY_CELLS: Final = N_(
    "This row has more cells than there are columns; a text with a comma in it needs quotes around it."
)
_BROKEN: Final = N_(
    "From here on the file cannot be read. Look for a quote that is missing or one too many, or for a text without end."
)


class Reading(msgspec.Struct, frozen=True):
    """A file whose dialect is known. `rows` can be gone through once, while the file is open."""

    dialect: Dialect
    rows: Iterator[ProductDraft | RowRefused]


def read(file: IO[bytes], currency: str, dialects: Sequence[Dialect] = DIALECTS) -> Reading:
    """Recognise a seekable file by its header; raises UnknownFormat, ColumnsMissing, NothingToImport or NotATable.

    A product that stands in the file twice is refused the second time. A row that cannot be parsed ends the file.
    """
    encoding = _encoding(file)
    headers = {delimiter: _header(file, encoding, delimiter) for delimiter in _DELIMITERS}
    readable = {delimiter: header for delimiter, header in headers.items() if header is not None}
    if not any(readable.values()):
        raise NothingToImport if len(readable) == len(headers) else NotATable
    found = [(dialect, mark) for dialect in dialects for mark in readable if dialect.recognises(readable[mark])]
    if not found:
        widest = max(readable.values(), key=len)
        seen = ", ".join(name for name in widest[:_SHOWN_COLUMNS] if name)
        known = "; ".join(f"{dialect.name} ({dialect.known_by})" for dialect in dialects)
        raise UnknownFormat(seen=seen, known=known)
    dialect, delimiter = found[0]
    if lacking := dialect.lacks(readable[delimiter]):
        raise ColumnsMissing(format=dialect.name, columns=", ".join(lacking))
    aside: list[RowRefused] = []
    return Reading(dialect, _once(_answers(dialect, _rows(file, encoding, delimiter, aside), aside, currency)))


def _encoding(file: IO[bytes]) -> str:
    """UTF-8, with or without its mark, or UTF-16 with it; else what Windows writes in the West."""
    file.seek(0)
    if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig" if _is_utf8(file) else "cp1252"
    with _text(file, encoding) as text:
        while chunk := text.read(_CHUNK):
            if "\0" in chunk:  # which no database keeps
                raise NotATable
    return encoding


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def _text(file: IO[bytes], encoding: str) -> Iterator[TextIOWrapper]:
    """From its beginning; the file stays the caller's to close."""
    file.seek(0)
    text = TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield text
    finally:
        text.detach()


def _header(file: IO[bytes], encoding: str, delimiter: str) -> list[str] | None:
    """The names of the columns in lower case, none in an empty file; None where its first line cannot be read."""
    with _text(file, encoding) as text:
        try:
            return next(_records(csv.reader(text, delimiter=delimiter, strict=True)))[1]
        except StopIteration:
            return []
        except csv.Error:
            return None


def _rows(file: IO[bytes], encoding: str, delimiter: str, aside: list[RowRefused]) -> Iterator[CsvRow]:
    """The rows that have as many cells as columns, or fewer; the others go `aside`."""
    with _text(file, encoding) as text:
        records = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            all_records = _records(records)
            _, header = next(all_records)
            for line, cells in all_records:
                if any(cell.strip() for cell in cells[len(header) :]):
                    aside.append(_refused(line, "imports.too_many_cells", _TOO_MANY_CELLS))
                else:
                    yield CsvRow(line, dict(reversed(list(zip(header, cells, strict=False)))))
        except csv.Error:
            aside.append(_refused(records.line_num, "imports.broken_row", _BROKEN))


def _refused(line: int, code: str, message: str) -> RowRefused:
    return RowRefused(line=line, errors=(FieldError("", code, message),))


def _answers(
    dialect: Dialect, rows: Iterator[CsvRow], aside: list[RowRefused], currency: str
) -> Iterator[ProductDraft | RowRefused]:
    """What the dialect makes of the rows, and in their places those that it could not be given."""
    for answer in dialect.drafts(rows, currency):
        while aside and aside[0].line < answer.line:
            yield aside.pop(0)
        yield answer
    yield from aside


def _records(records: _Records) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not blank, with the line where it begins; the first one, the header, in lower case."""
    begins, first = 1, True
    for cells in records:
        if any(cell.strip() for cell in cells):
            yield begins, [" ".join(cell.split()).lower() for cell in cells] if first else cells
            first = False
        begins = records.line_num + 1


def _once(answers: Iterator[ProductDraft | RowRefused]) -> Iterator[ProductDraft | RowRefused]:
    """Refuse a product that stood in the file before, since the two would overwrite each other at every import."""
    lines: dict[str, int] = {}
    for answer in answers:
        if (
            isinstance(answer, ProductDraft)
            and (before := lines.setdefault(answer.source_key, answer.line)) != answer.line
        ):
            message = N_("The same product stands in line {line} already.")
            error = FieldError("", "imports.duplicate", message, {"line": before})
            yield RowRefused(line=answer.line, key=answer.source_key, title=answer.title, errors=(error,))
        else:
            yield answer
