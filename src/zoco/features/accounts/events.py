"""Facts about accounts."""

from __future__ import annotations

from typing import ClassVar

from zoco.kit.events import Event
from zoco.kit.ids import UserId


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


class UserChanged(AccountEvent, frozen=True, kw_only=True):
    user: UserId
    name: str


class UserRemoved(AccountEvent, frozen=True, kw_only=True):
    user: UserId
