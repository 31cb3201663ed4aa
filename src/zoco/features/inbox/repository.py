"""The storage port of saved replies."""

from __future__ import annotations

from typing import Protocol

from zoco.features.inbox.models import SavedReply
from zoco.kit.ids import ReplyId
from zoco.kit.moving import Movable


class Replies(Movable, Protocol):
    """Saved replies; there are never so many that they would need pages."""

    async def all(self) -> list[SavedReply]:
        """Oldest first, that is by rising id."""

    async def get(self, reply: ReplyId) -> SavedReply | None: ...

    async def add(self, reply: SavedReply) -> None: ...

    async def save(self, reply: SavedReply) -> SavedReply:
        """Store title and body, and answer the next version; StaleWrite where `version` is not the stored one."""

    async def remove(self, reply: ReplyId) -> bool:
        """Whether it was there."""
