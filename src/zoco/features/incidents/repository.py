"""The storage ports of incidents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from zoco.features.incidents.models import Case, Incident, IncidentQuery
from zoco.kit.ids import IncidentId
from zoco.kit.moving import Movable
from zoco.kit.paging import Page


class Incidents(Movable, Protocol):
    """Kinds of faults."""

    async def add(self, incident: Incident) -> None:
        """Store it; where it is known, count it on, take over what it is like now, and open it again."""

    async def get(self, incident: IncidentId) -> Incident | None: ...

    async def page(self, query: IncidentQuery) -> Page[Incident]:
        """Those that happened last first, without their traces; Invalid where `after` is no cursor of this list."""

    async def solve(self, incident: IncidentId, at: datetime | None, by: str) -> bool:
        """Mark as solved, or with None as open again; whether there is such a one."""

    async def keep(self, most: int) -> None:
        """Forget all but those that happened last."""


class Cases(Movable, Protocol):
    """Each time that a fault happened."""

    async def add(self, cases: Sequence[Case]) -> None:
        """Store those whose ids are not there yet."""

    async def get(self, case: str) -> Case | None: ...

    async def of(self, incident: IncidentId, limit: int) -> list[Case]:
        """The latest ones of a kind."""

    async def keep(self, most: int) -> None:
        """Forget all but the latest ones."""
