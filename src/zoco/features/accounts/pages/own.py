"""One's own page: details, password, sessions, a copy of one's data, and the end of the account."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.accounts.errors import EmailTaken, LastAdmin
from zoco.features.accounts.pages.entrance import OWN, beside
from zoco.features.accounts.schemas import EmailForm, LeaveForm, PasswordForm, ProfileForm
from zoco.features.accounts.service import AccountService
from zoco.kit.errors import Declined, Invalid
from zoco.kit.ids import SessionId
from zoco.kit.permissions import Actor
from zoco.kit.text import N_, email_key
from zoco.web.aliases import alias
from zoco.web.body import ShopRequest
from zoco.web.cookies import SESSION, Cookies
from zoco.web.errors import status_of
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages


class OwnPages(Controller):
    """`/cuenta` and what lies below it."""

    path = "/"
    include_in_schema = False
    english = alias("/account", OWN)

    @get(OWN)
    async def own(
        self,
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await _own_page(request, pages, accounts, actor)

    @post(OWN)
    async def change(
        self,
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Response[Any]:
        user = actor.signed_in()
        form = await read_form(request, ProfileForm)
        try:
            await accounts.change(actor, user, form.require().change())
        except Invalid as refusal:
            return await _own_page(request, pages, accounts, actor, profile=form, status=beside(form, refusal))
        return Redirect(OWN, status_code=303, cookies=[flash(jar, N_("Your changes are saved."))])

    @get(f"{OWN}/correo")
    async def readdressing(
        self,
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
    ) -> Response[str]:
        return await _email_page(request, pages, accounts, actor, Form())

    @post(f"{OWN}/correo")
    async def readdress(
        self,
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Response[Any]:
        user = actor.signed_in()
        form = await read_form(request, EmailForm)
        try:
            changed = await accounts.change(actor, user, form.require().change())
        except (Invalid, EmailTaken) as refusal:
            return await _email_page(request, pages, accounts, actor, form, beside(form, refusal))
        said = N_("Your changes are saved.")
        if email_key(changed.email) != email_key(actor.email):
            said = N_("Your changes are saved. We have written to your new address, so that you can confirm it.")
        return Redirect(OWN, status_code=303, cookies=[flash(jar, said)])

    @post(f"{OWN}/clave")
    async def change_password(
        self,
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Response[Any]:
        user = actor.signed_in()
        form = await read_form(request, PasswordForm)
        try:
            await accounts.change(actor, user, form.require().change())
        except Invalid as refusal:
            return await _own_page(request, pages, accounts, actor, password=form, status=beside(form, refusal))
        said = N_("Your password is changed, and every other session of yours is ended.")
        return Redirect(OWN, status_code=303, cookies=[flash(jar, said)])

    @post(f"{OWN}/verificar")
    async def ask_verification(
        self, accounts: NamedDependency[AccountService], actor: NamedDependency[Actor], jar: NamedDependency[Cookies]
    ) -> Redirect:
        await accounts.ask_verification(actor)
        said = flash(jar, N_("The mail is on its way to you."))
        return Redirect(OWN, status_code=303, cookies=[said])

    @post(f"{OWN}/sesiones")
    async def sign_out_everywhere(
        self, accounts: NamedDependency[AccountService], actor: NamedDependency[Actor], jar: NamedDependency[Cookies]
    ) -> Redirect:
        await accounts.sign_out_everywhere(actor)
        said = flash(jar, N_("You are signed out on every device."))
        return Redirect("/", status_code=303, cookies=[jar.clear(SESSION), said])

    @post(f"{OWN}/sesiones/{{sid:str}}")
    async def end_session(
        self,
        sid: FromPath[str],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Redirect:
        """Who ends the session that they are here by is signed out."""
        await accounts.end_session(actor, SessionId(sid))
        if sid == actor.session:
            return Redirect("/", status_code=303, cookies=[jar.clear(SESSION), flash(jar, N_("You are signed out."))])
        return Redirect(OWN, status_code=303, cookies=[flash(jar, N_("That session is ended."))])

    @get(f"{OWN}/datos")
    async def export(self, accounts: NamedDependency[AccountService], actor: NamedDependency[Actor]) -> Response[bytes]:
        """All that the shop knows about the person, as a file."""
        body = msgspec.json.format(msgspec.json.encode(await accounts.export(actor)), indent=2)
        headers = {"Content-Disposition": 'attachment; filename="mis-datos.json"', "Cache-Control": "no-store"}
        return Response(body, headers=headers, media_type="application/json")

    @get(f"{OWN}/borrar")
    async def leaving(
        self, request: ShopRequest, pages: NamedDependency[Pages], actor: NamedDependency[Actor]
    ) -> Response[str]:
        actor.signed_in()
        return await pages.render(request, "accounts/leave.html", form=Form(), refusal=None)

    @post(f"{OWN}/borrar")
    async def leave(
        self,
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Response[Any]:
        actor.signed_in()
        form = await read_form(request, LeaveForm)
        try:
            await accounts.leave(actor, form.require().current_password)
        except (Invalid, LastAdmin) as refusal:
            return await _leave_page(request, pages, form, refusal)
        said = flash(jar, N_("Your account is deleted. Thank you for having been here."))
        return Redirect("/", status_code=303, cookies=[jar.clear(SESSION), said])


async def _own_page(
    request: ShopRequest,
    pages: Pages,
    accounts: AccountService,
    actor: Actor,
    *,
    profile: Form[Any] | None = None,
    password: Form[Any] | None = None,
    status: int = 200,
) -> Response[str]:
    return await pages.render(
        request,
        "accounts/own.html",
        status=status,
        user=await accounts.get(actor, actor.signed_in()),
        sessions=await accounts.sessions(actor),
        profile=profile or Form(),
        password=password or Form(),
    )


async def _email_page(
    request: ShopRequest,
    pages: Pages,
    accounts: AccountService,
    actor: Actor,
    form: Form[Any],
    status: int = 200,
) -> Response[str]:
    user = await accounts.get(actor, actor.signed_in())
    return await pages.render(request, "accounts/email.html", status=status, form=form, user=user)


async def _leave_page(request: ShopRequest, pages: Pages, form: Form[Any], refusal: Declined) -> Response[str]:
    if isinstance(refusal, Invalid):
        form.refused(refusal)
    shown = None if isinstance(refusal, Invalid) else refusal
    return await pages.render(request, "accounts/leave.html", status=status_of(type(refusal)), form=form, refusal=shown)
