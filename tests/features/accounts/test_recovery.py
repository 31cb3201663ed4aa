"""What mailed links do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zoco.features.accounts.errors import LinkOver, UserMissing, WrongCredentials
from zoco.features.accounts.events import (
    AccountEvent,
    EmailVerified,
    PasswordChanged,
    ResetAsked,
    SessionsEnded,
    VerificationAsked,
)
from zoco.features.accounts.models import User
from zoco.features.accounts.schemas import ChangeUser
from zoco.features.accounts.service import ASKS, AccountService
from zoco.kit.errors import Invalid, TooMany, Unauthenticated
from zoco.kit.permissions import GUEST, SYSTEM
from zoco.storage.engine import Engine
from zoco.testing.clock import FrozenClock
from zoco.testing.hashing import CheapHasher
from zoco.testing.people import person

EMAIL, PASSWORD, OTHER, THIRD = "ana@example.com", "una clave larga", "otra clave larga", "tercera clave larga"


@pytest.fixture
async def ana(accounts: AccountService) -> User:
    return await accounts.create(SYSTEM, name="Ana", email=EMAIL, password=PASSWORD)


@pytest.fixture
def facts(store: Engine, ana: User) -> list[AccountEvent]:
    """What was committed about accounts since Ana has hers."""
    seen: list[AccountEvent] = []
    store.on_commit(lambda events: seen.extend(event for event in events if isinstance(event, AccountEvent)))
    return seen


async def reset_token(accounts: AccountService, store: Engine, email: str = EMAIL) -> str:
    async with store.read() as tx:
        found = await accounts.reset_token(tx, email)
    assert found is not None
    return found[1]


async def now(accounts: AccountService, user: User) -> User:
    return await accounts.get(SYSTEM, user.id)


@pytest.mark.parametrize("email", [" Ana@example.com ", "nobody@example.com"])
async def test_asking_for_a_link_leaves_the_same_fact_whoever_has_the_address(
    accounts: AccountService, facts: list[AccountEvent], email: str
) -> None:
    await accounts.forgot(email, "en")
    assert facts == [ResetAsked(id=facts[0].id, email=email.strip(), language="en")]


async def test_what_is_no_address_is_said(accounts: AccountService, facts: list[AccountEvent]) -> None:
    with pytest.raises(Invalid) as refusal:
        await accounts.forgot("ana", "es")
    assert [error.field for error in refusal.value.errors] == ["email"]
    assert not facts


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
async def test_an_address_is_written_to_a_few_times_an_hour(
    accounts: AccountService, ana: User, clock: FrozenClock, email: str
) -> None:
    for _ in range(ASKS.tries):
        await accounts.forgot(email, "es")
    with pytest.raises(TooMany):
        await accounts.forgot(email.upper(), "es")
    clock.move(seconds=ASKS.seconds)
    await accounts.forgot(email, "es")


async def test_nobody_gets_a_link_for_nobodys_account(accounts: AccountService, store: Engine) -> None:
    async with store.read() as tx:
        assert await accounts.reset_token(tx, "nobody@example.com") is None


async def test_a_link_sets_the_password_and_ends_every_session(
    accounts: AccountService, ana: User, store: Engine, facts: list[AccountEvent]
) -> None:
    session, program = await accounts.sign_in(EMAIL, PASSWORD), await accounts.issue_tokens(EMAIL, PASSWORD)
    token = await reset_token(accounts, store)
    assert await accounts.check_reset(token) == ana
    await accounts.reset(token, f" {OTHER} ", OTHER)
    assert await accounts.by_session(session.token) is None
    with pytest.raises(Unauthenticated):
        await accounts.by_bearer(program.access_token)
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(EMAIL, PASSWORD)
    await accounts.sign_in(EMAIL, OTHER)
    assert [type(fact) for fact in facts] == [EmailVerified, SessionsEnded, PasswordChanged]
    assert facts[1] == SessionsEnded(id=facts[1].id, user=ana.id)
    assert (await now(accounts, ana)).verified


async def test_a_link_works_once(accounts: AccountService, ana: User, store: Engine) -> None:
    token, second = await reset_token(accounts, store), await reset_token(accounts, store)
    await accounts.reset(token, OTHER, OTHER)
    for used in (token, second):
        with pytest.raises(LinkOver):
            await accounts.check_reset(used)
        with pytest.raises(LinkOver):
            await accounts.reset(used, THIRD, THIRD)
    await accounts.sign_in(EMAIL, OTHER)


@pytest.mark.parametrize("change", ["password", "email", "removed", "late"])
async def test_a_link_is_dead_once_the_account_is_another(
    accounts: AccountService, ana: User, store: Engine, clock: FrozenClock, change: str
) -> None:
    token = await reset_token(accounts, store)
    if change == "password":
        await accounts.change(SYSTEM, ana.id, ChangeUser(password=THIRD))
    elif change == "email":
        await accounts.change(ana.actor, ana.id, ChangeUser(email="paz@example.com", current_password=PASSWORD))
    elif change == "removed":
        await accounts.remove(ana.actor, ana.id)
    else:
        clock.move(hours=1)
    with pytest.raises(LinkOver):
        await accounts.reset(token, OTHER, OTHER)


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [("corta", "corta", "password"), (EMAIL, EMAIL, "password"), (OTHER, THIRD, "password_confirm")],
)
async def test_a_new_password_has_to_be_one_and_the_link_stays_good(
    accounts: AccountService, ana: User, store: Engine, password: str, again: str, field: str
) -> None:
    token = await reset_token(accounts, store)
    with pytest.raises(Invalid) as refusal:
        await accounts.reset(token, password, again)
    assert [error.field for error in refusal.value.errors] == [field]
    await accounts.reset(token, OTHER, OTHER)


async def test_of_two_who_use_a_link_at_once_one_comes_through(
    accounts: AccountService, ana: User, store: Engine, hashers: list[Any]
) -> None:
    token = await reset_token(accounts, store)

    class Slow(CheapHasher):
        async def hash(self, password: str) -> str:
            hashers.pop()
            await accounts.reset(token, OTHER, OTHER)
            return await super().hash(password)

    hashers.append(Slow())
    with pytest.raises(LinkOver):
        await accounts.reset(token, THIRD, THIRD)
    await accounts.sign_in(EMAIL, OTHER)


async def test_who_was_locked_out_gets_in_with_the_new_password(
    accounts: AccountService, ana: User, store: Engine
) -> None:
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            await accounts.sign_in(EMAIL, "wrong")
    await accounts.reset(await reset_token(accounts, store), OTHER, OTHER)
    await accounts.sign_in(EMAIL, OTHER)


async def test_a_link_verifies_the_address_once(accounts: AccountService, ana: User, facts: list[AccountEvent]) -> None:
    token = accounts.verify_token(ana.id, EMAIL)
    assert await accounts.check_verify(token) == ana
    verified = await accounts.verify(token)
    assert verified == await now(accounts, ana) == await accounts.verify(token)
    assert (verified.verified, verified.version) == (True, ana.version + 1)
    assert facts == [EmailVerified(id=facts[0].id, user=ana.id)]


@pytest.mark.parametrize("change", ["email", "removed", "late"])
async def test_a_link_verifies_the_address_that_it_went_to(
    accounts: AccountService, ana: User, clock: FrozenClock, change: str
) -> None:
    token = accounts.verify_token(ana.id, EMAIL)
    if change == "email":
        await accounts.change(ana.actor, ana.id, ChangeUser(email="paz@example.com", current_password=PASSWORD))
    elif change == "removed":
        await accounts.remove(ana.actor, ana.id)
    else:
        clock.move(days=3)
    for use in (accounts.check_verify, accounts.verify):
        with pytest.raises(LinkOver):
            await use(token)


@pytest.mark.parametrize(
    "change",
    [
        ChangeUser(email="paz@example.com", current_password=PASSWORD),
        ChangeUser(password=THIRD, current_password=PASSWORD),
    ],
)
async def test_who_knew_the_password_that_a_link_replaces_meanwhile_changes_nothing(
    accounts: AccountService, ana: User, store: Engine, monkeypatch: pytest.MonkeyPatch, change: ChangeUser
) -> None:
    token, hasher = await reset_token(accounts, store), accounts._hashers[-1]
    verify = hasher.verify

    async def verify_slowly(password: str, hashed: str) -> tuple[bool, str | None]:
        found = await verify(password, hashed)
        monkeypatch.undo()
        await accounts.reset(token, OTHER, OTHER)
        return found

    monkeypatch.setattr(hasher, "verify", verify_slowly)
    with pytest.raises(Invalid) as refusal:
        await accounts.change(ana.actor, ana.id, change)
    assert [error.field for error in refusal.value.errors] == ["current_password"]
    assert (await accounts.sign_in(EMAIL, OTHER)).user.email == EMAIL


async def test_a_link_for_one_thing_does_not_do_the_other(accounts: AccountService, ana: User, store: Engine) -> None:
    with pytest.raises(LinkOver):
        await accounts.verify(await reset_token(accounts, store))
    with pytest.raises(LinkOver):
        await accounts.reset(accounts.verify_token(ana.id, EMAIL), OTHER, OTHER)


async def test_another_address_is_not_verified_but_the_same_one_written_otherwise_is(
    accounts: AccountService, ana: User
) -> None:
    await accounts.verify(accounts.verify_token(ana.id, EMAIL))
    for email, verified in (("Ana@example.com", True), ("paz@example.com", False), (EMAIL, False)):
        changed = await accounts.change(ana.actor, ana.id, ChangeUser(email=email, current_password=PASSWORD))
        assert changed.verified is verified


async def test_the_link_is_mailed_again_until_it_was_used(
    accounts: AccountService, ana: User, facts: list[AccountEvent]
) -> None:
    await accounts.ask_verification(ana.actor)
    assert facts == [VerificationAsked(id=facts[0].id, user=ana.id)]
    await accounts.verify(accounts.verify_token(ana.id, EMAIL))
    await accounts.ask_verification(ana.actor)
    assert len(facts) == 2
    with pytest.raises(Unauthenticated):
        await accounts.ask_verification(GUEST)
    with pytest.raises(UserMissing):
        await accounts.ask_verification(person())


async def test_nobody_has_the_shop_write_to_addresses_all_day(accounts: AccountService, ana: User) -> None:
    for number in range(ASKS.tries):
        if number % 2:
            await accounts.ask_verification(ana.actor)
        else:
            await accounts.change(
                ana.actor, ana.id, ChangeUser(email=f"ana{number}@example.com", current_password=PASSWORD)
            )
    with pytest.raises(TooMany):
        await accounts.ask_verification(ana.actor)
    with pytest.raises(TooMany):
        await accounts.change(ana.actor, ana.id, ChangeUser(email="victim@example.com", current_password=PASSWORD))
    await accounts.change(ana.actor, ana.id, ChangeUser(name="Ana Paz"))
    await accounts.change(SYSTEM, ana.id, ChangeUser(email="ana9@example.com"))


@pytest.mark.parametrize("way", ["forgot", "ask_verification", "change"])
async def test_who_asks_at_the_same_moment_as_others_has_asked_once(
    accounts: AccountService, ana: User, facts: list[AccountEvent], overtaken: Callable[[], None], way: str
) -> None:
    async def ask(number: int) -> None:
        if way == "forgot":
            await accounts.forgot(EMAIL, "es")
        elif way == "ask_verification":
            await accounts.ask_verification(ana.actor)
        else:
            change = ChangeUser(email=f"ana{number}@example.com", current_password=PASSWORD)
            await accounts.change(ana.actor, ana.id, change)

    overtaken()
    for number in range(ASKS.tries):
        await ask(number)
    assert facts
    with pytest.raises(TooMany):
        await ask(ASKS.tries)
