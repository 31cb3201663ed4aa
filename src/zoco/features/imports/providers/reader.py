"""Reads a CSV file of unknown encoding, separator and dialect, row by row."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import IO, Final

import msgspec

from zoco.features.imports.errors import (
    ColumnsMissing,
    NotATable,
    NothingToImport,
    TooManyColumns,
    UnknownFormat,
)
from zoco.features.imports.models import ProductDraft, RowRefused
from zoco.features.imports.providers.shopify import Shopify
from zoco.features.imports.providers.table import CsvRow, Dialect
from zoco.features.imports.providers.woocommerce import WooCommerce
from zoco.kit.errors import FieldError
from zoco.kit.text import N_

DIALECTS: Final[tuple[Dialect, ...]] = (Shopify(), WooCommerce())


_DELIMITERS: Final = (",", ";", "\t")
_CHUNK: Final = 1 << 16
_MOST_COLUMNS: Final = 1_000
_MOST_MARKS: Final = 50_000
"""Delimiters that a row may hold, those inside its texts as well: csv.reader makes all its cells before we see one."""
_SHOWN_COLUMNS: Final = 12
_TOO_MANY_CELLS: Final = N_(
    "This row has more cells than there are columns; a text with a comma in it needs quotes around it."
)
_TOO_WIDE: Final = N_("This row has more than {most} cells. The file is read only up to here.")
_BROKEN: Final = N_(
    "From here on the file cannot be read. Look for a quote that is missing or one too many, or for a text without end."
)


class _TooWide(Exception):  # noqa: N818 - told to nobody as it stands
    """A row has more delimiters than `_MOST_MARKS`."""


class _Lines:
    """The lines of a file as long as no row is too wide; `number` is how many were read, `marks` the row's so far."""

    def __init__(self, text: TextIOWrapper, delimiter: str) -> None:
        self._text, self.delimiter = text, delimiter
        self.number = self.marks = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.number += 1
        self.marks += line.count(self.delimiter)
        if self.marks > _MOST_MARKS:
            raise _TooWide
        return line


class Reading(msgspec.Struct, frozen=True):
    """A file whose dialect is known. `rows` can be gone through once, while the file is open."""

    dialect: Dialect
    rows: Iterator[ProductDraft | RowRefused]


def read(file: IO[bytes], currency: str, dialects: Sequence[Dialect] = DIALECTS) -> Reading:
    """Recognise a seekable file by its header.

    Raises UnknownFormat, ColumnsMissing, TooManyColumns, NothingToImport or NotATable. A product that stands in the
    file twice is refused the second time. A row that cannot be parsed, or is too wide, ends the file.
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
            header = next(_records(_Lines(text, delimiter)))[1]
        except StopIteration:
            return []
        except csv.Error:
            return None
        except _TooWide:
            raise TooManyColumns(most=_MOST_COLUMNS) from None
    if len(header) > _MOST_COLUMNS:
        raise TooManyColumns(most=_MOST_COLUMNS)
    return header


def _rows(file: IO[bytes], encoding: str, delimiter: str, aside: list[RowRefused]) -> Iterator[CsvRow]:
    """The rows that have as many cells as columns, or fewer; the others go `aside`."""
    with _text(file, encoding) as text:
        lines = _Lines(text, delimiter)
        try:
            records = _records(lines)
            _, header = next(records)
            for line, cells in records:
                if any(cell.strip() for cell in cells[len(header) :]):
                    aside.append(_refused(line, "imports.too_many_cells", _TOO_MANY_CELLS))
                else:
                    yield CsvRow(line, dict(reversed(list(zip(header, cells, strict=False)))))
        except csv.Error:
            aside.append(_refused(lines.number, "imports.broken_row", _BROKEN))
        except _TooWide:
            aside.append(_refused(lines.number, "imports.row_too_wide", _TOO_WIDE, most=_MOST_MARKS))


def _refused(line: int, code: str, message: str, **params: int) -> RowRefused:
    return RowRefused(line=line, errors=(FieldError("", code, message, params),))


def _answers(
    dialect: Dialect, rows: Iterator[CsvRow], aside: list[RowRefused], currency: str
) -> Iterator[ProductDraft | RowRefused]:
    """What the dialect makes of the rows, and in their places those that it could not be given."""
    for answer in dialect.drafts(rows, currency):
        while aside and aside[0].line < answer.line:
            yield aside.pop(0)
        yield answer
    yield from aside


def _records(lines: _Lines) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not blank, with the line where it begins; the first one, the header, in lower case."""
    begins, first = 1, True
    for cells in csv.reader(lines, delimiter=lines.delimiter, strict=True):
        if any(cell.strip() for cell in cells):
            yield begins, [" ".join(cell.split()).lower() for cell in cells] if first else cells
            first = False
        begins, lines.marks = lines.number + 1, 0


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
