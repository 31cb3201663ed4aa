"""The mails that follow what happens to accounts. Links are made here, so that they stand in no fact."""

from __future__ import annotations

from zoco.features.accounts.events import (
    EmailChanged,
    PasswordChanged,
    ResetAsked,
    UserInvited,
    UserRegistered,
    VerificationAsked,
)
from zoco.features.accounts.providers import Purpose
from zoco.features.accounts.service import AccountService
from zoco.features.mail.service import MailService
from zoco.kit.events import on
from zoco.kit.store import Tx


@on(UserRegistered)
async def welcome(tx: Tx, event: UserRegistered, accounts: AccountService, mail: MailService) -> None:
    """To the person, and to the shop's own address."""
    await mail.queue(
        tx,
        "accounts/welcome",
        key=event.id,
        to=event.email,
        language=event.language,
        name=event.name,
        email=event.email,
        token=accounts.verify_token(event.user, event.email),
    )
    await mail.notify(tx, "accounts/registered", key=event.id, name=event.name, email=event.email)


@on(VerificationAsked)
async def verify_again(tx: Tx, event: VerificationAsked, accounts: AccountService, mail: MailService) -> None:
    user = await accounts.of_id(tx, event.user)
    if user and not user.verified:
        token = accounts.verify_token(user.id, user.email)
        written = {"name": user.name, "email": user.email, "token": token}
        await mail.queue(tx, "accounts/verify", key=event.id, to=user.email, language=user.language, **written)


@on(EmailChanged)
async def greet_new_address(tx: Tx, event: EmailChanged, accounts: AccountService, mail: MailService) -> None:
    """To the new address, and to the old one, whose owner may know nothing of it."""
    user = await accounts.of_id(tx, event.user)
    if user:
        token = accounts.verify_token(user.id, user.email)
        written = {"name": user.name, "email": user.email}
        await mail.queue(
            tx, "accounts/verify", key=event.id, to=user.email, language=user.language, token=token, **written
        )
        await mail.queue(tx, "accounts/email_changed", key=event.id, to=event.old, language=user.language, **written)


@on(ResetAsked)
async def send_reset_link(tx: Tx, event: ResetAsked, accounts: AccountService, mail: MailService) -> None:
    """Nothing where nobody has the address."""
    found = await accounts.reset_token(tx, event.email)
    if found:
        user, token = found
        written = {"name": user.name, "token": token}
        await mail.queue(tx, "accounts/reset", key=event.id, to=user.email, language=event.language, **written)


@on(PasswordChanged)
async def tell_of_new_password(tx: Tx, event: PasswordChanged, accounts: AccountService, mail: MailService) -> None:
    user = await accounts.of_id(tx, event.user)
    if user:
        await mail.queue(
            tx, "accounts/password_changed", key=event.id, to=user.email, language=user.language, name=user.name
        )


@on(UserInvited)
async def invite(tx: Tx, event: UserInvited, accounts: AccountService, mail: MailService) -> None:
    user = await accounts.of_id(tx, event.user)
    if user and not user.verified:
        token = await accounts.password_token(tx, user, Purpose.INVITE)
        written = {"name": user.name, "by": event.by, "token": token}
        await mail.queue(tx, "accounts/invited", key=event.id, to=user.email, language=user.language, **written)
