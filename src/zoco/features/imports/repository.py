"""The storage port of imports: which product a foreign row became."""

from __future__ import annotations

from typing import Protocol

import msgspec

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

    async def save(self, imported: Imported) -> None:
        """In place of what the key had."""
