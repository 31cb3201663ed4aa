"""What went wrong that nobody foresaw, and who wants to know of it."""

from __future__ import annotations

import re
import traceback
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

import msgspec

from zoco.kit.ids import UserId

_FRAMES = 8
_USERINFO = re.compile(r"(?<=://)[^\s@:/]{0,200}:\S{0,200}@")
_LONGEST, _LONGEST_TRACE = 500, 20_000


class Source(StrEnum):
    """What was being done."""

    REQUEST = "request"
    REACTION = "reaction"
    JOB = "job"


class Mishap(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. `place` is a method with its path, or a reaction's or job's name; faults of one kind share `mark`."""

    id: str
    source: Source
    place: str
    kind: str
    message: str
    trace: str
    mark: str
    actor: UserId | None = None


class Witness(Protocol):
    """Who is told of every fault."""

    def saw(self, mishap: Mishap) -> None:
        """Quick, and it never raises: something has failed already."""

    async def leave(self) -> None:
        """The process ends: what is still to be written down must be now."""


def mishap(identifier: str, source: Source, place: str, error: BaseException, actor: UserId | None = None) -> Mishap:
    """From what was raised; the trace shows the lines of the program and no values."""
    trace = "".join(traceback.format_exception(error))
    steps = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    where = [f"{step.filename}:{step.name}:{step.lineno}" for step in steps] or [place]
    kind = type(error).__name__
    return Mishap(
        id=identifier,
        source=source,
        place=place[:_LONGEST],
        kind=kind,
        message=storable(str(error)[: 2 * _LONGEST])[:_LONGEST],
        trace=storable(trace[-_LONGEST_TRACE:]),
        mark=sha256("\n".join((source, kind, *where)).encode("utf-8", "replace")).hexdigest()[:32],
        actor=actor,
    )


def storable(text: str) -> str:
    """Without what a database refuses (zero bytes, halves of characters), and without passwords in addresses."""
    text = _USERINFO.sub("…@", text)
    return text.replace("\0", "�").encode("utf-8", "replace").decode()
