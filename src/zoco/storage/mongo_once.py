"""Documents that any process may be the first to need.

Not by upserts: of two at once on one key, DocumentDB answers both and keeps one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from pymongo.errors import DuplicateKeyError

from zoco.storage.documents import Document


async def make_sure(collection: Any, document: Document) -> None:
    """Insert it, unless one with its id is there already."""
    with suppress(DuplicateKeyError):
        await collection.insert_one(document)
