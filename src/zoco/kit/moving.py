"""What a repository offers so that a whole shop can be carried from one engine to another."""

from __future__ import annotations

from typing import Any, Protocol


class Movable(Protocol):
    """Everything that a repository keeps, as it is: what was removed too, versions and times unchanged.

    The records are the same on every engine, so that what one gives another takes in.
    """

    async def records(self, after: Any, limit: int) -> list[tuple[Any, Any]]:
        """Up to `limit` records, each with its key, by rising key; those beyond the key `after`, None for the first."""

    async def restore(self, record: Any) -> None:
        """Store a record as it was given; it is not there yet."""
