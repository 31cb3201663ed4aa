"""The effect by which queued mails leave the shop, and the end of the log."""

from __future__ import annotations

from zoco.features.mail.events import MailQueued
from zoco.features.mail.service import MailService
from zoco.kit.events import on
from zoco.kit.jobs import every


@on(MailQueued)
async def send(event: MailQueued, mail: MailService) -> None:
    await mail.send(event.mail)


@every(24 * 60 * 60)
async def forget_old(mail: MailService) -> None:
    await mail.forget_old()
