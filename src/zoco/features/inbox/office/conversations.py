"""Conversations in the back office: all of them, and one with who it is beside it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote, unquote

import msgspec
from litestar import Controller, Response, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from zoco.features.accounts.models import LONGEST_EMAIL, tidy, wrong_email
from zoco.features.chat.errors import TooFast
from zoco.features.chat.models import (
    GENERAL,
    LONGEST_BODY,
    ConversationState,
    InboxQuery,
    author_of,
    conversation_of,
    form_key,
)
from zoco.features.chat.schemas import Seq
from zoco.features.chat.service import ChatService
from zoco.features.inbox.office.writing import Writing, inserted
from zoco.features.inbox.service import SEE, InboxService
from zoco.kit.errors import Invalid
from zoco.kit.ids import secret_id
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages
from zoco.web.paging import number_asked
from zoco.web.visitor import actor_of

MESSAGES = "/panel/mensajes"


class Whom(msgspec.Struct, kw_only=True):
    """To whom staff write first."""

    email: Annotated[str, Meta(min_length=3, max_length=LONGEST_EMAIL)]

    def address(self) -> str:
        """Where their conversation is; raises Invalid for what is no e-mail address."""
        email = tidy({"email": self.email})["email"]
        if wrong := wrong_email(email):
            raise Invalid(wrong)
        return address_of(email)


class Wanted(msgspec.Struct, kw_only=True):
    """What is to become of a conversation, of who writes in it, or of the message `seq`."""

    state: ConversationState | None = None
    blocked: bool = False
    seq: Seq = 0


def staff_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """In one's own conversation everybody may do something, but not through these doors."""
    actor_of(connection.scope).require(SEE)  # type: ignore[arg-type]


