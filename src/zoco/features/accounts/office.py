"""People in the back office: found, looked at, given rights, invited, signed out."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.accounts.errors import InvitationTaken, LastAdmin, OwnRole
from zoco.features.accounts.models import User, UserQuery
from zoco.features.accounts.schemas import Email, Name
from zoco.features.accounts.service import MANAGE, AccountService, invited
from zoco.kit.errors import Conflict, Invalid
from zoco.kit.ids import UserId
from zoco.kit.permissions import Actor, Role
from zoco.kit.text import N_, fold
from zoco.web.body import ShopRequest
from zoco.web.cookies import Cookies
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages
from zoco.web.paging import filters_asked

USERS = "/panel/usuarios"
_LONGEST = 254


class InviteForm(msgspec.Struct, kw_only=True):
    """Who is to work here, and as what."""

    name: Name
    email: Email
    role: Role = Role.STAFF


class RoleForm(msgspec.Struct):
    """The role that somebody gets."""

    role: Role


class ApproveForm(msgspec.Struct):
    """Whether they may sell."""

    approved: bool


class UserOffice(Controller):
    """`/panel/usuarios`: the list, one person, an invitation."""

    path = USERS
    include_in_schema = False

    @get("/")
    async def list(
        self,
        request: ShopRequest,
        accounts: NamedDependency[AccountService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        asked = filters_asked(request.query_params, _LONGEST)
        query = UserQuery(
            words=fold(asked.get("q", "")),
            role=Role(asked["role"]) if asked.get("role") in set(Role) else None,
            after=request.query_params.get("after") or None,
        )
        users = await accounts.find(actor, query)
        return await pages.render(
            request, "panel/accounts/list.html", users=users, query=query, q=asked.get("q", ""), invited=invited
        )

    @get("/invitar")
    async def inviting(
        self, request: ShopRequest, pages: NamedDependency[Pages], actor: NamedDependency[Actor]
    ) -> Response[str]:
        actor.require(MANAGE)
        return await pages.render(request, "panel/accounts/invite.html", form=Form())

    @post("/invitar")
    async def invite(
        self,
        request: ShopRequest,
        accounts: NamedDependency[AccountService],
        pages: NamedDependency[Pages],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
        language: NamedDependency[str],
    ) -> Response[Any]:
        actor.require(MANAGE)
        form = await read_form(request, InviteForm)
        try:
            data = form.require()
            user = await accounts.invite(actor, name=data.name, email=data.email, role=data.role, language=language)
        except Invalid as refusal:
            return await pages.render(request, "panel/accounts/invite.html", status=422, form=form.refused(refusal))
        return _invited(user, jar)

    @get("/{uid:str}")
    async def show(
        self,
        uid: FromPath[str],
        request: ShopRequest,
        accounts: NamedDependency[AccountService],
        pages: NamedDependency[Pages],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        user, sessions = await accounts.with_sessions(actor, UserId(uid))
        return await pages.render(
            request,
            "panel/accounts/user.html",
            user=user,
            sessions=sessions,
            invited=invited(user),
            manages=actor.may(MANAGE),
            form=Form(),
        )

    @post("/{uid:str}/rol")
    async def give_role(
        self,
        uid: FromPath[str],
        request: ShopRequest,
        accounts: NamedDependency[AccountService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        role = (await read_form(request, RoleForm)).require().role
        try:
            await accounts.give_role(actor, UserId(uid), role)
        except (LastAdmin, OwnRole) as refusal:
            return _refused(uid, jar, refusal)
        return _back(uid, jar, N_("They have their new role, and are signed out so that it holds everywhere."))

    @post("/{uid:str}/venta")
    async def approve(
        self,
        uid: FromPath[str],
        request: ShopRequest,
        accounts: NamedDependency[AccountService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        approved = (await read_form(request, ApproveForm)).require().approved
        await accounts.approve(actor, UserId(uid), approved=approved)
        return _back(uid, jar, N_("They may sell from now on.") if approved else N_("They may sell no longer."))

    @post("/{uid:str}/sesiones")
    async def end_sessions(
        self,
        uid: FromPath[str],
        accounts: NamedDependency[AccountService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        await accounts.end_sessions(actor, UserId(uid))
        return _back(uid, jar, N_("They are signed out everywhere."))

    @post("/{uid:str}/invitar")
    async def invite_again(
        self,
        uid: FromPath[str],
        accounts: NamedDependency[AccountService],
        jar: NamedDependency[Cookies],
        actor: NamedDependency[Actor],
    ) -> Redirect:
        try:
            await accounts.invite_again(actor, UserId(uid))
        except InvitationTaken as refusal:
            return _refused(uid, jar, refusal)
        user, _ = await accounts.with_sessions(actor, UserId(uid))
        return _invited(user, jar)


def _invited(user: User, jar: Cookies) -> Redirect:
    said = flash(jar, N_("An invitation is on its way to {email}. Its link is valid for a week."), email=user.email)
    return Redirect(f"{USERS}/{user.id}", status_code=303, cookies=[said])


def _back(user: str, jar: Cookies, said: str) -> Redirect:
    return Redirect(f"{USERS}/{user}", status_code=303, cookies=[flash(jar, said)])


def _refused(user: str, jar: Cookies, refusal: Conflict) -> Redirect:
    return _back(user, jar, refusal.message)
