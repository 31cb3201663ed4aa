"""Accounts: made, changed and removed by their owners and by administrators, looked at by staff."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest, digest
from typing import Any

import msgspec

from zoco.features.accounts.errors import LastAdmin, SetupOver, UserMissing
from zoco.features.accounts.events import (
    EmailChanged,
    PasswordChanged,
    SessionsEnded,
    UserChanged,
    UserCreated,
    UserRegistered,
    UserRemoved,
)
from zoco.features.accounts.models import User, tidy, tidy_password, unlike, wrong_details, wrong_password
from zoco.features.accounts.providers import Notice, OwnData
from zoco.features.accounts.repository import Sessions, Users
from zoco.features.accounts.schemas import ChangeUser, Register
from zoco.features.accounts.service.recovery import ASKS, Recovery
from zoco.features.accounts.service.sign_ins import TRIES, Gate
from zoco.features.audit.service import AuditService
from zoco.kit.clock import Clock
from zoco.kit.errors import FieldError, Invalid, StaleWrite
from zoco.kit.ids import SessionId, UserId
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.ratelimit import CountedOnce
from zoco.kit.store import Store, Tx, use_case
from zoco.kit.text import N_
from zoco.kit.texts import Texts

SEE = Permission("accounts.see", Role.STAFF)
"""See other people's accounts."""
APPROVE = Permission("accounts.approve", Role.STAFF)
"""Say who else may sell, where the shop chooses its sellers."""
MANAGE = Permission("accounts.manage", Role.ADMIN)
"""Make, change and remove other people's accounts, and give roles."""


