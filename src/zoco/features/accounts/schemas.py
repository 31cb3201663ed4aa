"""What accounts say and understand on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from zoco.features.accounts.models import (
    LONGEST_EMAIL,
    LONGEST_NAME,
    LONGEST_PHONE,
    MOST_PASSWORD_BYTES,
    SHORTEST_PASSWORD,
    SHORTEST_PHONE,
    User,
    wrong_so_far,
)
from zoco.kit.permissions import Role

_LONGEST_TYPED = 1_000
Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME, description="Full name.")]
Phone = Annotated[
    str, Meta(min_length=SHORTEST_PHONE, max_length=LONGEST_PHONE, description="Digits, spaces, `+`, `(`, `)`, `-`.")
]
Email = Annotated[
    str,
    Meta(min_length=1, max_length=LONGEST_EMAIL, description="To sign in with.", extra_json_schema={"format": "email"}),
]
NewPassword = Annotated[
    str,
    Meta(
        min_length=SHORTEST_PASSWORD,
        max_length=MOST_PASSWORD_BYTES,
        description="At most 72 bytes in UTF-8; not the e-mail address.",
        extra_json_schema={"format": "password"},
    ),
]
TypedEmail = Annotated[str, Meta(min_length=1, max_length=LONGEST_EMAIL, extra_json_schema={"format": "email"})]
TypedPassword = Annotated[str, Meta(min_length=1, max_length=_LONGEST_TYPED, extra_json_schema={"format": "password"})]
Token = Annotated[str, Meta(min_length=1, max_length=_LONGEST_TYPED)]


class Register(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    rules = staticmethod(wrong_so_far)

    name: Name
    phone: Phone
    email: Email
    password: NewPassword
    password_confirm: TypedPassword


class SignIn(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    email: TypedEmail
    password: TypedPassword
    cart: Annotated[str, Meta(max_length=80, description="Id of a guest's cart to take over.")] | None = None


class Refresh(msgspec.Struct, forbid_unknown_fields=True):
    refresh_token: Token


class Forgot(msgspec.Struct, forbid_unknown_fields=True):
    rules = staticmethod(wrong_so_far)

    email: TypedEmail


class Reset(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    rules = staticmethod(wrong_so_far)

    token: Annotated[str, Meta(min_length=1, max_length=_LONGEST_TYPED, description="The end of the mailed link.")]
    password: NewPassword
    password_confirm: TypedPassword


class ChangeUser(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Only what is given changes; of one's own account, a new password or e-mail address needs the present password.

    Administrators give a `role`, staff let others sell by `approved`.
    """

    rules = staticmethod(wrong_so_far)

    name: Name | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET
    password_confirm: TypedPassword | UnsetType = UNSET
    current_password: TypedPassword | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    approved: bool | UnsetType = UNSET


class UserOut(msgspec.Struct, frozen=True):
    id: str
    name: str
    email: str
    phone: str
    role: Role
    approved: bool
    verified: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> UserOut:
        return cls(user.id, user.name, user.email, user.phone, user.role, user.approved, user.verified, user.created_at)


class UserPage(msgspec.Struct, frozen=True):
    items: list[UserOut]
    next: str | None


class NoticeOut(msgspec.Struct, frozen=True):
    """Something that happened at the sign-in; `detail` is a sentence in the language of the request."""

    code: str
    detail: str


class TokensOut(msgspec.Struct, frozen=True):
    """`expires_in` is how many seconds the access token lasts; the refresh token works once."""

    access_token: str
    expires_in: int
    refresh_token: str
    notices: list[NoticeOut]
    token_type: str = "Bearer"  # noqa: S105 - the name of the scheme


class ProfileForm(msgspec.Struct, kw_only=True):
    """What the page of one's own account offers to change without the password."""

    name: Name
    phone: Phone

    def change(self) -> ChangeUser:
        return ChangeUser(name=self.name, phone=self.phone)


class EmailForm(msgspec.Struct, kw_only=True):
    email: Email
    current_password: TypedPassword

    def change(self) -> ChangeUser:
        return ChangeUser(email=self.email, current_password=self.current_password)


class PasswordForm(msgspec.Struct, kw_only=True):
    current_password: TypedPassword
    password: NewPassword
    password_confirm: TypedPassword

    def change(self) -> ChangeUser:
        return ChangeUser(
            password=self.password, password_confirm=self.password_confirm, current_password=self.current_password
        )


class ResetForm(msgspec.Struct, kw_only=True):
    """A new password by a mailed link, whose token the address bears."""

    password: NewPassword
    password_confirm: TypedPassword


class LeaveForm(msgspec.Struct):
    """What it takes to delete one's own account."""

    current_password: TypedPassword
