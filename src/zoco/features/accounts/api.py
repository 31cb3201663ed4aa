"""Accounts and sign-ins over REST."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from zoco.features.accounts.models import UserQuery
from zoco.features.accounts.schemas import (
    ChangeUser,
    Forgot,
    NoticeOut,
    Refresh,
    Register,
    Reset,
    SignIn,
    TokensOut,
    UserOut,
    UserPage,
)
from zoco.features.accounts.service import AccountService, Tokens
from zoco.kit.ids import CartId, UserId
from zoco.kit.paging import LARGEST_LIMIT, LIMIT
from zoco.kit.permissions import Actor


class AuthApi(Controller):
    """How programs sign in and out."""

    path = "/api/auth"
    tags = ("auth",)

    @post("/login", summary="Sign in", operation_id="signIn", status_code=200)
    async def sign_in(
        self, data: JSONBody[SignIn], accounts: NamedDependency[AccountService], language: NamedDependency[str]
    ) -> Response[TokensOut]:
        """Send the access token as `Authorization: Bearer …`; what a guest has in `cart` joins the person's own cart.

        401 `accounts.wrong_credentials`, 429 after ten wrong passwords for one account.
        """
        cart = CartId(data.cart) if data.cart else None
        return _proofs(accounts, language, await accounts.issue_tokens(data.email, data.password, cart))

    @post("/refresh", summary="Get new tokens", operation_id="refreshTokens", status_code=200)
    async def refresh(
        self, data: JSONBody[Refresh], accounts: NamedDependency[AccountService], language: NamedDependency[str]
    ) -> Response[TokensOut]:
        """A refresh token works once; one that comes again ends its session (401 `accounts.token_reused`)."""
        return _proofs(accounts, language, await accounts.refresh(data.refresh_token))

    @post("/logout", summary="Sign out", operation_id="signOut", status_code=204)
    async def sign_out(self, accounts: NamedDependency[AccountService], actor: NamedDependency[Actor]) -> None:
        """Ends this session: its tokens, access and refresh, stop working at once."""
        await accounts.sign_out(actor)

    @post("/forgot", summary="Ask for a new password", operation_id="forgotPassword", status_code=204)
    async def forgot(
        self, data: JSONBody[Forgot], accounts: NamedDependency[AccountService], language: NamedDependency[str]
    ) -> None:
        """Writes to the address, if there is an account with it; the answer is the same where there is none.

        The mailed link is valid for an hour. 429 after five for one address.
        """
        await accounts.forgot(data.email, language)

    @post("/reset", summary="Set a new password by a mailed link", operation_id="resetPassword", status_code=204)
    async def reset(self, data: JSONBody[Reset], accounts: NamedDependency[AccountService]) -> None:
        """Works once and ends every session; 404 `accounts.link_over` for a link that is not valid, or not any more."""
        await accounts.reset(data.token, data.password, data.password_confirm)

    @get("/me", summary="Show who is signed in", operation_id="showMe")
    async def me(self, accounts: NamedDependency[AccountService], actor: NamedDependency[Actor]) -> UserOut:
        return UserOut.of(await accounts.get(actor, actor.signed_in()))


class UserApi(Controller):
    """Accounts: anybody makes their own; staff see all, administrators change all."""

    path = "/api/users"
    tags = ("users",)

    @get("/", summary="List users", operation_id="listUsers")
    async def page(
        self,
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
        after: Annotated[str | None, QueryParameter(max_length=300, description="`next` of the page before.")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=LARGEST_LIMIT)] = LIMIT,
    ) -> UserPage:
        """Newest first; for staff."""
        page = await accounts.find(actor, UserQuery(after=after, limit=limit))
        return UserPage([UserOut.of(user) for user in page.items], page.next)

    @post("/", summary="Register", operation_id="register")
    async def register(
        self, data: JSONBody[Register], accounts: NamedDependency[AccountService], language: NamedDependency[str]
    ) -> Response[UserOut]:
        """Makes an account and writes a mail of welcome; 409 `accounts.email_taken` where there is one already."""
        user = await accounts.register(data, language)
        return Response(UserOut.of(user), headers={"Location": f"/api/users/{user.id}"})

    @get("/{uid:str}", summary="Show a user", operation_id="showUser")
    async def show(
        self, uid: FromPath[str], accounts: NamedDependency[AccountService], actor: NamedDependency[Actor]
    ) -> UserOut:
        """Oneself; staff see everybody."""
        return UserOut.of(await accounts.get(actor, UserId(uid)))

    @put("/{uid:str}", summary="Change a user", operation_id="changeUser")
    async def change(
        self,
        uid: FromPath[str],
        data: JSONBody[ChangeUser],
        accounts: NamedDependency[AccountService],
        actor: NamedDependency[Actor],
    ) -> UserOut:
        """Oneself; administrators change everybody, staff only whether others are `approved` as sellers.

        A new password ends the user's other sessions.
        """
        return UserOut.of(await accounts.change(actor, UserId(uid), data))

    @delete("/{uid:str}", summary="Remove a user", operation_id="removeUser")
    async def remove(
        self, uid: FromPath[str], accounts: NamedDependency[AccountService], actor: NamedDependency[Actor]
    ) -> None:
        """Oneself; administrators remove everybody but the last of them (409 `accounts.last_admin`)."""
        await accounts.remove(actor, UserId(uid))


def _proofs(accounts: AccountService, language: str, tokens: Tokens) -> Response[TokensOut]:
    notices = [NoticeOut(notice.code, accounts.say(language, notice)) for notice in tokens.notices]
    answer = TokensOut(tokens.access_token, tokens.expires_in, tokens.refresh_token, notices)
    return Response(answer, headers={"Cache-Control": "no-store"})
