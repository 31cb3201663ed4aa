"""Other people's accounts: found, given rights, invited and signed out by those who run the shop."""

from __future__ import annotations

from secrets import token_urlsafe

import msgspec

from zoco.features.accounts.errors import EmailTaken, InvitationTaken, OwnRole
from zoco.features.accounts.events import UserChanged, UserInvited
from zoco.features.accounts.models import User, UserQuery, tidy, wrong_details
from zoco.features.accounts.repository import Sessions, Users
from zoco.features.accounts.service.accounts import APPROVE, MANAGE, SEE, Accounts, spare_an_admin, there
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import UserId
from zoco.kit.paging import Page
from zoco.kit.permissions import Actor, Role
from zoco.kit.store import Tx, use_case


class AccountService(Accounts):
    """All of the feature: people's own accounts, and with these what staff do with others'."""

    async def find(self, actor: Actor, query: UserQuery) -> Page[User]:
        """Newest first; for staff."""
        actor.require(SEE)
        async with self._store.read() as tx:
            return await tx[Users].find(query)

    async def with_sessions(self, actor: Actor, user: UserId) -> tuple[User, int]:
        """Somebody, and on how many devices they are signed in; for staff. Raises UserMissing."""
        actor.require(SEE)
        now = self._clock.now()
        async with self._store.read() as tx:
            found = there(await tx[Users].get(user))
            return found, sum(session.expires_at > now for session in await tx[Sessions].of(user))

    @use_case
    async def approve(self, actor: Actor, user: UserId, *, approved: bool) -> User:
        """Let somebody sell, or no longer, where the shop chooses its sellers; emits UserChanged."""
        actor.require(APPROVE)
        async with self._store.write() as tx:
            found = there(await tx[Users].get(user))
            if found.approved == approved:
                return found
            saved = await self._save(tx, msgspec.structs.replace(found, approved=approved))
            action = "accounts.approve" if approved else "accounts.disapprove"
            await self._audit.note(tx, actor, action, subject=saved.email)
        return saved

    @use_case
    async def give_role(self, actor: Actor, user: UserId, role: Role) -> User:
        """Change what somebody may do, and end their sessions; emits UserChanged and SessionsEnded.

        Raises UserMissing, OwnRole or LastAdmin.
        """
        if actor.require(MANAGE) == user:
            raise OwnRole
        async with self._store.write() as tx:
            await tx[Users].hold_admins()
            found = there(await tx[Users].get(user))
            if found.role is role:
                return found
            if found.role is Role.ADMIN:
                await spare_an_admin(tx)
            saved = await self._save(tx, msgspec.structs.replace(found, role=role))
            await self._sign_out_all(tx, user, but=None)
            before, after = found.role.value, role.value
            await self._audit.note(tx, actor, "accounts.give_role", subject=saved.email, before=before, after=after)
        return saved

    @use_case
    async def end_sessions(self, actor: Actor, user: UserId) -> None:
        """Sign somebody out everywhere; emits SessionsEnded. Raises UserMissing."""
        actor.require(MANAGE)
        async with self._store.write() as tx:
            found = there(await tx[Users].get(user))
            await self._sign_out_all(tx, user, but=actor.session if actor.id == user else None)
            await self._audit.note(tx, actor, "accounts.end_sessions", subject=found.email)

    @use_case
    async def invite(self, actor: Actor, *, name: str, email: str, role: Role, language: str) -> User:
        """Make an account whose password only the invited person will set, by a mailed link; emits UserInvited.

        Raises Invalid, also where somebody has this address.
        """
        by = actor.require(MANAGE) and actor.name
        details = tidy({"name": name, "email": email})
        if wrong := wrong_details(details):
            raise Invalid(*wrong)
        hashed = await self._hashers[-1].hash(token_urlsafe(32))
        user = User(
            id=UserId(self._store.new_id()),
            name=details["name"],
            email=details["email"],
            phone="",
            role=role,
            language=language,
            created_at=self._clock.now(),
        )
        async with self._store.write() as tx:
            try:
                await tx[Users].add(user, hashed)
            except EmailTaken as taken:
                raise Invalid(FieldError("email", "taken", taken.message)) from None
            tx.emit(UserInvited(user=user.id, by=by))
            await self._audit.note(tx, actor, "accounts.invite", subject=user.email, role=role.value)
        return user

    @use_case
    async def invite_again(self, actor: Actor, user: UserId) -> None:
        """Mail the link once more to one who has not come yet; emits UserInvited. Raises InvitationTaken."""
        by = actor.require(MANAGE) and actor.name
        async with self._store.write() as tx:
            found = there(await tx[Users].get(user))
            if not invited(found):
                raise InvitationTaken
            tx.emit(UserInvited(user=user, by=by))
            await self._audit.note(tx, actor, "accounts.invite", subject=found.email, role=found.role.value)

    async def _save(self, tx: Tx, user: User) -> User:
        saved = await tx[Users].save(user)
        tx.emit(UserChanged(user=saved.id, name=saved.name))
        return saved


def invited(user: User) -> bool:
    """Whether they belong to the staff and have not come yet.

    The mailed link shows that the address is theirs. Who made an account by themselves has told a telephone number,
    which nobody is asked for who is invited.
    """
    return user.role is not Role.CUSTOMER and not user.verified and not user.phone
