"""The storage port of the audit log."""

from __future__ import annotations

from typing import Protocol

from zoco.features.audit.models import Deed, DeedQuery
from zoco.kit.moving import Movable
from zoco.kit.paging import Page


class Deeds(Movable, Protocol):
    """What was done; nothing in it is ever changed or removed."""

    async def add(self, deed: Deed) -> None: ...

    async def page(self, query: DeedQuery) -> Page[Deed]:
        """Latest first, ties by id downwards; Invalid where `after` is no cursor of this list."""

    async def actions(self) -> list[str]:
        """Every action that was ever done, by name."""
