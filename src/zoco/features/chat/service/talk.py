"""Reading and writing in conversations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from hmac import digest

import msgspec

from zoco.features.accounts.models import wrong_email
from zoco.features.accounts.service import AccountService
from zoco.features.chat.errors import (
    ConversationForeign,
    EmailUnproven,
    GeneralClosed,
    KeyTaken,
    TooFast,
    WriterBlocked,
)
from zoco.features.chat.events import ConversationRead, ConversationTaken, MessagePosted, Typing
from zoco.features.chat.models import (
    GENERAL,
    Conversation,
    History,
    Message,
    MessageType,
    author_of,
    conversation_of,
    preview_of,
    tidy_body,
    wrong_body,
)
from zoco.features.chat.repository import Conversations, Messages
from zoco.features.chat.schemas import MessageOut
from zoco.kit.clock import Clock
from zoco.kit.errors import Invalid, TooMany, Unauthenticated
from zoco.kit.ids import ConversationId, MessageId, UserId, secret_id
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.ratelimit import RateLimiter, Rule
from zoco.kit.store import Store, Tx, use_case

ANSWER = Permission("chat.answer", Role.STAFF)
PACE, STAFF_PACE = Rule(20, 60), Rule(120, 60)
HISTORY = 50
_MARK_BYTES = 8


class Rules(msgspec.Struct, frozen=True):
    """Whether there is a general channel, and when an answer that waits unread is mailed (None: never).

    `zone` is the shop's, by which its days begin.
    """

    general: bool
    mail_after: timedelta | None
    language: str
    zone: tzinfo = UTC


class Talk:
    """Whoever asks is an account, or `Actor(name=…, email=…)` without an id: a visitor who has confirmed the address.

    `to` names a conversation: an e-mail address, `general`, or nothing for one's own.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        limiter: RateLimiter,
        *,
        accounts: AccountService,
        rules: Rules,
        secret: bytes,
    ) -> None:
        self._store, self._clock, self._limiter = store, clock, limiter
        self._accounts, self.rules = accounts, rules
        self._marks = digest(secret, b"chat: marks of authors", "sha256")

    async def enter(self, actor: Actor, to: str = "") -> Conversation:
        """The conversation, empty where nobody wrote in it yet, if the person may read it.

        Raises Unauthenticated, ConversationForeign, EmailUnproven or GeneralClosed.
        """
        async with self._store.read() as tx:
            return await self._enter(tx, actor, to)

    async def unread(self, actor: Actor) -> int:
        """How many answers somebody has not read in their own conversation; none of those that they may not read."""
        try:
            return (await self.enter(actor)).customer_unread
        except EmailUnproven:
            return 0

    async def history(
        self, actor: Actor, to: str = "", *, after: int | None = None, before: int | None = None, limit: int = HISTORY
    ) -> History:
        """The first messages beyond `after`, else the last ones below `before`; raises what `enter` raises."""
        async with self._store.read() as tx:
            conversation = await self._enter(tx, actor, to)
            found = tx[Messages]
            if after is not None:
                messages = await found.after(conversation.id, after, limit + 1)
                return History(
                    conversation=conversation, messages=messages[:limit], earlier=False, later=len(messages) > limit
                )
            messages = await found.before(conversation.id, before, limit + 1)
            return History(
                conversation=conversation, messages=messages[-limit:], earlier=len(messages) > limit, later=False
            )

    async def say(
        self, actor: Actor, to: str, body: str, client_id: str | None = None, language: str = ""
    ) -> tuple[Message, bool]:
        """Post a message; True with one that was sent before under the same `client_id`. Emits MessagePosted.

        Raises Invalid, TooFast, WriterBlocked, KeyTaken, and what `enter` raises.
        """
        body = tidy_body(body)
        if wrong := wrong_body(body):
            raise Invalid(*wrong)
        async with self._store.read() as tx:
            conversation = await self._enter(tx, actor, to)
            if client_id and (sent := await tx[Messages].of_client(conversation.id, author_of(actor), client_id)):
                return _again(sent, body), True
        await self._pace(actor)
        return await self._post(actor, conversation.id, body, client_id or secret_id(), language)

    @use_case
    async def read(self, actor: Actor, to: str, seq: int) -> None:
        """Everything up to `seq` was read by this side; emits ConversationRead where that is news."""
        async with self._store.read() as tx:
            conversation = await self._enter(tx, actor, to)
        staff = self._answers(actor, conversation.id)
        seq = min(seq, conversation.last_seq)
        seen = conversation.staff_seen if staff else conversation.customer_seen
        if seq <= seen or (conversation.general and not staff):
            return
        async with self._store.write() as tx:
            if await tx[Conversations].read(conversation.id, seq, staff=staff):
                tx.emit(ConversationRead(conversation=conversation.id, seq=seq, staff=staff, owner=conversation.user))

    @use_case
    async def typing(self, actor: Actor, to: str) -> None:
        """Tell the other side; emits Typing and stores nothing."""
        async with self._store.read() as tx:
            conversation = await self._enter(tx, actor, to)
            if conversation.blocked:
                return
        staff = self._answers(actor, conversation.id)
        async with self._store.write() as tx:
            tx.emit(
                Typing(conversation=conversation.id, author=self.mark(author_of(actor)), name=actor.name, staff=staff)
            )

    @use_case
    async def seen_here(self, conversations: Iterable[ConversationId]) -> None:
        """Pages of these customers are open in this process."""
        async with self._store.write() as tx:
            await tx[Conversations].seen_here(conversations, self._clock.now())

    async def news(self, conversation: ConversationId, after: int, limit: int) -> list[Message]:
        """Messages beyond a number, for whoever tells those that were let in."""
        async with self._store.read() as tx:
            return await tx[Messages].after(conversation, after, limit)

    async def last_seqs(self, conversations: Iterable[ConversationId]) -> dict[ConversationId, int]:
        async with self._store.read() as tx:
            return await tx[Conversations].last_seqs(conversations)

    def shown(self, message: Message, *, staff: bool) -> MessageOut:
        """As it goes out: in the general channel nobody but staff reads addresses."""
        return MessageOut.of(message, self.mark(message.author), email=staff or message.conversation != GENERAL)

    def mark(self, author: str) -> str:
        """The same for all that one author writes; nobody learns from it who that is."""
        return digest(self._marks, author.encode(), "sha256")[:_MARK_BYTES].hex()

    def _answers(self, actor: Actor, conversation: ConversationId) -> bool:
        """Whether the person speaks for the shop there; in their own conversation staff are customers."""
        return actor.may(ANSWER) and conversation != conversation_of(actor.email)

    async def _enter(self, tx: Tx, actor: Actor, to: str) -> Conversation:
        if to == GENERAL:
            if not self.rules.general:
                raise GeneralClosed
            actor.signed_in()
            return await tx[Conversations].get(GENERAL) or self._empty(GENERAL, "")
        if actor.id is None and not actor.email:
            raise Unauthenticated
        own = conversation_of(actor.email)
        wanted = conversation_of(to) if to else own
        address = actor.email if wanted == own else to.strip()
        found = await tx[Conversations].get(wanted)
        if found and actor.id and found.user == actor.id and wanted == own:
            return found
        if actor.may(ANSWER):
            if found is None and (wrong := wrong_email(address)):
                raise Invalid(wrong)
            return found or self._empty(wanted, address)
        if wanted != own:
            raise ConversationForeign
        if found and found.last_seq and actor.id:
            # Others may have written under the address as long as nobody has confirmed it.
            user = await self._accounts.of_id(tx, actor.id)
            if user is None or not user.verified:
                raise EmailUnproven
        return found or self._empty(wanted, address)

    def _empty(self, conversation: ConversationId, email: str) -> Conversation:
        return Conversation(id=conversation, email=email, name="", user=None, last_at=self._clock.now())

    @use_case
    async def _post(
        self, actor: Actor, wanted: ConversationId, body: str, client_id: str, language: str
    ) -> tuple[Message, bool]:
        async with self._store.write() as tx:
            return await self._posted(tx, actor, wanted, body, client_id=client_id, language=language)

    async def _posted(
        self, tx: Tx, actor: Actor, wanted: ConversationId, body: str, *, client_id: str, language: str
    ) -> tuple[Message, bool]:
        author, now = author_of(actor), self._clock.now()
        conversation = await self._enter(tx, actor, wanted)
        if sent := await tx[Messages].of_client(wanted, author, client_id):
            return _again(sent, body), True
        answer = self._answers(actor, wanted)
        if not answer:
            await self._check_muted(tx, actor, conversation)
        await tx[Conversations].ensure(conversation)
        owner = None
        if not conversation.general:
            owner = await self._settle_owner(tx, actor, conversation, language, answer=answer)
            if not conversation.last_seq and (answer or not actor.id):
                await self._turn_out(tx, conversation)
        message = Message(
            id=MessageId(self._store.new_id()),
            conversation=wanted,
            seq=await tx[Conversations].next_seq(wanted),
            email=conversation.email if not conversation.general else "" if answer else actor.email,
            name=actor.name,
            type=MessageType.SISTEMA if answer else MessageType.USUARIO,
            body=body,
            sent_at=now,
            author=author,
            client_id=client_id,
        )
        await tx[Messages].add(message)
        await tx[Conversations].note(message, preview_of(body), self._mail_due(message, now))
        tx.emit(MessagePosted(conversation=wanted, seq=message.seq, type=message.type, owner=owner))
        return message, False

    def _mail_due(self, message: Message, now: datetime) -> datetime | None:
        if message.type is MessageType.USUARIO or message.conversation == GENERAL or self.rules.mail_after is None:
            return None
        return now + self.rules.mail_after

    async def _settle_owner(
        self, tx: Tx, actor: Actor, conversation: Conversation, language: str, *, answer: bool
    ) -> UserId | None:
        """Who writes in their own conversation owns it; who is written to is looked for among the accounts."""
        if answer:
            if conversation.user or not (user := await self._accounts.of_email(tx, conversation.email)):
                return conversation.user
            if conversation.last_seq and not user.verified:
                return None
            owner, name, language = (user.id if user.verified else None), user.name, user.language
        else:
            owner, name = actor.id or conversation.user, actor.name
            language = language or conversation.language
        if (owner, name, language) != (conversation.user, conversation.name, conversation.language):
            await tx[Conversations].own(conversation.id, owner, name, language)
        return owner

    async def _turn_out(self, tx: Tx, conversation: Conversation) -> None:
        """Others begin to write: an account that only claims the address may have listened while it was empty.

        Emits ConversationTaken.
        """
        user = await self._accounts.of_email(tx, conversation.email)
        if user and not user.verified:
            tx.emit(ConversationTaken(conversation=conversation.id, user=user.id))

    async def _check_muted(self, tx: Tx, actor: Actor, conversation: Conversation) -> None:
        own = await tx[Conversations].get(conversation_of(actor.email))
        if conversation.blocked or (own and own.blocked):
            raise WriterBlocked

    async def _pace(self, actor: Actor) -> None:
        try:
            await self._limiter.check(f"chat.say {author_of(actor)}", STAFF_PACE if actor.may(ANSWER) else PACE)
        except TooMany as refusal:
            raise TooFast(refusal.retry_after) from None


def _again(sent: Message, body: str) -> Message:
    """What the same call has stored before; a removed one has no words left to compare."""
    if sent.body != body and not sent.removed:
        raise KeyTaken
    return sent
