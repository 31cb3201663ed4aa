"""What chat says and understands on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from zoco.features.chat.models import LONGEST_KEY, LONGEST_NAME, Message, MessageType

Seq = Annotated[int, Meta(ge=0, le=2**53)]
Key = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=LONGEST_KEY,
        description="Any text of your own, new for each message and the same when you try again.",
    ),
]
Whom = Annotated[
    str,
    Meta(max_length=254, description="Whose conversation; `general` is everybody's channel. One's own without it."),
]


class PostMessage(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Only staff write into the conversation of somebody else."""

    body: str
    email: Whom | None = None
    key: Key | None = None


class ReadMessages(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Everything up to `seq` was read."""

    seq: Seq
    email: Whom | None = None


class AskForm(msgspec.Struct, kw_only=True):
    """What a visitor without an account fills in."""

    name: Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
    email: Annotated[str, Meta(min_length=1, max_length=254)]
    body: str


class MessageOut(msgspec.Struct, frozen=True):
    """`author` is the same for all that one person writes and tells nothing else; `key` is the writer's own."""

    id: str
    seq: int
    email: str | None
    name: str
    type: MessageType
    body: str
    sent_at: datetime
    author: str
    key: str
    removed: bool

    @classmethod
    def of(cls, message: Message, mark: str, *, email: bool) -> MessageOut:
        """`mark` stands for the author; the address is left out where others read, too."""
        return cls(
            message.id,
            message.seq,
            message.email if email else None,
            message.name,
            message.type,
            message.body,
            message.sent_at,
            mark,
            message.client_id,
            message.removed,
        )


class MessagePage(msgspec.Struct, frozen=True):
    """By rising `seq`. `next` goes back as `after`, `previous` as `before`; null where nothing more is there."""

    items: list[MessageOut]
    next: str | None
    previous: str | None
