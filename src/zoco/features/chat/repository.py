"""The storage ports of chat."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from zoco.features.chat.models import Conversation, ConversationState, InboxQuery, Message, Question
from zoco.kit.ids import ConversationId, QuestionId, UserId
from zoco.kit.moving import Movable
from zoco.kit.paging import Page


class Conversations(Movable, Protocol):
    """Conversations, and how far each side has read them."""

    async def get(self, conversation: ConversationId) -> Conversation | None: ...

    async def ensure(self, conversation: Conversation) -> None:
        """Store a new one; nothing where it is there already."""

    async def next_seq(self, conversation: ConversationId) -> int:
        """One more than the last message's; nobody else gets it unless this transaction is undone. It is there."""

    async def note(self, message: Message, preview: str, mail_due: datetime | None) -> None:
        """Show a new message as the last: counts it as unread for the other side, opens the conversation again.

        `mail_due` counts where no mail is due yet.
        """

    async def own(self, conversation: ConversationId, user: UserId | None, name: str, language: str) -> None:
        """Whose it is from now on, how they are called, and in which language they are written to."""

    async def read(self, conversation: ConversationId, seq: int, *, staff: bool) -> bool:
        """One side has read up to `seq`; False, and nothing changes, where it had before.

        What it has left is counted, and no mail is due where the customer has read all.
        """

    async def settle(self, conversation: ConversationId, state: ConversationState) -> None: ...

    async def mute(self, conversation: ConversationId, *, blocked: bool) -> None: ...

    async def blank(self, conversation: ConversationId, seq: int) -> None:
        """The message `seq` was removed: nobody has it to read, and it is not shown where it is the last."""

    async def seen_here(self, conversations: Iterable[ConversationId], now: datetime) -> None:
        """Their customers' pages are open."""

    async def page(self, query: InboxQuery) -> Page[Conversation]:
        """Those with messages, by the last message, newest first, ties by id; the general channel is none of them."""

    async def last_seqs(self, conversations: Iterable[ConversationId]) -> dict[ConversationId, int]: ...

    async def waiting(self) -> int:
        """How many open ones have something that no staff has read, the general channel not counted."""

    async def mail_due(self, now: datetime, limit: int) -> list[Conversation]:
        """Those whose unread answers are to be mailed, longest due first."""

    async def claim_mail(self, conversation: ConversationId, now: datetime) -> bool:
        """Whether a mail was due, and is not any more: whoever hears True writes it."""

    async def mailed(self, conversation: ConversationId, seq: int) -> None:
        """Answers up to `seq` were mailed."""

    async def of_user(self, user: UserId) -> list[Conversation]: ...

    async def remove(self, conversation: ConversationId) -> None:
        """With all its messages."""


class Messages(Movable, Protocol):
    """Messages of all conversations."""

    async def add(self, message: Message) -> None:
        """Raises StaleWrite where another call has just stored one with this number, or with this writer's key."""

    async def of_client(self, conversation: ConversationId, author: str, client_id: str) -> Message | None:
        """What this writer has sent under this id of their own."""

    async def get(self, conversation: ConversationId, seq: int) -> Message | None: ...

    async def after(self, conversation: ConversationId, seq: int, limit: int) -> list[Message]:
        """The first ones beyond `seq`, by rising number."""

    async def before(self, conversation: ConversationId, seq: int | None, limit: int) -> list[Message]:
        """The last ones below `seq` (None: the very last), by rising number."""

    async def remove(self, conversation: ConversationId, seq: int) -> None:
        """Take its words away; the number stays."""

    async def forget_author(self, author: str) -> None:
        """Name, address and author of whoever has left no longer stand at what they said to everybody."""

    async def of_author(self, author: str, after: str | None, limit: int) -> list[Message]:
        """What somebody has written anywhere, by rising id, beyond the id `after`."""


class Questions(Movable, Protocol):
    """Questions that wait for their writer to confirm the address."""

    async def add(self, question: Question) -> None: ...

    async def get(self, question: QuestionId) -> Question | None: ...

    async def remove(self, question: QuestionId) -> bool:
        """Whether it was there."""

    async def prune(self, before: datetime) -> None:
        """Drop those that were asked earlier."""
