"""The effect by which queued mails leave the shop."""

from __future__ import annotations

from zoco.features.mail.events import MailQueued
from zoco.features.mail.service import MailService
from zoco.kit.events import on


@on(MailQueued)
async def send(event: MailQueued, mail: MailService) -> None:
    await mail.send(event.mail)
