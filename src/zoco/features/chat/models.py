"""Conversations and their messages: who may read and write them, and what waits to be read."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2s

import msgspec

from zoco.features.catalogue.models import Product
from zoco.kit.errors import FieldError
from zoco.kit.ids import ConversationId, MessageId, QuestionId, UserId, is_id
from zoco.kit.paging import LIMIT
from zoco.kit.permissions import Actor
from zoco.kit.text import N_, email_key, words

GENERAL = ConversationId("general")
"""The channel of everybody; every other conversation is named by an e-mail address as `email_key` makes it."""
LONGEST_BODY, LONGEST_NAME, LONGEST_KEY = 2_000, 100, 64
LONGEST_PREVIEW = 120
HERE = timedelta(seconds=100)
"""How long somebody counts as present after their page was last seen."""


class MessageType(StrEnum):
    """A question of a customer, or an answer of the shop."""

    USUARIO = "usuario"
    SISTEMA = "sistema"


class ConversationState(StrEnum):
    """Whether staff still have to do something."""

    OPEN = "open"
    DONE = "done"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message; `seq` counts 1, 2, 3 … in its conversation.

    `email` is of who asks or is answered, empty for what the shop says to everybody. `author` is the id of the account
    that wrote it, or `guest:` and an address. `client_id` is the writer's own, so that sending again makes no second
    one. A removed one keeps its number and loses its words.
    """

    id: MessageId
    conversation: ConversationId
    seq: int
    email: str
    name: str
    type: MessageType
    body: str
    sent_at: datetime
    author: str
    client_id: str
    removed: bool = False


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """What is between one e-mail address and the shop, or the general channel, whose `email` is empty.

    `user` is the account that has shown to be the address's, or that began it. `staff_unread` counts what customers
    wrote and no staff has read, `customer_unread` the other way round. `here_at` is when the customer's page was last
    seen open, `mail_due` when unread answers are mailed, `mailed_seq` up to which they were.
    """

    id: ConversationId
    email: str
    name: str
    user: UserId | None
    language: str = ""
    state: ConversationState = ConversationState.OPEN
    last_seq: int = 0
    last_at: datetime
    last_type: MessageType | None = None
    preview: str = ""
    staff_seen: int = 0
    staff_unread: int = 0
    customer_seen: int = 0
    customer_unread: int = 0
    blocked: bool = False
    here_at: datetime | None = None
    mail_due: datetime | None = None
    mailed_seq: int = 0

    @property
    def general(self) -> bool:
        return self.id == GENERAL

    def present(self, now: datetime) -> bool:
        """Whether the customer's page is open somewhere."""
        return self.here_at is not None and now - self.here_at < HERE


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a visitor without an account asks; it waits for the link that shows that the address is theirs."""

    id: QuestionId
    email: str
    name: str
    body: str
    language: str
    asked_at: datetime


class InboxQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations staff want to see; None means any. `text` is looked for in address, name and messages."""

    text: str | None = None
    state: ConversationState | None = None
    unread: bool = False
    after: str | None = None
    limit: int = LIMIT


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Some messages by rising number, and whether there are earlier and later ones."""

    conversation: Conversation
    messages: list[Message]
    earlier: bool
    later: bool


def conversation_of(email: str) -> ConversationId:
    """The conversation of an address, however it is written."""
    return ConversationId(email_key(email))


def author_of(actor: Actor) -> str:
    """An account by its id, a confirmed guest by the address."""
    return str(actor.id) if actor.id else f"guest:{email_key(actor.email)}"


def tidy_body(body: str) -> str:
    """With plain line ends, no control characters, no more than one empty line in a row, nothing around."""
    lines = ["".join(map(_tidy_sign, line)).rstrip() for line in body.splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept).strip()


def _tidy_sign(sign: str) -> str:
    if sign.isprintable() or sign in _KEPT:
        return sign
    return " " if sign.isspace() else ""  # amounts are written with spaces of other widths


_KEPT = "\t\u200c\u200d"  # the last two are invisible, but part of how some words and emojis are written


def form_key(key: str, body: str) -> str:
    """The key of what a form says: one that is sent twice says it once, one that comes back with other words more."""
    return blake2s(f"{key}\n{tidy_body(body)}".encode(), digest_size=16).hexdigest()


_LINK = re.compile(r"https?://[^\s<>\"']+")
_AFTERWARDS = ".,;:!?…)]}»”’"


class Part(msgspec.Struct, frozen=True):
    """A piece of a message: words, or a web address, which may be that of a product."""

    text: str
    link: bool = False
    product: Product | None = None


def parts_of(body: str) -> list[Part]:
    """The text in pieces; a sentence's own signs at the end of an address are none of it."""
    parts, place = list[Part](), 0
    for found in _LINK.finditer(body):
        address = found[0].rstrip(_AFTERWARDS)
        parts += [Part(body[place : found.start()]), Part(address, link=True)]
        place = found.start() + len(address)
    return [part for part in (*parts, Part(body[place:])) if part.text]


def product_meant(address: str, origin: str) -> str | None:
    """Which product's page in this shop a link leads to: an id, or a slug."""
    start = f"{origin}/productos/"
    place = re.split(r"[?#]", address.removeprefix(start))[0].split("/") if address.startswith(start) else []
    match place:
        case [name] if is_id(name):
            return name
        case [_, name] if name:
            return name
    return None


def folded(text: str) -> str:
    """As it is searched: words only, so that it holds no sign that a database would take for a wildcard."""
    return " ".join(words(text))


def wrong_body(body: str) -> list[FieldError]:
    """What is wrong with a tidied message."""
    if not body:
        return [FieldError("body", "required", N_("Write a message."))]
    if len(body) > LONGEST_BODY:
        message = N_("A message has at most {most} characters; this one has {count}.")
        return [FieldError("body", "too_long", message, {"most": LONGEST_BODY, "count": len(body)})]
    return []


def preview_of(body: str) -> str:
    """The beginning in one line."""
    flat = " ".join(body.split())
    return flat if len(flat) <= LONGEST_PREVIEW else flat[: LONGEST_PREVIEW - 1].rstrip() + "…"
