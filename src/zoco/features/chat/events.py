"""Facts about conversations."""

from __future__ import annotations

from typing import ClassVar

from zoco.features.chat.models import ConversationState, MessageType
from zoco.kit.events import Event
from zoco.kit.ids import ConversationId, QuestionId, UserId


class ChatEvent(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "chat"


class MessagePosted(ChatEvent, frozen=True, kw_only=True):
    """`owner` is the account whose conversation it is, if one has it."""

    conversation: ConversationId
    seq: int
    type: MessageType
    owner: UserId | None = None


class MessageRemoved(ChatEvent, frozen=True, kw_only=True):
    conversation: ConversationId
    seq: int
    owner: UserId | None = None


class ConversationRead(ChatEvent, frozen=True, kw_only=True):
    """One side has read everything up to `seq`."""

    conversation: ConversationId
    seq: int
    staff: bool
    owner: UserId | None = None


class ConversationSettled(ChatEvent, frozen=True, kw_only=True):
    """Staff have marked it as done, or as open again."""

    conversation: ConversationId
    state: ConversationState


class WriterMuted(ChatEvent, frozen=True, kw_only=True):
    """Staff no longer let somebody write, or let them again."""

    conversation: ConversationId
    blocked: bool


class ConversationTaken(ChatEvent, frozen=True, kw_only=True):
    """The account `user` has only claimed the address, and others have come or are written to."""

    conversation: ConversationId
    user: UserId


class Typing(ChatEvent, frozen=True, kw_only=True):
    """Somebody is writing right now; nothing of it is stored."""

    conversation: ConversationId
    author: str
    name: str
    staff: bool


class QuestionAsked(ChatEvent, frozen=True, kw_only=True):
    """A visitor without an account has asked something; the link that confirms it is made when the mail is written."""

    question: QuestionId