class Accounts(Recovery):
    """People and their own accounts; with `Recovery` the links in mails, with `SignIns` sessions."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        gate: Gate,
        *,
        language: str,
        secret: bytes,
        texts: Texts,
        own_data: Sequence[OwnData] = (),
        audit: AuditService,
    ) -> None:
        """`language` is that of accounts made by hand, `secret` the shop's key; `own_data` may grow until it runs."""
        super().__init__(store, clock, gate)
        self._language, self._texts, self._own_data, self._audit = language, texts, own_data, audit
        self._setup = digest(secret, b"accounts: set-up link", "sha256").hex()

    @use_case
    async def register(self, data: Register, language: str) -> User:
        """Make an account for oneself, as a customer; emits UserRegistered. Raises Invalid or EmailTaken."""
        user, password = self._new(data, language, Role.CUSTOMER)
        hashed = await self._hashers[-1].hash(password)
        async with self._store.write() as tx:
            await tx[Users].add(user, hashed)
            tx.emit(UserRegistered(user=user.id, name=user.name, email=user.email, language=language))
        return user

    @use_case
    async def create(
        self, actor: Actor, *, name: str, email: str, password: str, phone: str = "", role: Role = Role.CUSTOMER
    ) -> User:
        """Make an account by hand, without a phone number if need be; emits UserCreated. Raises as `register`."""
        actor.require(MANAGE)
        data = Register(name=name, email=email, phone=phone, password=password, password_confirm=password)
        user, password = self._new(data, self._language, role, phone_needed=False)
        hashed = await self._hashers[-1].hash(password)
        async with self._store.write() as tx:
            if role is Role.ADMIN:
                await tx[Users].hold_admins()
            await tx[Users].add(user, hashed)
            tx.emit(UserCreated(user=user.id))
        return user

    async def setup_token(self) -> str | None:
        """What lets somebody become the first administrator; None once there is one."""
        async with self._store.read() as tx:
            return None if await tx[Users].of_role(Role.ADMIN, 1) else self._setup

    async def check_setup(self, token: str) -> None:
        """Raise SetupOver unless the token is valid now."""
        expected = await self.setup_token()
        if expected is None or not compare_digest(expected.encode(), token.encode()):
            raise SetupOver

    @use_case
    async def claim_setup(self, token: str, data: Register, language: str) -> User:
        """Make the first administrator; emits UserCreated. Raises SetupOver, or as `register`."""
        await self.check_setup(token)
        user, password = self._new(data, language, Role.ADMIN)
        hashed = await self._hashers[-1].hash(password)
        async with self._store.write() as tx:
            await tx[Users].hold_admins()
            if await tx[Users].of_role(Role.ADMIN, 1):
                raise SetupOver
            await tx[Users].add(user, hashed)
            await self._audit.note(tx, user.actor, "accounts.claim_setup", subject=user.email)
            tx.emit(UserCreated(user=user.id))
        return user

    async def get(self, actor: Actor, user: UserId) -> User:
        """One's own account, any for staff; raises UserMissing."""
        if actor.signed_in() != user:
            actor.require(SEE)
        async with self._store.read() as tx:
            return there(await tx[Users].get(user))

    async def find_by_email(self, actor: Actor, email: str) -> User:
        """For staff; raises UserMissing."""
        actor.require(SEE)
        async with self._store.read() as tx:
            return there(await tx[Users].of_email(email))

    async def change(self, actor: Actor, user: UserId, data: ChangeUser) -> User:
        """Change what is given of one's own account, as an administrator of any; staff approve others.

        One's own password and e-mail address need the present password, as each of them opens the account.
        Emits UserChanged, and EmailChanged with another address. A new password ends the account's other sessions, a
        new role all of them: both emit SessionsEnded, a password PasswordChanged, too. Raises Invalid, EmailTaken,
        UserMissing, LastAdmin or TooMany.
        """
        _check_rights(actor, user, data)
        return await self._change(actor, user, data, CountedOnce(self._limiter))

    @use_case
    async def _change(self, actor: Actor, user: UserId, data: ChangeUser, asks: CountedOnce) -> User:
        async with self._store.read() as tx:
            found, hashed = there(await tx[Users].get(user)), await tx[Users].password_of(user) or ""
        changed = _changed(found, data)
        password = _new_password(changed, data)
        if changed == found and password is None:
            return found
        if actor.id == user:
            await self._guard(changed, found, hashed, data, asks)
        new = await self._hashers[-1].hash(password) if password is not None else None
        async with self._store.write() as tx:
            if changed.role is not found.role:
                await tx[Users].hold_admins()
                if found.role is Role.ADMIN:
                    await spare_an_admin(tx)
                await self._sign_out_all(tx, user, but=None)
            await _hold(tx, user, hashed)
            saved = await tx[Users].save(changed)
            if new is not None:
                await self._replace_password(tx, actor, user, new)
            if actor.id != user:
                await self._audit.note(tx, actor, "accounts.change_user", subject=saved.email, **_told(found, data))
            if changed != found:
                tx.emit(UserChanged(user=user, name=saved.name))
            if not changed.reached_as(found):
                tx.emit(EmailChanged(user=user, old=found.email))
        return saved

    async def export(self, actor: Actor) -> dict[str, Any]:
        """All that the shop knows about the person, by part: the account, sessions, and what other features add."""
        user = actor.signed_in()
        async with self._store.read() as tx:
            data = {"account": there(await tx[Users].get(user)), "sessions": await self._sessions(tx, actor)}
            for feature in self._own_data:
                data |= await feature.own_data(tx, user)
        return data

    async def leave(self, actor: Actor, password: str) -> None:
        """Delete one's own account, which needs the password; raises Invalid or TooMany, or as `remove`."""
        user = actor.signed_in()
        async with self._store.read() as tx:
            hashed = await tx[Users].password_of(user)
        if hashed is None:
            raise UserMissing
        await self._check_present(user, hashed, password)
        await self.remove(actor, user)

    @use_case
    async def remove(self, actor: Actor, user: UserId) -> None:
        """Delete one's own account, as an administrator any, with its sessions; emits UserRemoved.

        Raises UserMissing or LastAdmin.
        """
        if actor.signed_in() != user:
            actor.require(MANAGE)
        async with self._store.write() as tx:
            await tx[Users].hold_admins()
            found = there(await tx[Users].get(user))
            if found.role is Role.ADMIN:
                await spare_an_admin(tx)
            if actor.id != user:
                await self._audit.note(tx, actor, "accounts.remove_user", subject=found.email, role=found.role.value)
            await tx[Users].remove(user)
            tx.emit(UserRemoved(user=user))

    def say(self, language: str, notice: Notice) -> str:
        return self._texts.gettext(language, notice.message, **notice.params)

    async def _sign_out_all(self, tx: Tx, user: UserId, *, but: SessionId | None) -> None:
        await tx[Sessions].end_all(user, but=but)
        tx.emit(SessionsEnded(user=user, but=but))

    def _new(self, data: Register, language: str, role: Role, *, phone_needed: bool = True) -> tuple[User, str]:
        """The account and its password, tidied; raises Invalid with all that is wrong."""
        details = tidy({"name": data.name, "email": data.email, "phone": data.phone})
        password = tidy_password(data.password)
        wrong = wrong_details({name: text for name, text in details.items() if text or name != "phone" or phone_needed})
        wrong += wrong_password(password, details["email"]) + unlike(data.password, data.password_confirm)
        if wrong:
            raise Invalid(*wrong)
        made = User(
            id=UserId(self._store.new_id()),
            name=details["name"],
            email=details["email"],
            phone=details["phone"],
            role=role,
            language=language,
            created_at=self._clock.now(),
        )
        return made, password

    async def _guard(self, changed: User, found: User, hashed: str, data: ChangeUser, asks: CountedOnce) -> None:
        """Raises Invalid or TooMany where people may not change their own account so."""
        readdressed = not changed.reached_as(found)
        if readdressed or data.password is not msgspec.UNSET:
            if data.current_password is msgspec.UNSET:
                raise Invalid(FieldError("current_password", "required", N_("Write your present password, too.")))
            await self._check_present(found.id, hashed, data.current_password)
        if readdressed:
            await asks.check(f"accounts.verify {found.id}", ASKS)  # the new address is written to

    async def _replace_password(self, tx: Tx, actor: Actor, user: UserId, hashed: str) -> None:
        """The session by which somebody changes their own stays."""
        await tx[Users].set_password(user, hashed)
        await self._sign_out_all(tx, user, but=actor.session if actor.id == user else None)
        tx.emit(PasswordChanged(user=user))

    async def _check_present(self, user: UserId, hashed: str, typed: str) -> None:
        key = f"accounts.password {user}"
        await self._limiter.check(key, TRIES)
        right, _ = await self._hashers[-1].verify(tidy_password(typed), hashed)
        if not right:
            message = N_("This is not your present password.")
            raise Invalid(FieldError("current_password", "wrong", message))
        await self._limiter.forget(key)


