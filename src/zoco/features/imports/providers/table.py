"""A foreign file as a table: what a dialect is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from zoco.features.imports.models import ProductDraft, RowRefused


class CsvRow(msgspec.Struct, frozen=True):
    """A record by its column names in lower case; `line` is where it begins in the file."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """The trimmed cell; empty where the file has no such column."""
        return self.cells.get(column, "").strip()


class Dialect(Protocol):
    """One shop system's way of writing products. Column names are compared in lower case."""

    name: str
    """As people call it: `Shopify`."""
    known_by: str
    """The columns by which it is told apart, as a person would look for them."""

    def recognises(self, header: Sequence[str]) -> bool:
        """Whether a file with these columns is one of its own."""

    def lacks(self, header: Sequence[str]) -> list[str]:
        """The columns without which no product can be made, as they should be called."""

    def drafts(self, rows: Iterator[CsvRow], currency: str) -> Iterator[ProductDraft | RowRefused]:
        """In the order of the file, one answer for each row that is or should be a product, priced in `currency`."""
