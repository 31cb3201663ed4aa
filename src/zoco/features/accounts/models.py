"""Users and their sessions, and the rules for what people tell about themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from zoco.features.accounts.errors import TokenExpired
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import SessionId, UserId
from zoco.kit.permissions import Actor, Role
from zoco.kit.text import N_, email_key, fold

LONGEST_NAME, LONGEST_EMAIL, LONGEST_LOCAL_PART = 100, 254, 64
SHORTEST_PHONE, LONGEST_PHONE = 6, 20
SHORTEST_PASSWORD = 8
MOST_PASSWORD_BYTES = 72
"""bcrypt sees no more."""

_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"({_WORD}(?:\.{_WORD})*)@{_LABEL}(?:\.{_LABEL})+")
_PHONE = re.compile(rf"(?:[+ ()-]*[0-9]){{{SHORTEST_PHONE},}}[+ ()-]*")
_JOINERS = "\u200c\u200d"  # invisible, but part of how some names are written


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person with an account; `approved` lets them sell where the shop chooses its sellers.

    `verified` is whether they have shown that the e-mail address is theirs. The hash of the password is kept apart, so
    that it gets nowhere by accident.
    """

    id: UserId
    name: str
    email: str
    phone: str
    role: Role
    language: str
    created_at: datetime
    approved: bool = False
    verified: bool = False
    version: int = 1

    @property
    def words(self) -> str:
        """By what staff look for the person."""
        return fold(f"{self.name} {self.email} {self.phone}")

    @property
    def stored(self) -> dict[str, Any]:
        """What may change of it and by what it is found, as every engine keeps it."""
        return {
            "name": self.name,
            "email": self.email,
            "email_key": email_key(self.email),
            "phone": self.phone,
            "role": self.role.value,
            "language": self.language,
            "approved": self.approved,
            "verified": self.verified,
            "words": self.words,
        }

    @property
    def actor(self) -> Actor:
        return Actor(id=self.id, name=self.name, email=self.email, role=self.role, approved=self.approved)

    def changed(self, given: Mapping[str, str]) -> User:
        """With another `name`, `email` or `phone`, as far as given; raises Invalid with all that is wrong.

        Another address is not verified.
        """
        tidied = tidy(given)
        if wrong := wrong_details(tidied):
            raise Invalid(*wrong)
        changed = msgspec.structs.replace(self, **tidied)
        return changed if changed.reached_as(self) else msgspec.structs.replace(changed, verified=False)

    def reached_as(self, other: User) -> bool:
        """Whether both have the same e-mail address, however it is written."""
        return email_key(self.email) == email_key(other.email)


class UserQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is left empty narrows nothing; `words` are folded."""

    words: str = ""
    role: Role | None = None
    after: str | None = None
    limit: int = 30


class SessionKind(StrEnum):
    """Whether a browser's cookie or a program's tokens prove it."""

    BROWSER = "browser"
    API = "api"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in that lasts. `token_hash` is of the browser's token; a program's session has none."""

    id: SessionId
    user: UserId
    kind: SessionKind
    token_hash: str | None
    created_at: datetime
    expires_at: datetime


class OwnSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its person sees it; `used_at` is right to a few minutes, `here` marks the one they look from."""

    id: SessionId
    kind: SessionKind
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    here: bool


class RefreshToken(msgspec.Struct, frozen=True, kw_only=True):
    """What a program gets new tokens for, once."""

    token_hash: str
    session: SessionId
    expires_at: datetime
    used_at: datetime | None = None

    def check(self, now: datetime) -> None:
        """Raise TokenExpired where it is too old; whether it was used before, its repository tells."""
        if self.expires_at <= now:
            raise TokenExpired


class Visit(msgspec.Struct, frozen=True):
    """A session together with the person it belongs to."""

    actor: Actor
    expires_at: datetime

    def over(self, now: datetime) -> bool:
        return self.expires_at <= now


def tidy(given: Mapping[str, str]) -> dict[str, str]:
    """Without spaces around, and with single ones inside."""
    return {field: " ".join(text.split()) for field, text in given.items()}


def tidy_password(password: str) -> str:
    """The same for the same keys on every system (`ñ` may be typed as one character or two), no spaces around."""
    return unicodedata.normalize("NFC", password).strip()


def wrong_details(given: Mapping[str, str]) -> list[FieldError]:
    """What is wrong with a tidied `name`, `email` or `phone`, as far as given."""
    return [error for field, text in given.items() if (error := _RULES[field](text))]


def wrong_password(password: str, email: str) -> list[FieldError]:
    """What is wrong with a tidied new password of the person with this address."""
    if len(password) < SHORTEST_PASSWORD:
        message = N_("Choose a password of at least {least} characters.")
        return [FieldError("password", "too_short", message, {"least": SHORTEST_PASSWORD})]
    if len(password.encode()) > MOST_PASSWORD_BYTES:
        message = N_("Choose a password of at most {most} bytes: letters with accents count twice, other signs more.")
        return [FieldError("password", "too_long", message, {"most": MOST_PASSWORD_BYTES})]
    if email_key(password) == email_key(email):
        return [FieldError("password", "same_as_email", N_("The password may not be the e-mail address."))]
    return []


def unlike(password: str, again: str) -> list[FieldError]:
    """The refusal where a password was not typed the same twice."""
    if tidy_password(password) == tidy_password(again):
        return []
    return [FieldError("password_confirm", "different", N_("The two passwords are not the same."))]


def wrong_so_far(typed: Mapping[str, str]) -> list[FieldError]:
    """What is wrong with what a form or a program brings, whatever else is missing in it."""
    password, again = typed.get("password"), typed.get("password_confirm")
    given = tidy({field: typed[field] for field in _RULES if typed.get(field)})
    return wrong_details(given) + (unlike(password, again) if password and again else [])


def _wrong_name(name: str) -> FieldError | None:
    if not name:
        return FieldError("name", "required", N_("Write your name."))
    if len(name) > LONGEST_NAME:
        return FieldError("name", "too_long", N_("A name has at most {most} characters."), {"most": LONGEST_NAME})
    if any(not c.isprintable() and c not in _JOINERS for c in name):
        return FieldError("name", "characters", N_("A name has no control characters."))
    return None


def wrong_email(email: str) -> FieldError | None:
    """What is wrong with a tidied address, if anything; mail reaches an ASCII part at a dotted domain."""
    form = _EMAIL.fullmatch(email)
    if form is None or len(email) > LONGEST_EMAIL or len(form[1]) > LONGEST_LOCAL_PART:
        return FieldError("email", "email", N_("Write an e-mail address such as ana@example.com."))
    return None


def _wrong_phone(phone: str) -> FieldError | None:
    if len(phone) > LONGEST_PHONE or _PHONE.fullmatch(phone) is None:
        message = N_("Write a phone number of {least} to {most} digits; spaces, +, ( ) and - are fine.")
        return FieldError("phone", "phone", message, {"least": SHORTEST_PHONE, "most": LONGEST_PHONE})
    return None


_RULES = {"name": _wrong_name, "email": wrong_email, "phone": _wrong_phone}
