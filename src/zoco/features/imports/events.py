"""Facts about imports."""

from __future__ import annotations

from typing import ClassVar

from zoco.kit.events import Event


class ImportEvent(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "imports"


class PieceWanted(ImportEvent, frozen=True, kw_only=True):
    """A piece of a file is to be taken in; the next one follows it."""

    job: str
    piece: int


class ImportEnded(ImportEvent, frozen=True, kw_only=True):
    """Every piece is through, or somebody stopped it."""

    job: str
