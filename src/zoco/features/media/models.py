"""A picture as the shop keeps it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Size(StrEnum):
    """How large a picture is wanted: its longer edge is at most 320, 800 or 1600 pixels."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Picture(msgspec.Struct, frozen=True):
    """A stored picture; `hash` names its content, `width` and `height` are those of the large size."""

    hash: str
    width: int
    height: int
