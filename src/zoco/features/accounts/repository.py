"""The storage ports of accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from zoco.features.accounts.models import RefreshToken, Session, User, UserQuery, Visit
from zoco.kit.ids import SessionId, UserId
from zoco.kit.moving import Movable
from zoco.kit.paging import Page
from zoco.kit.permissions import Role


class Users(Movable, Protocol):
    """People, apart from them the hashes of their passwords; e-mail addresses are unique by `kit.text.email_key`."""

    async def get(self, user: UserId) -> User | None: ...

    async def of_email(self, email: str) -> User | None: ...

    async def password_of(self, user: UserId) -> str | None:
        """The hash, None for an unknown user."""

    async def find(self, query: UserQuery) -> Page[User]:
        """Newest first, ties by id downwards; Invalid where `after` is no cursor of this list."""

    async def of_role(self, role: Role, limit: int) -> list[User]:
        """Oldest first, ties by id."""

    async def hold(self, user: UserId) -> None:
        """Nobody else changes this account until the end of the transaction."""

    async def hold_admins(self) -> None:
        """Nobody else who asks this goes on until the end of the transaction; ask before anything else is read."""

    async def add(self, user: User, password_hash: str) -> None:
        """Raises EmailTaken, and nothing is stored, where the address is somebody's."""

    async def save(self, user: User) -> User:
        """Store all but `created_at`, and answer the next version.

        Raises EmailTaken where the address is somebody else's, StaleWrite where `version` is not the stored one.
        """

    async def set_password(self, user: UserId, password_hash: str) -> None: ...

    async def remove(self, user: UserId) -> None:
        """With all their sessions."""


class Sessions(Protocol):
    """Sign-ins that last, and their refresh tokens. What is too old is found until it is purged: its reader looks."""

    async def get(self, session: SessionId) -> Visit | None: ...

    async def of_token(self, token_hash: str) -> Visit | None:
        """The browser's session that this is the hash of the token of."""

    async def add(self, session: Session) -> None: ...

    async def of(self, user: UserId) -> list[Session]:
        """All of a user, latest first, ties by id downwards."""

    async def extend(self, session: SessionId, until: datetime) -> None:
        """Nothing happens where it was ended."""

    async def end(self, session: SessionId) -> None:
        """With its refresh tokens."""

    async def end_own(self, user: UserId, session: SessionId) -> bool:
        """The same, where it is this user's; False, and nothing happens, where it is not."""

    async def end_all(self, user: UserId, *, but: SessionId | None = None) -> None:
        """All of a user, with their refresh tokens; one may be left."""

    async def purge(self, now: datetime) -> None:
        """Forget sessions and refresh tokens, anybody's, that are over at `now`."""

    async def refresh_token(self, token_hash: str) -> RefreshToken | None: ...

    async def add_refresh_token(self, token: RefreshToken) -> None: ...

    async def use(self, token_hash: str, now: datetime) -> bool:
        """Mark a refresh token as used; False, and nothing changes, where it was used before or is unknown."""
