"""Who is asking, and what they may do."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import msgspec

from zoco.kit.errors import Forbidden, Unauthenticated
from zoco.kit.ids import SessionId, UserId


class Role(StrEnum):
    """What a user is to the shop; each role may do all that the ones before it may."""

    CUSTOMER = "customer"
    STAFF = "staff"
    ADMIN = "admin"


_RANK = {role: rank for rank, role in enumerate(Role)}


class Permission(msgspec.Struct, frozen=True):
    """The right to do one thing (`orders.see_all`), held by `least` and every higher role."""

    name: str
    least: Role


class Actor(msgspec.Struct, frozen=True):
    """The person behind a request; without an id a guest. `approved` is whom the shop lets sell where it chooses."""

    id: UserId | None = None
    name: str = ""
    email: str = ""
    role: Role | None = None
    session: SessionId | None = None
    approved: bool = False

    def may(self, permission: Permission) -> bool:
        return self.role is not None and _RANK[self.role] >= _RANK[permission.least]

    def require(self, permission: Permission) -> UserId:
        """Their id; raises Unauthenticated for a guest and Forbidden for one without the right."""
        user = self.signed_in()
        if not self.may(permission):
            raise Forbidden
        return user

    def signed_in(self) -> UserId:
        """Their id; raises Unauthenticated for a guest."""
        if self.id is None:
            raise Unauthenticated
        return self.id


GUEST = Actor()
SYSTEM = Actor(id=UserId("system"), name="Zoco", role=Role.ADMIN)
"""The shop itself, at work from the command line or a timed job."""


class Authenticator(Protocol):
    """Who knows the person behind a proof; the doors ask it, a feature fills it."""

    async def by_session(self, token: str) -> Actor | None:
        """The person whose browser holds this session token; None where it is unknown or over."""

    async def by_bearer(self, token: str) -> Actor:
        """The person whose program holds this access token; raises Unauthenticated where it is not valid now."""
