"""The mails that follow a registration."""

from __future__ import annotations

from zoco.features.accounts.events import UserRegistered
from zoco.features.mail.service import MailService
from zoco.kit.events import on
from zoco.kit.store import Tx


@on(UserRegistered)
async def welcome(tx: Tx, event: UserRegistered, mail: MailService) -> None:
    """To the person, and to the shop's own address."""
    await mail.queue(
        tx,
        "accounts/welcome",
        key=event.id,
        to=event.email,
        language=event.language,
        name=event.name,
        email=event.email,
    )
    await mail.notify(tx, "accounts/registered", key=event.id, name=event.name, email=event.email)
