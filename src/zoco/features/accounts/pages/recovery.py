"""The way back in for who forgot the password, and the links in mails."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.accounts.errors import LinkOver
from zoco.features.accounts.models import User
from zoco.features.accounts.pages.entrance import HOME, OWN, beside
from zoco.features.accounts.providers import Purpose
from zoco.features.accounts.schemas import Forgot, ResetForm
from zoco.features.accounts.service import AccountService
from zoco.kit.errors import Invalid
from zoco.kit.permissions import Actor
from zoco.kit.text import N_
from zoco.web.body import ShopRequest
from zoco.web.cookies import SESSION, Cookies
from zoco.web.flash import flash
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages


class RecoveryPages(Controller):
    """`/clave`, `/clave/{token}` and `/verificar/{token}`. Mail programs look into links, so none does anything yet."""

    path = "/"
    include_in_schema = False

    @get("/clave")
    async def forgetting(self, request: ShopRequest, pages: NamedDependency[Pages]) -> Response[str]:
        return await pages.render(request, "accounts/forgot.html", form=Form())

    @post("/clave")
    async def forgot(
        self,
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        jar: NamedDependency[Cookies],
        language: NamedDependency[str],
    ) -> Response[Any]:
        """Says the same whether anybody has the address or not."""
        form = await read_form(request, Forgot)
        try:
            await accounts.forgot(form.require().email, language)
        except Invalid as refusal:
            return await pages.render(request, "accounts/forgot.html", status=beside(form, refusal), form=form)
        said = N_(
            "If there is an account with this address, a mail with a link is on its way. Look among the spam, too."
        )
        return Redirect("/login", status_code=303, cookies=[flash(jar, said)])

    @get("/clave/{token:str}")
    async def resetting(
        self,
        token: FromPath[str],
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
    ) -> Response[str]:
        return await _led(request, pages, "accounts/reset.html", accounts.check_reset(token))

    @post("/clave/{token:str}")
    async def reset(
        self,
        token: FromPath[str],
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        jar: NamedDependency[Cookies],
    ) -> Response[Any]:
        said = flash(jar, N_("Your new password is set, and all your sessions are ended. Sign in with it now."))
        refused = await _reset(request, pages, accounts, token, Purpose.RESET, "accounts/reset.html")
        return refused or Redirect("/login", status_code=303, cookies=[jar.clear(SESSION), said])

    @get("/verificar/{token:str}")
    async def verifying(
        self,
        token: FromPath[str],
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
    ) -> Response[str]:
        return await _led(request, pages, "accounts/verify.html", accounts.check_verify(token))

    @post("/verificar/{token:str}")
    async def verify(
        self,
        token: FromPath[str],
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Response[Any]:
        try:
            await accounts.verify(token)
        except LinkOver:
            return await _over(request, pages)
        said = flash(jar, N_("Thank you! Your e-mail address is confirmed."))
        return Redirect(OWN if actor.id else HOME, status_code=303, cookies=[said])


class InvitationPages(Controller):
    """`/invitacion/{token}`: where somebody who is to work here chooses a password."""

    path = "/invitacion/{token:str}"
    include_in_schema = False

    @get()
    async def show(
        self,
        token: FromPath[str],
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
    ) -> Response[str]:
        return await _led(request, pages, "accounts/invited.html", accounts.check_reset(token, Purpose.INVITE))

    @post()
    async def accept(
        self,
        token: FromPath[str],
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        jar: NamedDependency[Cookies],
    ) -> Response[Any]:
        said = flash(jar, N_("Your password is set. Sign in with it now."))
        refused = await _reset(request, pages, accounts, token, Purpose.INVITE, "accounts/invited.html")
        return refused or Redirect("/login", status_code=303, cookies=[jar.clear(SESSION), said])


async def _reset(
    request: ShopRequest, pages: Pages, accounts: AccountService, token: str, purpose: Purpose, template: str
) -> Response[str] | None:
    """Set the password that was typed; where it cannot be, the page that says why."""
    form = await read_form(request, ResetForm)
    try:
        user = await accounts.check_reset(token, purpose)
        data = form.require()
        await accounts.reset(token, data.password, data.password_confirm, purpose)
    except LinkOver:
        return await _over(request, pages)
    except Invalid as refusal:
        return await pages.render(request, template, status=beside(form, refusal), form=form, user=user)
    return None


async def _led(request: ShopRequest, pages: Pages, template: str, checked: Awaitable[User]) -> Response[str]:
    """Where a link leads, or what to do about it."""
    try:
        user = await checked
    except LinkOver:
        return await _over(request, pages)
    return await pages.render(request, template, form=Form(), user=user)


async def _over(request: ShopRequest, pages: Pages) -> Response[str]:
    """What to do about a link that no longer works."""
    return await pages.render(request, "accounts/link_over.html", status=404, own=OWN)
