"""The storage port of mails."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from zoco.features.mail.models import Mail, MailLine, MailQuery, MailState, Verdict
from zoco.kit.ids import MailId
from zoco.kit.moving import Movable
from zoco.kit.paging import Page


class Mails(Movable, Protocol):
    """The mails that were queued, for as long as they are kept."""

    async def add(self, mail: Mail) -> bool:
        """Whether it is new: a second one with the same `key` changes nothing."""

    async def get(self, mail: MailId) -> Mail | None: ...

    async def mark_sent(self, mail: MailId, now: datetime) -> None:
        """One try more, the last one; of a mail that was sent before nothing changes."""

    async def mark_tried(self, mail: MailId, now: datetime, verdict: Verdict, *, failed: bool) -> None:
        """One try more, in vain, unless it was sent meanwhile; with `failed` it is given up."""

    async def reopen(self, mail: MailId, event: str, now: datetime) -> bool:
        """Let it be sent again by this fact; False for one that waits anyway, or is not there."""

    async def forget(self, state: MailState, before: datetime, limit: int) -> int:
        """Remove those of the oldest `limit` in a state that were written earlier; how many they were."""

    async def page(self, query: MailQuery) -> Page[MailLine]:
        """Newest first, that is by falling id."""

    async def count(self) -> Mapping[MailState, int]:
        """How many there are in each state; none where there is no entry."""
