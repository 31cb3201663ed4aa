"""Queues mails together with what they tell of, sends them afterwards, and tells staff what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from zoco.features.audit.service import AuditService
from zoco.features.mail.errors import MailMissing, MailWaiting, TemplateMissing
from zoco.features.mail.events import MailQueued
from zoco.features.mail.models import SENDING, Fault, Mail, MailLine, MailQuery, MailState, Verdict
from zoco.features.mail.providers import (
    MailTransport,
    Never,
    NotNow,
    Probing,
    Reaching,
    Rendered,
    Renderer,
    check_sender,
)
from zoco.features.mail.repository import Mails
from zoco.kit.clock import Clock
from zoco.kit.events import Undeliverable
from zoco.kit.ids import EventId, MailId, ordered_id
from zoco.kit.mishaps import storable
from zoco.kit.outbox import Outbox
from zoco.kit.paging import Page
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.store import Store, Tx, use_case

SEE = Permission("mail.see", Role.STAFF)
SEND_AGAIN = Permission("mail.send_again", Role.STAFF)
PROBE = Permission("mail.probe", Role.STAFF)

GIVE_UP_AFTER, GIVE_UP_TRIES = timedelta(days=3, hours=22), 12  # before the outbox does, which would tell nobody here
KEPT = timedelta(days=365)
_AT_ONCE = 200  # mails that are forgotten in one transaction
_SECRET = "token"  # noqa: S105 - the name of what links are made of


class Letterhead(msgspec.Struct, frozen=True):
    """Who writes (`Zoco <tienda@example.com>`), and where the shop itself wants to read what happens, if anywhere."""

    sender: str
    notify: str
    language: str
    server: Mapping[str, str] = {}
    """What sentences about the mail server are filled with: host, port, user."""
    languages: tuple[str, ...] = ()


class MailService:
    """Mails are rendered when they are queued, so that they say what was true then."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        renderer: Renderer,
        transports: Sequence[MailTransport],
        letterhead: Letterhead,
        *,
        audit: AuditService,
    ) -> None:
        """`transports` is asked for each mail, and its last one is used: whoever came last replaced the others."""
        self._store, self._clock, self._renderer = store, clock, renderer
        self._transports, self._letterhead, self._audit = transports, letterhead, audit
        self._domain = check_sender(letterhead.sender)
        self.languages = letterhead.languages

    async def queue(
        self, tx: Tx, template: str, *, key: str, to: str, language: str, about: str = "", **context: Any
    ) -> None:
        """Write a mail to be sent once the transaction is stored; one `key` leads to one mail per template and address.

        `about` names what it tells of (`order 12`), so that staff find it there. A `token` in the context is the part
        of a link that only the recipient may follow: staff never see the words of such a mail. Emits MailQueued where
        the mail is new.
        """
        mail = self._written(template, to, language, context)
        event = EventId(ordered_id())
        mail = msgspec.structs.replace(mail, key=f"{key}:{template}:{to}", about=about, event=event)
        if await tx[Mails].add(mail):
            tx.emit(MailQueued(id=event, mail=mail.id))

    async def notify(self, tx: Tx, template: str, *, key: str, about: str = "", **context: Any) -> None:
        """Queue a mail to the shop itself, in its own language; nothing where it wants none."""
        own = self._letterhead
        if own.notify:
            await self.queue(tx, template, key=key, to=own.notify, language=own.language, about=about, **context)

    async def send(self, mail: MailId) -> None:
        """Hand a queued mail to the transport, unless that was done before.

        Raises what the transport raises, and Undeliverable once it has failed for too long.
        """
        async with self._store.read() as tx:
            queued = await tx[Mails].get(mail)
        if queued is None:
            raise Undeliverable(f"the mail {mail} is no longer there")
        if queued.sent_at is not None:
            return
        try:
            await self._transports[-1].send(queued, self._letterhead.sender)
        except Exception as error:
            given_up = isinstance(error, Undeliverable)
            late = self._clock.now() - (queued.reopened_at or queued.created_at) > GIVE_UP_AFTER
            failed = given_up or (late and queued.attempts + 1 >= GIVE_UP_TRIES)
            await self._mark_tried(mail, _verdict(error), failed=failed)
            if failed and not given_up:
                raise Undeliverable(str(error) or type(error).__name__) from error
            raise
        await self._mark_sent(mail)

    async def show(self, actor: Actor, mail: MailId) -> Mail:
        """For staff, without the words where it holds somebody's own link; raises MailMissing."""
        actor.require(SEE)
        async with self._store.read() as tx:
            found = await tx[Mails].get(mail)
        if found is None:
            raise MailMissing
        return msgspec.structs.replace(found, text="", html="") if found.private else found

    async def page(self, actor: Actor, query: MailQuery) -> Page[MailLine]:
        """Newest first; for staff."""
        actor.require(SEE)
        async with self._store.read() as tx:
            return await tx[Mails].page(query)

    async def next_tries(self, actor: Actor, lines: Sequence[MailLine]) -> Mapping[MailId, datetime]:
        """When those of the mails that wait are tried next; for staff."""
        actor.require(SEE)
        waiting = {line.delivery: line.id for line in lines if line.state is MailState.WAITING and line.event}
        async with self._store.read() as tx:
            due = await tx[Outbox].due(list(waiting)) if waiting else {}
        return {waiting[delivery]: moment for delivery, moment in due.items()}

    def verdict(self, line: MailLine) -> Verdict | None:
        """What came of the last try, None where nothing went wrong; with the settings of now."""
        return None if line.fault is None else self._told(Verdict(fault=line.fault, words=line.error), line.to)

    async def count(self, actor: Actor) -> Mapping[MailState, int]:
        """How many mails are in each state; for staff."""
        actor.require(SEE)
        async with self._store.read() as tx:
            return await tx[Mails].count()

    @use_case
    async def send_again(self, actor: Actor, mail: MailId) -> None:
        """Queue a mail once more, as it was written and with the same `Message-ID`; for staff.

        Raises MailMissing, and MailWaiting for one that has not left yet. Emits MailQueued.
        """
        actor.require(SEND_AGAIN)
        async with self._store.write() as tx:
            found = await tx[Mails].get(mail)
            if found is None:
                raise MailMissing
            event = EventId(ordered_id())
            if not await tx[Mails].reopen(mail, event, self._clock.now()):
                raise MailWaiting
            tx.emit(MailQueued(id=event, mail=mail))
            subject = found.about or f"mail {mail}"
            await self._audit.note(tx, actor, "mail.send_again", subject=subject, to=found.to, template=found.template)

    @use_case
    async def hasten(self, actor: Actor) -> int:
        """Let every mail that waits for its next try be tried now, and answer how many; for staff."""
        actor.require(SEND_AGAIN)
        async with self._store.write() as tx:
            count = await tx[Outbox].hasten(SENDING, self._clock.now())
            if count:
                await self._audit.note(tx, actor, "mail.hasten", count=count)
        return count

    async def forget_old(self) -> None:
        """Drop mails that left, or were given up, long ago."""
        for state in (MailState.SENT, MailState.FAILED):
            while await self._forget_some(state) == _AT_ONCE:
                pass

    def check_probes(self, actor: Actor) -> None:
        """Raises where they may not ask the mail server."""
        actor.require(PROBE)

    async def probe(self, actor: Actor) -> Verdict:
        """Whether mails could leave now, without sending one; takes as long as the mail server does. For staff."""
        actor.require(PROBE)
        transport = self._transports[-1]
        verdict = await transport.probe(self._letterhead.sender) if isinstance(transport, Probing) else Verdict()
        return self._told(verdict, "")

    async def reach(self, actor: Actor) -> Verdict:
        """Whether there is anybody at all who would take mails; a moment at most. For staff."""
        actor.require(PROBE)
        transport = self._transports[-1]
        return self._told(await transport.reach() if isinstance(transport, Reaching) else Verdict(), "")

    async def test(self, actor: Actor, to: str) -> Verdict:
        """Send a mail that says that mails arrive, at once and past the log; for staff."""
        actor.require(PROBE)
        mail = self._written("mail/test", to, self._letterhead.language, {})
        try:
            await self._transports[-1].send(mail, self._letterhead.sender)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            return self._told(_verdict(error), to)
        return self._told(Verdict(), to)

    def templates(self, actor: Actor) -> Sequence[str]:
        """The names of all mails that the shop can write, by feature; for staff."""
        actor.require(SEE)
        return self._renderer.names

    def sample(self, actor: Actor, template: str, language: str) -> Rendered:
        """A mail as it would be written, with made-up values; for staff. Raises TemplateMissing."""
        actor.require(SEE)
        try:
            return self._renderer.sample(template, language)
        except LookupError:
            raise TemplateMissing from None

    def _told(self, verdict: Verdict, to: str) -> Verdict:
        """With all that its sentences can be filled with."""
        known = {"host": "", "port": "", "user": "", **self._letterhead.server, "sender": self._letterhead.sender}
        return msgspec.structs.replace(verdict, params={**known, "to": " ".join(to.split())})

    def _written(self, template: str, to: str, language: str, context: Mapping[str, Any]) -> Mail:
        words = self._renderer.render(template, language, context)
        mail = MailId(self._store.new_id())
        return Mail(
            id=mail,
            key=mail,
            to=to,
            language=language,
            template=template,
            subject=words.subject,
            text=words.text,
            html=words.html,
            message_id=f"<{mail}@{self._domain}>",
            created_at=self._clock.now(),
            private=_SECRET in context,
        )

    @use_case
    async def _forget_some(self, state: MailState) -> int:
        async with self._store.write() as tx:
            return await tx[Mails].forget(state, self._clock.now() - KEPT, _AT_ONCE)

    @use_case
    async def _mark_sent(self, mail: MailId) -> None:
        async with self._store.write() as tx:
            await tx[Mails].mark_sent(mail, self._clock.now())

    @use_case
    async def _mark_tried(self, mail: MailId, verdict: Verdict, *, failed: bool) -> None:
        async with self._store.write() as tx:
            await tx[Mails].mark_tried(mail, self._clock.now(), verdict, failed=failed)


def _verdict(error: Exception) -> Verdict:
    if isinstance(error, Never | NotNow):
        return error.verdict
    return Verdict(fault=Fault.OTHER, words=storable(str(error)) or type(error).__name__)
