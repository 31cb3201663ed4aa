"""The port for what else happens when somebody signs in."""

from __future__ import annotations

from typing import Protocol

import msgspec

from zoco.kit.ids import CartId, UserId


class Notice(msgspec.Struct, frozen=True):
    """Something to tell the person, a sentence marked `N_` with {named} places for `params`."""

    code: str
    message: str
    params: dict[str, str | int] = {}


class SignInStep(Protocol):
    """A feature's part in a sign-in, as taking over what the guest had in the cart; runs once the session is stored."""

    async def signed_in(self, user: UserId, email: str, guest_cart: CartId | None) -> list[Notice]:
        """What to tell the person, in the order in which it is read."""
