"""What staff do with conversations, and what time does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any, TypeAlias

from msgspec.structs import replace

from zoco.features.accounts.models import wrong_email
from zoco.features.accounts.service import AccountService
from zoco.features.audit.service import AuditService
from zoco.features.catalogue.models import Product, ProductStatus
from zoco.features.catalogue.service import CatalogueService
from zoco.features.chat.errors import MessageMissing
from zoco.features.chat.events import ConversationSettled, MessageRemoved, WriterMuted
from zoco.features.chat.models import (
    Conversation,
    ConversationState,
    InboxQuery,
    Message,
    MessageType,
    Part,
    conversation_of,
    parts_of,
    product_meant,
)
from zoco.features.chat.providers import Proofs
from zoco.features.chat.repository import Conversations, Messages
from zoco.features.chat.schemas import MessageOut
from zoco.features.chat.service.guests import Guests
from zoco.features.chat.service.talk import ANSWER, Rules
from zoco.features.mail.service import MailService
from zoco.kit.clock import Clock
from zoco.kit.errors import Invalid
from zoco.kit.ids import ConversationId, ProductId, UserId, is_id
from zoco.kit.paging import LARGEST_LIMIT, Page
from zoco.kit.permissions import Actor
from zoco.kit.ratelimit import RateLimiter
from zoco.kit.store import Store, Tx, use_case

Day: TypeAlias = tuple[date, list[tuple[MessageOut, list[Part]]]]
"""One day's messages, each with its text in pieces."""

_MAILS_AT_ONCE, _MOST_IN_MAIL = 20, 10


