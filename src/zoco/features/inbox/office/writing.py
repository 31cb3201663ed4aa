"""What staff write in a conversation, and what the form's buttons put into it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from zoco.features.chat.service import ChatService
from zoco.features.inbox.service import InboxService
from zoco.kit.ids import ProductId, ReplyId
from zoco.kit.permissions import Actor

_LONGEST = 100


class Writing(msgspec.Struct, kw_only=True):
    """An answer, which is sent once under its `key`.

    `insert` names what is put into it before it is sent, such as `reply:…`, `product:…` or `cart`.
    """

    body: str = ""
    key: str = ""
    insert: Annotated[str, Meta(max_length=_LONGEST)] = ""
    find: Annotated[str, Meta(max_length=_LONGEST)] = ""


async def inserted(data: Writing, inbox: InboxService, chat: ChatService, actor: Actor, email: str, origin: str) -> str:
    """The text with what was chosen at its end; a search for products leaves it as it is."""
    kind, _, which = data.insert.partition(":")
    if kind == "reply":
        name = (await chat.enter(actor, email)).name
        return _joined(data.body, (await inbox.reply(actor, ReplyId(which))).said_to(name))
    if kind == "product":
        product = await inbox.product(actor, ProductId(which))
        return _joined(data.body, f"{origin}/productos/{product.id}")
    if kind == "cart":
        return _joined(data.body, f"{origin}/carrito")
    return data.body


def _joined(body: str, more: str) -> str:
    return f"{body}\n{more}" if body else more
