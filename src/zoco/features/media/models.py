"""A picture as the shop keeps it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

SMALL: Final = 320
MEDIUM: Final = 800
LARGE: Final = 1600
NAME: Final = 16
"""How much of a picture's hash is its name, too much to be guessed."""


class Size(StrEnum):
    """How large a picture is wanted: its longer edge is at most 320, 800 or 1600 pixels."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"

    @property
    def edge(self) -> int:
        """In pixels."""
        return {"small": SMALL, "medium": MEDIUM, "large": LARGE}[self]


class Picture(msgspec.Struct, frozen=True):
    """A stored picture; `hash` names its content, `width` and `height` are those of the large size."""

    hash: str
    width: int
    height: int

    def is_named(self, name: str) -> bool:
        """Whether `name` can only come from somebody who was shown this picture."""
        return len(name) >= NAME and self.hash.startswith(name)

    def sized(self, size: Size) -> tuple[int, int]:
        """Width and height in that size; a picture that is smaller stays as it is."""
        longest, edge = max(self.width, self.height), size.edge
        if longest <= edge:
            return self.width, self.height
        return max(1, round(self.width * edge / longest)), max(1, round(self.height * edge / longest))
