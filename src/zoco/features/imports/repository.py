"""The storage port of imports: which product a foreign row became."""

from __future__ import annotations

from typing import Protocol

import msgspec

from zoco.kit.ids import ProductId


class Imported(msgspec.Struct, frozen=True):
    """A foreign row's product, and a digest of what the row said when it was last taken in.

    `image` is the address that a picture of it was fetched from; empty until one could be.
    """

    key: str
    product: ProductId
    digest: str
    image: str


class ImportedRows(Protocol):
    """One record for each foreign row that was ever taken in, by its key."""

    async def get(self, key: str) -> Imported | None: ...

    async def save(self, imported: Imported) -> None:
        """In place of what the key had."""
