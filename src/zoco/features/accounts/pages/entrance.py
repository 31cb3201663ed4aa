"""The way in and the way out, in the browser."""

from __future__ import annotations

import re
from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from zoco.features.accounts.errors import EmailTaken, WrongCredentials
from zoco.features.accounts.models import wrong_so_far
from zoco.features.accounts.schemas import Register, SignIn
from zoco.features.accounts.service import AccountService
from zoco.kit.errors import Declined, Invalid
from zoco.kit.ids import CartId
from zoco.kit.permissions import Actor
from zoco.web.body import ShopRequest
from zoco.web.cookies import CART, SESSION, YEAR, Cookies
from zoco.web.errors import status_of
from zoco.web.flash import flash_all
from zoco.web.forms import Form, read_form
from zoco.web.pages import Pages

HOME, OWN = "/productos", "/cuenta"
_LOCAL = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")


class AccountPages(Controller):
    """`/`, `/login`, `/register`, `/logout` and `/setup/{token}`."""

    path = "/"
    include_in_schema = False

    @get("/")
    async def home(
        self, request: ShopRequest, pages: NamedDependency[Pages], actor: NamedDependency[Actor]
    ) -> Response[Any]:
        if actor.id:
            return Redirect(HOME, status_code=303)
        return await pages.render(request, "accounts/home.html", entry=Form(), form=Form(), back=HOME)

    @get("/login")
    async def login(
        self, request: ShopRequest, pages: NamedDependency[Pages], actor: NamedDependency[Actor]
    ) -> Response[Any]:
        back = local(request.query_params.get("next"))
        if actor.id:
            return Redirect(back, status_code=303)
        return await pages.render(request, "accounts/sign_in.html", entry=Form(), back=back)

    @post("/login")
    async def sign_in(
        self,
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
    ) -> Response[Any]:
        form = await read_form(request, SignIn)
        back = local(form.values.get("next"))
        try:
            data = form.require()
            return await _enter(request, accounts, actor, jar, data.email, data.password, back)
        except (Invalid, WrongCredentials) as refusal:
            status = beside(form, refusal)
            return await pages.render(request, "accounts/sign_in.html", status=status, entry=form, back=back)

    @get("/register")
    async def registration(
        self, request: ShopRequest, pages: NamedDependency[Pages], actor: NamedDependency[Actor]
    ) -> Response[Any]:
        if actor.id:
            return Redirect(HOME, status_code=303)
        back = local(request.query_params.get("next"))
        return await pages.render(request, "accounts/register.html", form=Form(), back=back)

    @post("/register")
    async def register(
        self,
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
        language: NamedDependency[str],
    ) -> Response[Any]:
        """Whoever registers is signed in."""
        form = await read_form(request, Register)
        back = local(form.values.get("next"))
        try:
            data = form.require()
            await accounts.register(data, language)
        except (Invalid, EmailTaken) as refusal:
            status = beside(form, refusal)
            return await pages.render(request, "accounts/register.html", status=status, form=form, back=back)
        return await _enter(request, accounts, actor, jar, data.email, data.password, back)

    @post("/logout")
    async def sign_out(
        self, accounts: NamedDependency[AccountService], actor: NamedDependency[Actor], jar: NamedDependency[Cookies]
    ) -> Redirect:
        if actor.id:
            await accounts.sign_out(actor)
        return Redirect("/", status_code=303, cookies=[jar.clear(SESSION)])

    @get("/setup/{token:str}")
    async def setup(
        self,
        token: FromPath[str],
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
    ) -> Response[str]:
        """The link that `zoco serve` prints while there is no administrator."""
        await accounts.check_setup(token)
        return await pages.render(request, "accounts/setup.html", form=Form())

    @post("/setup/{token:str}")
    async def claim_setup(
        self,
        token: FromPath[str],
        request: ShopRequest,
        pages: NamedDependency[Pages],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
        jar: NamedDependency[Cookies],
        language: NamedDependency[str],
    ) -> Response[Any]:
        form = await read_form(request, Register)
        try:
            data = form.require()
            await accounts.claim_setup(token, data, language)
        except (Invalid, EmailTaken) as refusal:
            return await pages.render(request, "accounts/setup.html", status=beside(form, refusal), form=form)
        return await _enter(request, accounts, actor, jar, data.email, data.password, HOME)


def local(address: str | None) -> str:
    """An address of this shop to go on to; what could lead elsewhere (`//`, a backslash, a tab) is dropped."""
    return address if address and _LOCAL.fullmatch(address) else HOME


async def _enter(
    request: ShopRequest,
    accounts: AccountService,
    actor: Actor,
    jar: Cookies,
    email: str,
    password: str,
    back: str,
) -> Redirect:
    """Sign in and go on. A session that the browser had before is ended, its guest's cart taken over."""
    kept = jar.read(request.scope, CART)
    signed_in = await accounts.sign_in(email, password, CartId(kept) if kept else None)
    if actor.id:
        await accounts.sign_out(actor)
    # The cookie may stay for long: how long the session lasts, the shop decides at each use.
    cookies = [jar.put(SESSION, signed_in.token, YEAR)]
    if kept:
        cookies.append(jar.clear(CART))
    if signed_in.notices:
        cookies.append(flash_all(jar, [(notice.message, notice.params) for notice in signed_in.notices]))
    return Redirect(back, status_code=303, cookies=cookies)


def beside(form: Form[Any], refusal: Declined) -> int:
    """Put a refusal beside the fields that it is about, and all that is wrong; the status of the page that shows it."""
    further = wrong_so_far(form.values) if isinstance(refusal, Invalid) else ()
    form.refused(refusal, *further, beside="email" if isinstance(refusal, EmailTaken) else "password")
    return status_of(type(refusal))
