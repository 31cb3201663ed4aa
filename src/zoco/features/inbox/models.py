"""Saved replies, and what staff see beside a conversation."""

from __future__ import annotations

from datetime import datetime

import msgspec

from zoco.kit.ids import ReplyId
from zoco.kit.text import fold

LONGEST_TITLE, LONGEST_BODY = 80, 2_000
MOST_REPLIES = 200
_NAME = "{nombre}"
"""Where a saved reply says the first name of whoever gets it."""


class SavedReply(msgspec.Struct, frozen=True, kw_only=True):
    """What staff say often, found by its title; `version` counts its changes."""

    id: ReplyId
    title: str
    body: str
    created_at: datetime
    updated_at: datetime
    version: int = 1

    def said_to(self, name: str) -> str:
        """The text with the first name in its place; where nobody knows it, the place and the space before it go."""
        first = (name.split(maxsplit=1) or [""])[0]
        return self.body.replace(_NAME, first) if first else self.body.replace(f" {_NAME}", "").replace(_NAME, "")

    @property
    def title_key(self) -> str:
        """What the list compares, so that neither case nor accents count."""
        return fold(self.title)


def in_turn(replies: list[SavedReply]) -> list[SavedReply]:
    """By title, ties by id."""
    return sorted(replies, key=lambda reply: (reply.title_key, reply.id))
