"""Saved replies in the back office."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.inbox.models import SavedReply
from zoco.features.inbox.schemas import ReplyForm
from zoco.features.inbox.service import InboxService
from zoco.kit.ids import ReplyId
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages

REPLIES = "/panel/mensajes/respuestas"


class ReplyOffice(Controller):
    """`/panel/mensajes/respuestas`: looked through, made, changed, removed."""

    path = REPLIES
    include_in_schema = False

    @get("/")
    async def list(
        self,
        request: ShopRequest,
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await pages.render(request, "panel/inbox/replies.html", replies=await inbox.replies(actor))

    @get("/nueva")
    async def new(
        self,
        request: ShopRequest,
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        inbox.check_saves(actor)
        return await _edited(request, pages, Form[ReplyForm]())

    @post("/nueva")
    async def add(
        self,
        request: ShopRequest,
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        inbox.check_saves(actor)
        form = await read_form(request, ReplyForm)
        if form.data is None:
            return await _edited(request, pages, form)
        reply = await inbox.save_reply(actor, form.data)
        said = flash(jar, N_("“{title}” is saved; you find it beside every conversation."), title=reply.title)
        return Redirect(REPLIES, status_code=303, cookies=[said])

    @get("/{rid:str}")
    async def edit(
        self,
        rid: FromPath[str],
        request: ShopRequest,
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        inbox.check_saves(actor)
        return await _edited(request, pages, Form[ReplyForm](), await inbox.reply(actor, ReplyId(rid)))

    @post("/{rid:str}")
    async def change(
        self,
        rid: FromPath[str],
        request: ShopRequest,
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Response[Any]:
        reply = await inbox.reply(actor, ReplyId(rid))
        form = await read_form(request, ReplyForm)
        if form.data is None:
            return await _edited(request, pages, form, reply)
        reply = await inbox.change_reply(actor, reply.id, form.data)
        said = flash(jar, N_("The saved reply “{title}” is changed."), title=reply.title)
        return Redirect(REPLIES, status_code=303, cookies=[said])

    @get("/{rid:str}/borrar")
    async def confirm_removal(
        self,
        rid: FromPath[str],
        request: ShopRequest,
        inbox: NamedDependency[InboxService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        inbox.check_saves(actor)
        reply = await inbox.reply(actor, ReplyId(rid))
        return await pages.render(request, "panel/inbox/remove_reply.html", reply=reply)

    @post("/{rid:str}/borrar")
    async def remove(
        self,
        rid: FromPath[str],
        inbox: NamedDependency[InboxService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        reply = await inbox.remove_reply(actor, ReplyId(rid))
        said = flash(jar, N_("The saved reply “{title}” is removed."), title=reply.title)
        return Redirect(REPLIES, status_code=303, cookies=[said])


async def _edited(
    request: ShopRequest, pages: Pages, form: Form[ReplyForm], reply: SavedReply | None = None
) -> Response[str]:
    """The form for a new reply, or to change one."""
    status = 422 if form.errors else 200
    return await pages.render(request, "panel/inbox/edit_reply.html", status=status, form=form, reply=reply)
