"""The storage port of pictures: what belongs to whom; the bytes lie in files."""

from __future__ import annotations

from typing import Protocol

from zoco.features.media.models import Picture
from zoco.kit.moving import Movable


class Pictures(Movable, Protocol):
    """At most one picture for each owner, whatever the owner is."""

    async def of(self, owner: str) -> Picture | None: ...

    async def save(self, owner: str, picture: Picture) -> None:
        """In place of any it had."""

    async def remove(self, owner: str) -> None:
        """Nothing happens where it has none."""
