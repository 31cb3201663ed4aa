"""Who pictures belong to."""

from __future__ import annotations

from typing import Protocol

from zoco.kit.store import Tx


class Owners(Protocol):
    """Says which pictures are not for everybody; media itself does not know what is in the shop."""

    async def withholds(self, tx: Tx, owner: str) -> bool:
        """Whether the owner's picture is only for those who know its name."""
