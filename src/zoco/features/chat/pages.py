"""Conversations in the browser: with forms and reloads, and live where the browser runs scripts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from zoco.features.chat.errors import EmailUnproven, GeneralClosed, LinkUnreadable, TooFast, WriterBlocked
from zoco.features.chat.models import GENERAL, LONGEST_KEY, author_of, conversation_of, form_key
from zoco.features.chat.schemas import AskForm, Seq
from zoco.features.chat.service import ANSWER, ChatService
from zoco.kit.errors import Declined, Invalid
from zoco.kit.ids import secret_id
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import CHAT, Cookies
from zoco.web.errors import status_of
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Contribution, Pages
from zoco.web.paging import number_asked
from zoco.web.visitor import actor_of

PASS_SECONDS = 30 * 24 * 3600
_SENT = N_("Almost there: open the link in the mail that we have just sent you. Then we get your question.")


class SayForm(msgspec.Struct, kw_only=True):
    """`key` is the form's own, so that sending it twice makes one message."""

    body: str = ""
    key: Annotated[str, Meta(max_length=LONGEST_KEY)] | None = None


class RemoveForm(msgspec.Struct, kw_only=True):
    """`to` names the conversation."""

    to: str
    seq: Seq


class ChatPages(Controller):
    """`/chat`, `/chat/{email}`, and the link by which a visitor without an account comes in."""

    path = "/"
    include_in_schema = False

    @get("/chat")
    async def show(
        self,
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Response[str]:
        """The general channel, one's own conversation where there is none, a form for visitors who are not known."""
        speaker = chat.speaker(actor, jar.read(request.scope, CHAT))
        if not speaker.email:
            return await pages.render(request, "chat/ask.html", form=Form())
        return await _room(request, chat, pages, speaker, _usual(chat, speaker))

    @post("/chat")
    async def say(
        self,
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
        language: NamedDependency[str],
    ) -> Response[Any]:
        speaker = chat.speaker(actor, jar.read(request.scope, CHAT))
        return await _say(request, chat, pages, speaker, _usual(chat, speaker), language)

    @post("/chat/pregunta")
    async def ask(
        self,
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        language: NamedDependency[str],
    ) -> Response[Any]:
        """A question of somebody without an account; says the same whoever has the address."""
        form = await read_form(request, AskForm)
        try:
            data = form.require()
            await chat.ask(data.name, data.email, data.body, language)
        except (Invalid, TooFast) as refusal:
            said = _said(pages, request, form, refusal)
            return await pages.render(request, "chat/ask.html", status=status_of(type(refusal)), form=form, said=said)
        return Redirect("/chat", status_code=303, cookies=[flash(jar, _SENT)])

    @post("/chat/quitar")
    async def remove(
        self,
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Redirect:
        """For staff; the page has asked before."""
        data = (await read_form(request, RemoveForm)).require()
        await chat.remove(actor, data.to, data.seq)
        said = flash(jar, N_("The message is removed."))
        return Redirect(_address(chat, data.to), status_code=303, cookies=[said])

    @post("/chat/salir")
    async def leave(self, jar: NamedDependency[Cookies]) -> Redirect:
        """A visitor's browser forgets the pass."""
        return Redirect("/chat", status_code=303, cookies=[jar.clear(CHAT)])

    @get("/chat/{email:str}")
    async def own(
        self,
        email: FromPath[str],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Response[str]:
        speaker = chat.speaker(actor, jar.read(request.scope, CHAT))
        return await _room(request, chat, pages, speaker, email)

    @post("/chat/{email:str}")
    async def say_there(
        self,
        email: FromPath[str],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
        language: NamedDependency[str],
    ) -> Response[Any]:
        speaker = chat.speaker(actor, jar.read(request.scope, CHAT))
        return await _say(request, chat, pages, speaker, email, language)

    @get("/chat-enlace/{token:str}")
    async def coming(
        self,
        token: FromPath[str],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        pages: NamedDependency[Pages],
    ) -> Response[str]:
        """Shows what is about to be sent; mail programs look into links, so nothing is done yet."""
        try:
            proof = chat.check_link(token)
        except LinkUnreadable as refusal:
            return await _closed(request, pages, refusal)
        question = await chat.waiting_question(proof)
        return await pages.render(request, "chat/come.html", proof=proof, question=question)

    @post("/chat-enlace/{token:str}")
    async def come(
        self,
        token: FromPath[str],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Response[Any]:
        try:
            known = await chat.confirm(token)
        except (LinkUnreadable, WriterBlocked) as refusal:
            return await _closed(request, pages, refusal)
        said = flash(jar, N_("Thank you! Here is your conversation with us."))
        cookies = [said] if actor.id else [said, jar.put(CHAT, known, PASS_SECONDS)]
        return Redirect("/chat", status_code=303, cookies=cookies)


def _usual(chat: ChatService, speaker: Actor) -> str:
    """What `/chat` shows."""
    return GENERAL if chat.rules.general and speaker.id else ""


def _address(chat: ChatService, to: str) -> str:
    return "/chat" if not to or (to == GENERAL and chat.rules.general) else f"/chat/{quote(to, safe='@')}"


def _here(request: ShopRequest) -> str:
    """The address without its query, whatever signs an e-mail address has."""
    return quote(request.scope["path"], safe="/@")


async def _say(
    request: ShopRequest, chat: ChatService, pages: Pages, speaker: Actor, to: str, language: str
) -> Response[Any]:
    form = await read_form(request, SayForm)
    try:
        data = form.require()
        key = form_key(data.key, data.body) if data.key else None
        message, _ = await chat.say(speaker, to, data.body, key, language)
    except (Invalid, TooFast, WriterBlocked, EmailUnproven) as refusal:
        said = _said(pages, request, form, refusal)
        return await _room(request, chat, pages, speaker, to, form=form, said=said, status=status_of(type(refusal)))
    return Redirect(f"{_here(request)}#m{message.seq}", status_code=303)


def _said(pages: Pages, request: ShopRequest, form: Form[Any], refusal: Declined) -> str:
    """What stands above the form; what is wrong with a field stands beside it."""
    if isinstance(refusal, Invalid):
        form.refused(refusal)
        return ""
    return pages.say(request, refusal.message, **refusal.params)


async def _room(
    request: ShopRequest,
    chat: ChatService,
    pages: Pages,
    speaker: Actor,
    to: str,
    *,
    form: Form[Any] | None = None,
    said: str = "",
    status: int = 200,
) -> Response[str]:
    before = request.query_params.get("before", "")
    try:
        found = await chat.history(speaker, to, before=number_asked(before))
    except (EmailUnproven, GeneralClosed) as refusal:
        return await _closed(request, pages, refusal)
    conversation = found.conversation
    own = conversation.id == conversation_of(speaker.email)
    if found.messages and not before and request.headers.get("sec-fetch-dest") != "empty":
        await chat.read(speaker, conversation.id, found.messages[-1].seq)
    return await pages.render(
        request,
        "chat/room.html",
        status=status,
        form=form or Form(),
        said=said,
        key=secret_id(),
        speaker=speaker,
        me=chat.mark(author_of(speaker)),
        staff=speaker.may(ANSWER),
        own=own,
        in_chat=own,
        tabs=bool(chat.rules.general and speaker.id),
        address=_here(request),
        own_address=_address(chat, speaker.email) if chat.rules.general and speaker.id else "/chat",
        conversation=conversation,
        earlier=found.messages[0].seq if found.earlier else None,
        days=await chat.days(found.messages, pages.origin(request), pages.language(request), staff=speaker.may(ANSWER)),
        last=found.messages[-1].seq if found.messages else 0,
    )


def unread_in_head(chat: ChatService) -> Contribution:
    """How many answers nobody has read yet, for whoever is signed in; guests' pages are the same for all of them."""

    async def contribute(request: ShopRequest, jar: Cookies) -> Mapping[str, Any]:  # noqa: ARG001
        actor = actor_of(request.scope)
        if not actor.id:
            return {}
        unread = await chat.unread(actor)
        return {"chat_unread": unread, "chat_at": _address(chat, actor.email) if unread else "/chat"}

    return contribute


async def _closed(request: ShopRequest, pages: Pages, refusal: Declined) -> Response[str]:
    """Why there is no conversation to be seen."""
    said = pages.say(request, refusal.message)
    return await pages.render(request, "chat/closed.html", status=status_of(type(refusal)), said=said)
