"""Faults that are of one kind, kept together, and each time that one happened."""

from __future__ import annotations

from datetime import datetime

import msgspec

from zoco.kit.ids import IncidentId, UserId
from zoco.kit.mishaps import Source

LIMIT = 30


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of fault: what it was the last time, how often it happened, and whether somebody has cured it."""

    id: IncidentId
    source: Source
    place: str
    kind: str
    message: str
    trace: str
    count: int
    first_at: datetime
    last_at: datetime
    solved_at: datetime | None = None
    solved_by: str = ""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One time; `id` is what the visitor was shown."""

    id: str
    incident: IncidentId
    at: datetime
    place: str
    actor: UserId | None = None


class IncidentQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`solved` None: those that are and those that are not."""

    solved: bool | None = None
    after: str | None = None
    limit: int = LIMIT
