"""Messages over REST."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from zoco.features.chat.schemas import MessageOut, MessagePage, PostMessage, ReadMessages
from zoco.features.chat.service import ANSWER, ChatService
from zoco.kit.paging import LARGEST_LIMIT
from zoco.kit.permissions import Actor
from zoco.web.body import ShopRequest
from zoco.web.cookies import CHAT, Cookies

_LIMIT = 50
_WHOSE = "Whose conversation; staff may name anybody's. `general` is the channel of everybody, one's own without it."
_SEQ = "^[0-9]{0,15}$"


class MessageApi(Controller):
    """Conversations with the shop: one's own and the general channel; staff see all."""

    path = "/api/messages"
    tags = ("chat",)

    @get("/", summary="List messages", operation_id="listMessages")
    async def list(
        self,
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
        email: Annotated[str, QueryParameter(max_length=254, description=_WHOSE)] = "",
        after: Annotated[str, QueryParameter(pattern=_SEQ, description="Only those with a higher `seq`.")] = "",
        before: Annotated[str, QueryParameter(pattern=_SEQ, description="Only those with a lower `seq`.")] = "",
        limit: Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT)] = _LIMIT,
    ) -> MessagePage:
        """By rising `seq`: the first ones beyond `after`, else the last ones, below `before` where that is given."""
        speaker = chat.speaker(actor, jar.read(request.scope, CHAT))
        from_, to = (int(given) if given else None for given in (after, before))
        found = await chat.history(speaker, email, after=from_, before=to, limit=limit)
        staff, messages = speaker.may(ANSWER), found.messages
        return MessagePage(
            [chat.shown(message, staff=staff) for message in messages],
            str(messages[-1].seq) if found.later else None,
            str(messages[0].seq) if found.earlier else None,
        )

    @post("/", summary="Write a message", operation_id="postMessage")
    async def say(
        self,
        data: JSONBody[PostMessage],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
        language: NamedDependency[str],
    ) -> Response[MessageOut]:
        """Stored before it is answered. Sent again with the same `key`, it is the same message."""
        speaker = chat.speaker(actor, jar.read(request.scope, CHAT))
        message, replayed = await chat.say(speaker, data.email or "", data.body, data.key, language)
        headers = {"Idempotent-Replayed": "true"} if replayed else {}
        return Response(chat.shown(message, staff=speaker.may(ANSWER)), headers=headers)

    @post("/read", summary="Mark messages as read", operation_id="readMessages", status_code=204)
    async def read(
        self,
        data: JSONBody[ReadMessages],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> None:
        """By the customer in their own conversation, by the shop where staff do it elsewhere."""
        speaker = chat.speaker(actor, jar.read(request.scope, CHAT))
        await chat.read(speaker, data.email or "", data.seq)

    @delete("/{seq:int}", summary="Remove a message", operation_id="removeMessage")
    async def remove(
        self,
        seq: FromPath[int],
        chat: NamedDependency[ChatService],
        actor: NamedDependency[Actor],
        email: Annotated[str, QueryParameter(max_length=254, description=_WHOSE)] = "",
    ) -> None:
        """For staff. Its words are gone for good; its number stays."""
        await chat.remove(actor, email, seq)
