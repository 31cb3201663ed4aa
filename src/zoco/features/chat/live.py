"""What chat's facts change on open pages, and the channel by which messages reach those that listen."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import msgspec

from zoco.features.accounts.events import EmailChanged
from zoco.features.chat.events import (
    ChatEvent,
    ConversationRead,
    ConversationSettled,
    ConversationTaken,
    MessagePosted,
    MessageRemoved,
    Typing,
    WriterMuted,
)
from zoco.features.chat.models import GENERAL, MessageType, author_of, conversation_of
from zoco.features.chat.schemas import Seq
from zoco.features.chat.service import ANSWER, ChatService
from zoco.kit.events import Event
from zoco.kit.ids import ConversationId
from zoco.kit.permissions import Actor
from zoco.web.asgi import Scope
from zoco.web.channels import Gone, News, Seat
from zoco.web.cookies import CHAT, Cookies
from zoco.web.live import Cut, Hint, Hints, hint
from zoco.web.visitor import actor_of

ADDRESS = "/live/chat"
_STAFF, _ALL = "staff", "all"
_NOTE_SECONDS = 45.0  # well within the time for which somebody counts as present


@hint(MessagePosted, MessageRemoved, ConversationRead, ConversationSettled, WriterMuted)
def inbox(fact: ChatEvent) -> Hints:
    """The staff's list, and for them the one conversation."""
    conversation: ConversationId = fact.conversation  # type: ignore[attr-defined]
    return [Hint("inbox", "role:staff"), Hint(f"conversation:{conversation}", "role:staff")]


@hint(MessagePosted, MessageRemoved, ConversationRead)
def unread(fact: MessagePosted | MessageRemoved | ConversationRead) -> Hints:
    """How many answers wait, in the head of every page of whoever is answered."""
    theirs = isinstance(fact, MessagePosted) and fact.type is MessageType.USUARIO
    if fact.owner is None or theirs or (isinstance(fact, ConversationRead) and fact.staff):
        return []
    return [Hint("chat", f"user:{fact.owner}")]


@hint(EmailChanged, ConversationTaken)
def moved(fact: EmailChanged | ConversationTaken) -> Hints:
    """Whoever listens to a conversation that is not theirs any more; their pages come again for what is."""
    return [Cut(f"user:{fact.user}")]


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """What a page says: that somebody is writing, or has read everything up to a number."""

    typing: bool = False
    read: Seq | None = None


_said = msgspec.json.Decoder(Said)


class ChatStation:
    """In the general channel only staff are told addresses; elsewhere all that listen know them."""

    address = ADDRESS

    def __init__(self, chat: ChatService) -> None:
        self._chat = chat
        self._noted: dict[str, float] = {}

    async def admit(self, scope: Scope, cookies: Cookies) -> Seat:
        """`?email=` names the conversation, `general` everybody's; without it one's own."""
        actor = self._chat.speaker(actor_of(scope), cookies.read(scope, CHAT))
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("email", [""])[0]
        conversation = await self._chat.enter(actor, asked)
        form = _STAFF if actor.may(ANSWER) else _ALL
        return Seat(conversation.id, form, actor, self._chat.mark(author_of(actor)))

    async def news(self, channel: str, after: int, limit: int) -> Sequence[News]:
        found = await self._chat.news(ConversationId(channel), after, limit)
        return [
            News(
                one.seq,
                {form: _json(self._chat.shown(one, staff=form == _STAFF)) for form in (_STAFF, _ALL)},
                one.removed,
            )
            for one in found
        ]

    async def reach(self, channels: Sequence[str]) -> Mapping[str, int]:
        return await self._chat.last_seqs([ConversationId(name) for name in channels])  # type: ignore[return-value]

    def heard(self, events: Iterable[Event]) -> Iterator[tuple[str, Any]]:
        for event in events:
            if isinstance(event, MessagePosted):
                yield event.conversation, None
            elif isinstance(event, MessageRemoved):
                yield event.conversation, Gone(event.seq)
            elif isinstance(event, ConversationRead):
                yield event.conversation, {"read": event.seq, "staff": event.staff}
            elif isinstance(event, Typing):
                yield event.conversation, {"typing": event.author, "name": event.name, "staff": event.staff}

    async def said(self, seat: Seat, text: str) -> None:
        said = _said.decode(text)
        if said.read is not None:
            await self._chat.read(seat.who, seat.channel, said.read)
        if said.typing and seat.channel != GENERAL:
            await self._chat.typing(seat.who, seat.channel)

    async def here(self, seats: Sequence[Seat]) -> None:
        """Customers in their own conversations; where staff look nobody needs to know."""
        now = time.monotonic()
        present = {seat.channel for seat in seats if _is_own(seat.channel, seat.who)}
        self._noted = {name: at for name, at in self._noted.items() if name in present and now - at < _NOTE_SECONDS}
        if fresh := sorted(ConversationId(name) for name in present - self._noted.keys()):
            await self._chat.seen_here(fresh)
            self._noted |= dict.fromkeys(fresh, now)


def _is_own(channel: str, actor: Actor) -> bool:
    return channel != GENERAL and (not actor.may(ANSWER) or channel == conversation_of(actor.email))


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
