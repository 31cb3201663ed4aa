"""The storage port of mails."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from zoco.features.mail.models import Mail
from zoco.kit.ids import MailId
from zoco.kit.moving import Movable
from zoco.kit.paging import Page


class Mails(Movable, Protocol):
    """Every mail that was ever queued."""

    async def add(self, mail: Mail) -> bool:
        """Whether it is new: a second one with the same `key` changes nothing."""

    async def get(self, mail: MailId) -> Mail | None: ...

    async def mark_sent(self, mail: MailId, now: datetime) -> None:
        """The first time counts."""

    async def page(self, after: str | None, limit: int) -> Page[Mail]:
        """Newest first, that is by falling id."""
