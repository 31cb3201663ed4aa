"""Facts about mail."""

from __future__ import annotations

from typing import ClassVar

from zoco.kit.events import Event
from zoco.kit.ids import MailId


class MailQueued(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "mail"
    mail: MailId