class ChatService(Guests):
    """All of chat."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        limiter: RateLimiter,
        *,
        accounts: AccountService,
        mail: MailService,
        audit: AuditService,
        catalogue: CatalogueService,
        rules: Rules,
        secret: bytes,
    ) -> None:
        super().__init__(store, clock, limiter, accounts=accounts, rules=rules, secret=secret)
        self._mail, self._audit, self._catalogue = mail, audit, catalogue
        self._proofs = Proofs(secret, clock)

    async def page(self, actor: Actor, query: InboxQuery) -> Page[Conversation]:
        """Conversations by their last message, newest first; for staff. The general channel is none of them."""
        actor.require(ANSWER)
        async with self._store.read() as tx:
            return await tx[Conversations].page(query)

    async def waiting(self, actor: Actor) -> int:
        """How many conversations have something that no staff has read; for staff."""
        actor.require(ANSWER)
        async with self._store.read() as tx:
            return await tx[Conversations].waiting()

    async def days(self, messages: Iterable[Message], origin: str, language: str, *, staff: bool) -> list[Day]:
        """Messages as pages show them; what is offered at the addresses in them is read at once."""
        drawn = [(one, parts_of(one.body)) for one in messages]
        told = await self._products({part.text for _, parts in drawn for part in parts if part.link}, origin, language)
        found = list[Day]()
        for day, said in groupby(drawn, lambda one: one[0].sent_at.astimezone(self.rules.zone).date()):
            lines = [
                (self.shown(one, staff=staff), [replace(part, product=told.get(part.text)) for part in parts])
                for one, parts in said
            ]
            found.append((day, lines))
        return found

    @use_case
    async def remove(self, actor: Actor, to: str, seq: int) -> None:
        """Take the words of a message away; for staff. Emits MessageRemoved; raises MessageMissing."""
        actor.require(ANSWER)
        async with self._store.write() as tx:
            conversation = await self._enter(tx, actor, to)
            there = 0 < seq <= conversation.last_seq
            found = await tx[Messages].get(conversation.id, seq) if there else None
            if found is None:
                raise MessageMissing
            if found.removed:
                return
            await tx[Messages].remove(conversation.id, seq)
            await tx[Conversations].blank(conversation.id, seq)
            await self._audit.note(tx, actor, "chat.remove", subject=conversation.id, seq=seq)
            tx.emit(MessageRemoved(conversation=conversation.id, seq=seq, owner=conversation.user))

    @use_case
    async def block(self, actor: Actor, email: str, *, blocked: bool) -> None:
        """Let somebody write no more, anywhere in chat, or let them again; for staff. Emits WriterMuted."""
        actor.require(ANSWER)
        async with self._store.write() as tx:
            conversation = await self._of_email(tx, actor, email)
            if conversation.blocked is not blocked:
                await tx[Conversations].mute(conversation.id, blocked=blocked)
                await self._audit.note(tx, actor, "chat.block" if blocked else "chat.unblock", subject=conversation.id)
                tx.emit(WriterMuted(conversation=conversation.id, blocked=blocked))

    @use_case
    async def settle(self, actor: Actor, email: str, state: ConversationState) -> None:
        """Mark a conversation as done or open; for staff. Emits ConversationSettled."""
        actor.require(ANSWER)
        async with self._store.write() as tx:
            conversation = await self._of_email(tx, actor, email)
            if conversation.state is not state:
                await tx[Conversations].settle(conversation.id, state)
                await self._audit.note(tx, actor, f"chat.{state.value}", subject=conversation.id)
                tx.emit(ConversationSettled(conversation=conversation.id, state=state))

    async def mail_waiting(self) -> None:
        """Mail answers that have waited unread for long enough, each once; a timed job."""
        async with self._store.read() as tx:
            due = await tx[Conversations].mail_due(self._clock.now(), _MAILS_AT_ONCE)
        for conversation in due:
            await self._mail_answers(conversation.id)

    @use_case
    async def _mail_answers(self, wanted: ConversationId) -> None:
        async with self._store.write() as tx:
            claimed = await tx[Conversations].claim_mail(wanted, self._clock.now())
            found = await tx[Conversations].get(wanted) if claimed else None
            if found is None:
                return
            seen = max(found.customer_seen, found.mailed_seq)
            later = await tx[Messages].after(wanted, seen, LARGEST_LIMIT)
            answers = [one for one in later if one.type is MessageType.SISTEMA and not one.removed]
            if answers:
                language = found.language or self.rules.language
                await self._mail.queue(
                    tx,
                    "chat/answers",
                    key=answers[-1].id,
                    to=found.email,
                    language=language,
                    name=found.name,
                    email=found.email,
                    answers=answers[-_MOST_IN_MAIL:],
                    **({} if found.user else {"token": self.link(found.email, found.name, language)}),
                )
            await tx[Conversations].mailed(wanted, found.last_seq)

    async def own_data(self, tx: Tx, user: UserId) -> dict[str, Any]:
        """Every conversation of the person with its answers, and what they said to everybody."""
        found: dict[str, list[Message]] = {}
        for conversation in await tx[Conversations].of_user(user):
            found[conversation.id] = await _all(tx, conversation.id)
        return {
            "conversations": {
                name: [(one.sent_at, one.type, one.name, one.body) for one in messages]
                for name, messages in found.items()
            },
            "said_to_everybody": [
                (one.sent_at, one.body) for one in await _said_by(tx, user) if one.conversation not in found
            ],
        }

    async def part(self, tx: Tx, user: UserId, email: str) -> None:
        """Somebody has another address now; the conversation stays with the one that they had."""
        found = await tx[Conversations].get(conversation_of(email))
        if found and found.user == user:
            await tx[Conversations].own(found.id, None, found.name, found.language)

    async def forget(self, tx: Tx, user: UserId) -> None:
        """Somebody has left: their conversations go, what they said to everybody stays without a name."""
        for conversation in await tx[Conversations].of_user(user):
            await tx[Conversations].remove(conversation.id)
        await tx[Messages].forget_author(user)

    async def _products(self, links: Iterable[str], origin: str, language: str) -> dict[str, Product]:
        """What is offered at links, by the link."""
        meant = {link: name for link in links if (name := product_meant(link, origin))}
        if not meant:
            return {}
        names = set(meant.values())
        async with self._store.read() as tx:
            by_id = await self._catalogue.many(tx, [ProductId(name) for name in names if is_id(name)])
            by_slug = await self._catalogue.of_slugs(tx, [name for name in names if not is_id(name)])
        found = {str(product.id): product for product in by_id.values()} | by_slug
        offered = {name: one for name, one in found.items() if one.status is ProductStatus.ACTIVE}
        return {link: offered[name].told_in(language) for link, name in meant.items() if name in offered}

    async def _of_email(self, tx: Tx, actor: Actor, email: str) -> Conversation:
        """The conversation of an address, made where there is none yet; the general channel is none."""
        conversation = await self._enter(tx, actor, email)
        if conversation.general and (wrong := wrong_email(email)):
            raise Invalid(wrong)
        await tx[Conversations].ensure(conversation)
        return conversation


async def _all(tx: Tx, conversation: ConversationId) -> list[Message]:
    found, seq = list[Message](), 0
    while messages := await tx[Messages].after(conversation, seq, LARGEST_LIMIT):
        found += messages
        seq = messages[-1].seq
    return found


async def _said_by(tx: Tx, user: UserId) -> list[Message]:
    found, after = list[Message](), None
    while messages := await tx[Messages].of_author(user, after, LARGEST_LIMIT):
        found += messages
        after = messages[-1].id
    return found
