"""What staff do with conversations, and what time does."""

from __future__ import annotations

from typing import Any

from zoco.features.accounts.service import AccountService
from zoco.features.audit.service import AuditService
from zoco.features.chat.errors import MessageMissing
from zoco.features.chat.events import ConversationSettled, MessageRemoved, WriterMuted
from zoco.features.chat.models import (
    Conversation,
    ConversationState,
    InboxQuery,
    Message,
    MessageType,
)
from zoco.features.chat.providers import Proofs
from zoco.features.chat.repository import Conversations, Messages
from zoco.features.chat.service.guests import Guests
from zoco.features.chat.service.talk import ANSWER, Rules
from zoco.features.mail.service import MailService
from zoco.kit.clock import Clock
from zoco.kit.ids import ConversationId, UserId
from zoco.kit.paging import LARGEST_LIMIT, Page
from zoco.kit.permissions import Actor
from zoco.kit.ratelimit import RateLimiter
from zoco.kit.store import Store, Tx, use_case

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
        rules: Rules,
        secret: bytes,
    ) -> None:
        super().__init__(store, clock, limiter, accounts=accounts, rules=rules, secret=secret)
        self._mail, self._audit = mail, audit
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

    @use_case
    async def remove(self, actor: Actor, to: str, seq: int) -> None:
        """Take the words of a message away; for staff. Emits MessageRemoved; raises MessageMissing."""
        actor.require(ANSWER)
        async with self._store.write() as tx:
            conversation = await self._enter(tx, actor, to)
            found = await tx[Messages].get(conversation.id, seq)
            if found is None:
                raise MessageMissing
            if found.removed:
                return
            await tx[Messages].remove(conversation.id, seq)
            if seq == conversation.last_seq:
                await tx[Conversations].show_last(conversation.id, "")
            await self._audit.note(tx, actor, "chat.remove", subject=conversation.id, seq=seq)
            tx.emit(MessageRemoved(conversation=conversation.id, seq=seq))

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
            found = await tx[Conversations].get(wanted)
            if found is None or found.mail_due is None or found.mail_due > self._clock.now():
                return
            seen = max(found.customer_seen, found.mailed_seq)
            later = await tx[Messages].after(wanted, seen, LARGEST_LIMIT)
            answers = [one for one in later if one.type is MessageType.SISTEMA and not one.removed]
            if answers:
                language = found.language or self._rules.language
                await self._mail.queue(
                    tx,
                    "chat/answers",
                    key=f"{wanted}:{answers[-1].seq}",
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

    async def forget(self, tx: Tx, user: UserId) -> None:
        """Somebody has left: their conversations go, what they said to everybody stays without a name."""
        for conversation in await tx[Conversations].of_user(user):
            await tx[Conversations].remove(conversation.id)
        await tx[Messages].forget_author(user)

    async def _of_email(self, tx: Tx, actor: Actor, email: str) -> Conversation:
        """The conversation of an address, made where there is none yet."""
        conversation = await self._enter(tx, actor, email)
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