def there(user: User | None) -> User:
    if user is None:
        raise UserMissing
    return user


async def _hold(tx: Tx, user: UserId, hashed: str) -> None:
    """Raises StaleWrite where a mailed link has set another password while the present one was verified."""
    await tx[Users].hold(user)
    if await tx[Users].password_of(user) != hashed:
        raise StaleWrite


def _new_password(user: User, data: ChangeUser) -> str | None:
    """The password that is asked for, tidied; None where none is. Raises Invalid."""
    if data.password is msgspec.UNSET:
        return None
    password = tidy_password(data.password)
    wrong = wrong_password(password, user.email)
    if data.password_confirm is not msgspec.UNSET:
        wrong += unlike(data.password, data.password_confirm)
    if wrong:
        raise Invalid(*wrong)
    return password


def _told(user: User, data: ChangeUser) -> dict[str, str]:
    """What was changed of somebody's account, for the audit log: rights by their values, the rest by its names."""
    given = {name: value for name, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET}
    rights = {name: f"{getattr(user, name)} → {given.pop(name)}" for name in ("role", "approved") if name in given}
    return rights | ({"changed": ", ".join(sorted(given))} if given else {})


def _check_rights(actor: Actor, user: UserId, data: ChangeUser) -> None:
    """Nobody gives themselves rights; of others staff say only whether they are approved."""
    given = {name for name, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET}
    if actor.signed_in() != user:
        actor.require(APPROVE if given == {"approved"} else MANAGE)
    elif given & {"role", "approved"}:
        actor.require(MANAGE)


def _changed(user: User, data: ChangeUser) -> User:
    """The account with what `data` gives, but for the password; raises Invalid."""
    details = {"name": data.name, "phone": data.phone, "email": data.email}
    rights = {"role": data.role, "approved": data.approved}
    changed = user.changed({field: text for field, text in details.items() if text is not msgspec.UNSET})
    return msgspec.structs.replace(changed, **{name: new for name, new in rights.items() if new is not msgspec.UNSET})


async def spare_an_admin(tx: Tx) -> None:
    """Raise LastAdmin where one administrator fewer would leave none; whoever asks holds them."""
    if len(await tx[Users].of_role(Role.ADMIN, 2)) == 1:
        raise LastAdmin
