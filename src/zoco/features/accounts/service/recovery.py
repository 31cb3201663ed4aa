"""Links in mails: for people who forgot their password, and who show that an e-mail address is theirs."""

from __future__ import annotations

import msgspec

from zoco.features.accounts.errors import LinkOver, UserMissing
from zoco.features.accounts.events import (
    EmailVerified,
    PasswordChanged,
    ResetAsked,
    SessionsEnded,
    VerificationAsked,
)
from zoco.features.accounts.models import User, tidy, tidy_password, unlike, wrong_email, wrong_password
from zoco.features.accounts.providers import Link, Purpose
from zoco.features.accounts.repository import Sessions, Users
from zoco.features.accounts.service.sign_ins import SignIns
from zoco.kit.errors import Invalid
from zoco.kit.ids import UserId
from zoco.kit.permissions import Actor
from zoco.kit.ratelimit import Rule
from zoco.kit.store import Tx, use_case
from zoco.kit.text import email_key

ASKS = Rule(5, 60 * 60)
"""How often somebody may make the shop write to one address, or to one person."""


class Recovery(SignIns):
    """What people do who have lost a password, or who have come by a mailed link."""

    async def forgot(self, email: str, language: str) -> None:
        """Have a link mailed by which a new password can be set; emits ResetAsked, whether anybody has the address.

        Raises Invalid for what is no address, or TooMany.
        """
        email = tidy({"email": email})["email"]
        if wrong := wrong_email(email):
            raise Invalid(wrong)
        await self._limiter.check(f"accounts.forgot {email_key(email)}", ASKS)
        await self._ask_reset(email, language)

    @use_case
    async def _ask_reset(self, email: str, language: str) -> None:
        async with self._store.write() as tx:
            tx.emit(ResetAsked(email=email, language=language))

    async def reset_token(self, tx: Tx, email: str) -> tuple[User, str] | None:
        """Who has this address, and their link's token, which lives until the password or the address is another."""
        user = await tx[Users].of_email(email)
        return (user, await self.password_token(tx, user, Purpose.RESET)) if user else None

    async def password_token(self, tx: Tx, user: User, purpose: Purpose) -> str:
        """What lets the person set a password, once, and while the address is theirs."""
        hashed = await tx[Users].password_of(user.id) or ""
        return self._links.issue(purpose, user.id, email_key(user.email), hashed)

    async def check_reset(self, token: str, purpose: Purpose = Purpose.RESET) -> User:
        """Whose password the link can set; raises LinkOver."""
        link = self._links.read(purpose, token)
        async with self._store.read() as tx:
            return await self._whose(tx, link)

    @use_case
    async def reset(self, token: str, password: str, again: str, purpose: Purpose = Purpose.RESET) -> None:
        """Set a new password by a mailed link, which verifies the address as well, and end every session.

        Emits SessionsEnded, and PasswordChanged but of one who was invited. Raises LinkOver or Invalid.
        """
        user = await self.check_reset(token, purpose)
        password = tidy_password(password)
        if wrong := wrong_password(password, user.email) + unlike(password, again):
            raise Invalid(*wrong)
        hashed = await self._hashers[-1].hash(password)
        async with self._store.write() as tx:
            await tx[Users].hold(user.id)
            user = await self._whose(tx, self._links.read(purpose, token))  # nobody was quicker
            await tx[Users].set_password(user.id, hashed)
            await self._verify(tx, user)
            await tx[Sessions].end_all(user.id)
            tx.emit(SessionsEnded(user=user.id))
            if purpose is Purpose.RESET:
                tx.emit(PasswordChanged(user=user.id))
        await self._limiter.forget(f"accounts.sign_in {email_key(user.email)}")

    async def of_id(self, tx: Tx, user: UserId) -> User | None:
        return await tx[Users].get(user)

    async def of_email(self, tx: Tx, email: str) -> User | None:
        return await tx[Users].of_email(email)

    async def ask_verification(self, actor: Actor) -> None:
        """Have the link mailed again, unless the address is verified; emits VerificationAsked. Raises TooMany."""
        user = actor.signed_in()
        await self._limiter.check(f"accounts.verify {user}", ASKS)
        await self._ask_verification(user)

    @use_case
    async def _ask_verification(self, user: UserId) -> None:
        async with self._store.write() as tx:
            found = await tx[Users].get(user)
            if found is None:
                raise UserMissing
            if not found.verified:
                tx.emit(VerificationAsked(user=user))

    def verify_token(self, user: UserId, email: str) -> str:
        """What shows that the person reads what is mailed to this address; dead once they have another."""
        return self._links.issue(Purpose.VERIFY, user, email_key(email))

    async def check_verify(self, token: str) -> User:
        """Whose address the link verifies; raises LinkOver."""
        link = self._links.read(Purpose.VERIFY, token)
        async with self._store.read() as tx:
            return await self._whose(tx, link)

    @use_case
    async def verify(self, token: str) -> User:
        """Believe that the address is theirs; emits EmailVerified the first time. Raises LinkOver."""
        link = self._links.read(Purpose.VERIFY, token)
        async with self._store.write() as tx:
            return await self._verify(tx, await self._whose(tx, link))

    async def _whose(self, tx: Tx, link: Link) -> User:
        user = await tx[Users].get(link.user)
        if user is None:
            raise LinkOver
        about = [email_key(user.email)]
        if link.purpose is not Purpose.VERIFY:
            about.append(await tx[Users].password_of(user.id) or "")
        link.check(*about)
        return user

    async def _verify(self, tx: Tx, user: User) -> User:
        if user.verified:
            return user
        tx.emit(EmailVerified(user=user.id))
        return await tx[Users].save(msgspec.structs.replace(user, verified=True))
