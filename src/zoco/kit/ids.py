"""Identifiers: opaque strings, one type for each thing they name."""

from __future__ import annotations

import re
import uuid
from typing import NewType

from uuid_utils import uuid7

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
ProductId = NewType("ProductId", str)
CategoryId = NewType("CategoryId", str)
CartId = NewType("CartId", str)
OrderId = NewType("OrderId", str)
EntryId = NewType("EntryId", str)
MailId = NewType("MailId", str)
ReplyId = NewType("ReplyId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
QuestionId = NewType("QuestionId", str)
IncidentId = NewType("IncidentId", str)
DeedId = NewType("DeedId", str)
EventId = NewType("EventId", str)

_FORM = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{24}")


def ordered_id() -> str:
    """A UUIDv7: later ids sort after earlier ones, so that indexes grow at their end."""
    return str(uuid7())


def secret_id() -> str:
    """A random UUIDv4, 122 bits from the system's generator: who knows it, owns what it names."""
    return str(uuid.uuid4())


def is_id(text: str) -> bool:
    """Whether a text has the form of an id of any engine (a UUID or a MongoDB ObjectId)."""
    return _FORM.fullmatch(text) is not None