class InboxOffice(Controller):
    """`/panel/mensajes` and what lies below it."""

    path = MESSAGES
    include_in_schema = False
    guards = (staff_only,)

    @get("/")
    async def list(
        self,
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """The open ones with the newest message first, or those that the filters name."""
        query = _query(request)
        return await pages.render(
            request,
            "panel/inbox/list.html",
            query=query,
            filtered=query.text or query.unread or query.state is not ConversationState.OPEN,
            conversations=await chat.page(actor, query),
            general=await chat.enter(actor, GENERAL) if chat.rules.general else None,
            address_of=address_of,
            now=inbox.now(),
        )

    @get("/nuevo")
    async def choose(
        self,
        request: ShopRequest,
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """Whom to write to: somebody of the list, or any address."""
        typed = request.query_params.get("q", "").strip()[:100]
        return await _choice(request, inbox, pages, actor, typed, Form[Whom]())

    @post("/nuevo")
    async def chosen(
        self,
        request: ShopRequest,
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """On to the conversation, which comes into being with its first message."""
        form = await read_form(request, Whom)
        try:
            address = form.require().address()
        except Invalid as refusal:
            return await _choice(request, inbox, pages, actor, "", form.refused(refusal))
        return Redirect(address, status_code=303)

    @get("/en-espera")
    async def waiting(
        self,
        request: ShopRequest,
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """How many wait, for the navigation of every open page of the back office; cheap, as it is read often."""
        return await pages.render(request, "panel/inbox/waiting.html", count=await inbox.waiting(actor))

    @get("/{who:str}")
    async def show(
        self,
        who: FromPath[str],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        """One conversation, which counts as read once a person looks at its end."""
        return await _shown(request, chat, inbox, pages, actor, meant(who), Form[Writing]())

    @post("/{who:str}")
    async def answer(
        self,
        who: FromPath[str],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        """Send an answer; a button that inserts something brings the form back with it."""
        email = meant(who)
        await chat.enter(actor, email)
        form = await read_form(request, Writing)
        try:
            data = form.require()
            if data.insert:
                form.values["body"] = await inserted(data, inbox, chat, actor, email, pages.origin(request))
                return await _shown(request, chat, inbox, pages, actor, email, form)
            message, _ = await chat.say(actor, email, data.body, form_key(data.key, data.body) if data.key else None)
        except Invalid as refusal:
            return await _shown(request, chat, inbox, pages, actor, email, form.refused(refusal))
        except TooFast as refusal:
            return await _shown(request, chat, inbox, pages, actor, email, form, refusal)
        return Redirect(f"{address_of(email)}#m{message.seq}", status_code=303)

    @post("/{who:str}/estado")
    async def settle(
        self,
        who: FromPath[str],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        """Done, back to the list; open again, back to the conversation."""
        email, wanted = meant(who), (await read_form(request, Wanted)).require().state or ConversationState.DONE
        await chat.settle(actor, email, wanted)
        if wanted is ConversationState.DONE:
            said = flash(jar, N_("The conversation with {email} is done. A new message opens it again."), email=email)
            return Redirect(MESSAGES, status_code=303, cookies=[said])
        return Redirect(address_of(email), status_code=303, cookies=[flash(jar, N_("The conversation is open again."))])

    @get("/{who:str}/bloquear")
    async def confirm_block(
        self,
        who: FromPath[str],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        conversation = await chat.enter(actor, meant(who))
        inbox_address = address_of(conversation.id)
        return await pages.render(request, "panel/inbox/block.html", conversation=conversation, address=inbox_address)

    @post("/{who:str}/bloquear")
    async def block(
        self,
        who: FromPath[str],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        email, blocked = meant(who), (await read_form(request, Wanted)).require().blocked
        await chat.block(actor, email, blocked=blocked)
        sentence = N_("{email} can no longer write here.") if blocked else N_("{email} can write again.")
        return Redirect(address_of(email), status_code=303, cookies=[flash(jar, sentence, email=email)])

    @post("/{who:str}/borrar")
    async def remove(
        self,
        who: FromPath[str],
        request: ShopRequest,
        chat: NamedDependency[ChatService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        """Take a message away; the page has asked before."""
        seq = (await read_form(request, Wanted)).require().seq
        await chat.remove(actor, meant(who), seq)
        return Redirect(address_of(meant(who)), status_code=303, cookies=[flash(jar, N_("The message is removed."))])


def address_of(email: str) -> str:
    """Where a conversation is; an address with a slash in it stays one part of the path."""
    return f"{MESSAGES}/{quote(_once(email), safe='@+')}"


def meant(who: str) -> str:
    """The conversation that a part of the path names."""
    return str(conversation_of(unquote(who) if "%" in who else who))


def _once(email: str) -> str:
    return email.replace("%", "%25").replace("/", "%2F")


def _query(request: ShopRequest) -> InboxQuery:
    """By itself what is open; a search looks everywhere unless told otherwise."""
    asked = request.query_params
    text = asked.get("q", "").strip()[:100] or None
    named = asked.get("state", "all" if text else "open")
    state = ConversationState(named) if named in list(ConversationState) else None
    return InboxQuery(text=text, state=state, unread=asked.get("unread") == "1", after=asked.get("after") or None)


async def _choice(
    request: ShopRequest, inbox: InboxService, pages: Pages, actor: Actor, typed: str, form: Form[Whom]
) -> Response[str]:
    return await pages.render(
        request,
        "panel/inbox/choose.html",
        status=422 if form.errors else 200,
        typed=typed,
        people=await inbox.people(actor, typed),
        address_of=address_of,
        form=form,
    )


async def _shown(
    request: ShopRequest,
    chat: ChatService,
    inbox: InboxService,
    pages: Pages,
    actor: Actor,
    email: str,
    form: Form[Writing],
    refusal: TooFast | None = None,
) -> Response[str]:
    """The conversation with the form as it was typed."""
    before = number_asked(request.query_params.get("before", ""))
    history = await chat.history(actor, email, before=before)
    conversation = history.conversation
    by_script = request.headers.get("sec-fetch-dest") == "empty"
    if before is None and not by_script and conversation.staff_unread:
        await chat.read(actor, email, conversation.last_seq)
        conversation = msgspec.structs.replace(conversation, staff_unread=0)
    find = (form.values.get("find") or "").strip()
    return await pages.render(
        request,
        "panel/inbox/conversation.html",
        status=422 if form.errors else 429 if refusal else 200,
        conversation=conversation,
        earlier=history.messages[0].seq if history.earlier else None,
        days=await chat.days(history.messages, pages.origin(request), pages.language(request), staff=True),
        last=history.messages[-1].seq if history.messages else 0,
        me=chat.mark(author_of(actor)),
        beside=None if conversation.general else await inbox.beside(actor, email),
        replies=await inbox.replies(actor),
        find=find,
        found=await inbox.products(actor, find),
        form=form,
        refusal=refusal,
        key=form.values.get("key") or secret_id(),
        address=address_of(conversation.id),
        address_of=address_of,
        origin=pages.origin(request),
        longest=LONGEST_BODY,
        now=inbox.now(),
    )
