"""The storage ports of imports: which product a foreign row became, and files that are being taken in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

import msgspec

from zoco.features.imports.models import ImportJob, Piece
from zoco.kit.ids import ProductId
from zoco.kit.moving import Movable


class Imported(msgspec.Struct, frozen=True):
    """A foreign row's product, and for each field a digest of what the row said of it when it was last taken in."""

    key: str
    product: ProductId
    said: dict[str, str]


class ImportedRows(Movable, Protocol):
    """One record for each foreign row that was ever taken in, by its key."""

    async def get(self, key: str) -> Imported | None: ...

    async def many(self, keys: Iterable[str]) -> dict[str, Imported]:
        """Those of them that are there, by their keys."""

    async def save(self, imported: Imported) -> None:
        """In place of what the key had."""


class ImportJobs(Movable, Protocol):
    """Files on their way in, each with its pieces, which are counted from 0."""

    async def add(self, job: ImportJob, pieces: list[Piece]) -> None: ...

    async def get(self, job: str) -> ImportJob | None: ...

    async def newest(self, limit: int) -> list[ImportJob]:
        """The latest first."""

    async def save(self, job: ImportJob) -> None:
        """In place of the one with this id."""

    async def piece(self, job: str, number: int) -> Piece | None: ...

    async def reports(self, job: str) -> list[Piece]:
        """Every piece in its order, without its answers."""

    async def report(self, job: str, number: int, piece: Piece) -> None:
        """Store the report of a piece."""

    async def forget(self, before: datetime) -> None:
        """Those that were made before a moment, with their pieces."""
