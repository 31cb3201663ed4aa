"""Queues mails together with what they tell of, and sends them afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from zoco.features.mail.errors import MailMissing
from zoco.features.mail.events import MailQueued
from zoco.features.mail.models import Mail
from zoco.features.mail.providers import MailTransport, Renderer, check_sender
from zoco.features.mail.repository import Mails
from zoco.kit.clock import Clock
from zoco.kit.events import Undeliverable
from zoco.kit.ids import MailId
from zoco.kit.paging import Page
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.store import Store, Tx, use_case

SEE = Permission("mail.see", Role.STAFF)


class Letterhead(msgspec.Struct, frozen=True):
    """Who writes (`Zoco <tienda@example.com>`), and where the shop itself wants to read what happens, if anywhere."""

    sender: str
    notify: str
    language: str


class MailService:
    """Mails are rendered when they are queued, so that they say what was true then."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        renderer: Renderer,
        transports: Sequence[MailTransport],
        letterhead: Letterhead,
    ) -> None:
        """`transports` is asked for each mail, and its last one is used: whoever came last replaced the others."""
        self._store, self._clock, self._renderer = store, clock, renderer
        self._transports, self._letterhead = transports, letterhead
        self._domain = check_sender(letterhead.sender)

    async def queue(self, tx: Tx, template: str, *, key: str, to: str, language: str, **context: Any) -> None:
        """Write a mail to be sent once the transaction is stored; one `key` leads to one mail per template and address.

        Emits MailQueued where the mail is new.
        """
        words = self._renderer.render(template, language, context)
        mail = MailId(self._store.new_id())
        queued = Mail(
            id=mail,
            key=f"{key}:{template}:{to}",
            to=to,
            language=language,
            template=template,
            subject=words.subject,
            text=words.text,
            html=words.html,
            message_id=f"<{mail}@{self._domain}>",
            created_at=self._clock.now(),
        )
        if await tx[Mails].add(queued):
            tx.emit(MailQueued(mail=mail))

    async def notify(self, tx: Tx, template: str, *, key: str, **context: Any) -> None:
        """Queue a mail to the shop itself, in its own language; nothing where it wants none."""
        own = self._letterhead
        if own.notify:
            await self.queue(tx, template, key=key, to=own.notify, language=own.language, **context)

    async def send(self, mail: MailId) -> None:
        """Hand a queued mail to the transport, unless that was done before; raises what the transport raises."""
        async with self._store.read() as tx:
            queued = await tx[Mails].get(mail)
        if queued is None:
            raise Undeliverable(f"the mail {mail} is no longer there")
        if queued.sent_at is None:
            await self._transports[-1].send(queued, self._letterhead.sender)
            await self._mark_sent(mail)

    async def show(self, actor: Actor, mail: MailId) -> Mail:
        """For staff; raises MailMissing."""
        actor.require(SEE)
        async with self._store.read() as tx:
            found = await tx[Mails].get(mail)
        if found is None:
            raise MailMissing
        return found

    async def page(self, actor: Actor, after: str | None, limit: int) -> Page[Mail]:
        """Newest first; for staff."""
        actor.require(SEE)
        async with self._store.read() as tx:
            return await tx[Mails].page(after, limit)

    @use_case
    async def _mark_sent(self, mail: MailId) -> None:
        async with self._store.write() as tx:
            await tx[Mails].mark_sent(mail, self._clock.now())
