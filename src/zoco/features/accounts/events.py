"""Facts about accounts."""

from __future__ import annotations

from typing import ClassVar

from zoco.kit.events import Event
from zoco.kit.ids import SessionId, UserId


class AccountEvent(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "accounts"


class UserRegistered(AccountEvent, frozen=True, kw_only=True):
    """Somebody made an account for themselves."""

    user: UserId
    name: str
    email: str
    language: str


class UserCreated(AccountEvent, frozen=True, kw_only=True):
    """The shop made an account by hand; nobody is written to."""

    user: UserId


class UserInvited(AccountEvent, frozen=True, kw_only=True):
    """Somebody may join the staff; the account is theirs once they come by the link in the mail."""

    user: UserId
    by: str


class UserChanged(AccountEvent, frozen=True, kw_only=True):
    user: UserId
    name: str


class EmailChanged(AccountEvent, frozen=True, kw_only=True):
    """The account has another address, which nobody has verified; `old` was the one before."""

    user: UserId
    old: str


class VerificationAsked(AccountEvent, frozen=True, kw_only=True):
    """The person wants the link once more by which they show that the address is theirs."""

    user: UserId


class EmailVerified(AccountEvent, frozen=True, kw_only=True):
    user: UserId


class ResetAsked(AccountEvent, frozen=True, kw_only=True):
    """Somebody has forgotten a password; whether anybody has the address is looked up when the mail is written."""

    email: str
    language: str


class PasswordChanged(AccountEvent, frozen=True, kw_only=True):
    user: UserId


class UserRemoved(AccountEvent, frozen=True, kw_only=True):
    user: UserId


class SessionsEnded(AccountEvent, frozen=True, kw_only=True):
    """One session of the user, or all of them; `but` was left."""

    user: UserId
    session: SessionId | None = None
    but: SessionId | None = None
