"""Refusals: what the shop declines to do, why, and what the person can do about it."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from zoco.kit.text import N_


class FieldError(msgspec.Struct, frozen=True):
    """What is wrong with one field, as a sentence with {named} places for `params`."""

    field: str
    code: str
    message: str
    params: dict[str, Any] = {}


class Declined(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """A refusal with a stable `code` and an English `message`, whose {named} places `params` fill after translation.

    `title` is what it is called where the name of its kind would be wrong.
    """

    code: ClassVar[str] = "declined"
    title: ClassVar[str] = ""
    message: ClassVar[str] = N_("This is not possible.")

    def __init__(self, **params: Any) -> None:
        super().__init__(self.message.format(**params) if params else self.message)
        self.params = params


class BadRequest(Declined):
    """The request itself cannot be read."""

    code = "bad_request"
    message = N_("The request cannot be understood.")


class Unauthenticated(Declined):
    """Nobody is signed in, or what was shown as proof is not valid."""

    code = "auth.required"
    message = N_("Sign in first.")


class Forbidden(Declined):
    """Somebody is signed in who may not do this."""

    code = "auth.forbidden"
    message = N_("You may not do this.")


class NotFound(Declined):
    """It does not exist, or not for this person."""

    code = "not_found"
    message = N_("This does not exist.")


class Conflict(Declined):
    """It contradicts how things are now."""

    code = "conflict"
    message = N_("This contradicts the present state.")


class TooLarge(Declined):
    """More bytes than are accepted."""

    code = "too_large"
    message = N_("This is too large.")


class Unsupported(Declined):
    """A kind of content that is not accepted here."""

    code = "unsupported"
    message = N_("This kind of content is not accepted here.")


class Invalid(Declined):
    """Fields that are missing or wrong, each named."""

    code = "invalid"
    message = N_("Some fields are missing or wrong.")

    def __init__(self, *errors: FieldError) -> None:
        super().__init__()
        self.errors = errors


class TooMany(Declined):
    """Too often in too short a time; `retry_after` is in seconds."""

    code = "too_many"
    message = N_("Too many attempts. Try again in {retry_after} seconds.")

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class Unavailable(Declined):
    """A part that is needed does not answer now; `retry_after` is in seconds."""

    code = "unavailable"
    message = N_("The shop is busy. Try again in a moment.")

    def __init__(self, retry_after: int = 2) -> None:
        super().__init__()
        self.retry_after = retry_after


class StaleWrite(Conflict):
    """Somebody else changed the same thing in between; `@use_case` runs again before anybody sees this."""

    code = "stale_write"
    message = N_("This was changed by someone else in the meantime. Look at it again.")
