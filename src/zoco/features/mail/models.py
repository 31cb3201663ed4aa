"""A mail as it was written, kept whether it has left already or not."""

from __future__ import annotations

from datetime import datetime

import msgspec

from zoco.kit.ids import MailId


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one address; `key` is what makes it the only one of its kind."""

    id: MailId
    key: str
    to: str
    language: str
    template: str
    subject: str
    text: str
    html: str
    message_id: str
    """The `Message-ID` header, the same however often it is tried, so that a reader's program shows it once."""
    created_at: datetime
    sent_at: datetime | None = None
