"""How people sign in and out, and how long they stay known."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

import pytest

from zoco.features.accounts.errors import TokenExpired, TokenInvalid, TokenReused, TokenRevoked, WrongCredentials
from zoco.features.accounts.models import User
from zoco.features.accounts.providers import AccessTokens, Notice
from zoco.features.accounts.repository import Sessions, Users
from zoco.features.accounts.schemas import ChangeUser
from zoco.features.accounts.service import AccountService
from zoco.kit.errors import TooMany, Unauthenticated, Unavailable
from zoco.kit.ids import CartId, SessionId, UserId
from zoco.kit.permissions import GUEST, SYSTEM, Actor
from zoco.storage.engine import Engine
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import Kept
from zoco.testing.hashing import CheapHasher

EMAIL, PASSWORD, OTHER = "ana@example.com", "una clave larga", "otra clave larga"


@pytest.fixture
async def ana(accounts: AccountService) -> User:
    return await accounts.create(SYSTEM, name="Ana", email=EMAIL, password=PASSWORD)


async def here(accounts: AccountService, token: str) -> Actor:
    actor = await accounts.by_session(token)
    assert actor is not None
    return actor


async def test_a_browser_is_known_by_its_token(accounts: AccountService, ana: User) -> None:
    signed_in = await accounts.sign_in(" ANA@example.com", f"{PASSWORD} ")
    actor = await here(accounts, signed_in.token)
    assert (actor.id, actor.name, actor.email, actor.role) == (ana.id, ana.name, ana.email, ana.role)
    assert signed_in.user == ana


async def test_each_sign_in_is_a_session_of_its_own(accounts: AccountService, ana: User) -> None:
    first, second = await accounts.sign_in(EMAIL, PASSWORD), await accounts.sign_in(EMAIL, PASSWORD)
    assert first.token != second.token
    assert (await here(accounts, first.token)).session != (await here(accounts, second.token)).session


async def test_tokens_are_kept_as_hashes_only(accounts: AccountService, ana: User, kept: Kept) -> None:
    browser, program = await accounts.sign_in(EMAIL, PASSWORD), await accounts.issue_tokens(EMAIL, PASSWORD)
    dump = kept()
    assert browser.user.id in dump
    for secret in (browser.token, program.refresh_token, program.access_token):
        assert len(secret) >= 43  # 256 bits
        assert secret not in dump


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("eva@example.com", PASSWORD), ("", "")])
async def test_wrong_credentials_are_refused_the_same_whoever_exists(
    accounts: AccountService, ana: User, hashers: list[Any], email: str, password: str
) -> None:
    asked = list[str]()

    class Counting(CheapHasher):
        async def verify(self, password: str, hashed: str) -> tuple[bool, str | None]:
            asked.append(hashed)
            return await super().verify(password, hashed)

    hashers.append(Counting())
    for use in (accounts.sign_in, accounts.issue_tokens):
        with pytest.raises(WrongCredentials) as refusal:
            await use(email, password)
        assert refusal.value.params == {}
    assert len(asked) == 2


async def test_an_account_may_be_tried_ten_times_in_a_quarter_of_an_hour(
    accounts: AccountService, ana: User, clock: FrozenClock
) -> None:
    for email in (EMAIL, "eva@example.com"):
        for _ in range(10):
            with pytest.raises(WrongCredentials):
                await accounts.sign_in(email, "wrong")
        with pytest.raises(TooMany):
            await accounts.sign_in(email.upper(), PASSWORD)
    clock.move(minutes=15)
    await accounts.sign_in(EMAIL, PASSWORD)


async def test_a_right_password_starts_the_count_afresh(accounts: AccountService, ana: User) -> None:
    for _ in range(3):
        for _ in range(9):
            with pytest.raises(WrongCredentials):
                await accounts.issue_tokens(EMAIL, "wrong")
        await accounts.issue_tokens(EMAIL, PASSWORD)


async def test_an_old_hash_is_replaced_at_the_sign_in(
    accounts: AccountService, ana: User, hashers: list[Any], store: Engine
) -> None:
    class Newer(CheapHasher):
        async def verify(self, password: str, hashed: str) -> tuple[bool, str | None]:
            right, _ = await super().verify(password, hashed)
            return right, f"newer${password}" if right else None

    hashers.append(Newer())
    await accounts.sign_in(EMAIL, PASSWORD)
    async with store.read() as tx:
        assert await tx[Users].password_of(ana.id) == f"newer${PASSWORD}"


@pytest.mark.parametrize("removed", [True, False])
async def test_a_password_changed_while_it_is_verified_opens_nothing(
    accounts: AccountService, ana: User, hashers: list[Any], *, removed: bool
) -> None:
    class Slow(CheapHasher):
        async def verify(self, password: str, hashed: str) -> tuple[bool, str | None]:
            hashers.pop()
            if removed:
                await accounts.remove(ana.actor, ana.id)
            else:
                await accounts.change(SYSTEM, ana.id, ChangeUser(password=OTHER))
            return await super().verify(password, hashed)

    hashers.append(Slow())
    with pytest.raises(WrongCredentials):
        await accounts.sign_in(EMAIL, PASSWORD)


class Joining:
    """A step that notes what it was given."""

    def __init__(self, *codes: str) -> None:
        self.codes = codes
        self.given: list[tuple[UserId, str, CartId | None]] = []

    async def signed_in(self, user: UserId, email: str, guest_cart: CartId | None) -> list[Notice]:
        self.given.append((user, email, guest_cart))
        return [Notice(code, "…", {"quantity": 1}) for code in self.codes]


async def test_features_take_part_in_a_sign_in_and_are_heard_in_turn(
    accounts: AccountService, ana: User, steps: list[Any]
) -> None:
    first, second = Joining("a", "b"), Joining("c")
    steps += [first, second]
    browser = await accounts.sign_in(EMAIL, PASSWORD, CartId("c1"))
    program = await accounts.issue_tokens(EMAIL, PASSWORD)
    assert [notice.code for notice in browser.notices] == [n.code for n in program.notices] == ["a", "b", "c"]
    assert first.given == second.given == [(ana.id, EMAIL, CartId("c1")), (ana.id, EMAIL, None)]


async def test_a_step_that_fails_leaves_the_session(accounts: AccountService, ana: User, steps: list[Any]) -> None:
    class Failing:
        async def signed_in(self, *_: object) -> list[Notice]:
            raise Unavailable

    steps.append(Failing())
    with pytest.raises(Unavailable):
        await accounts.sign_in(EMAIL, PASSWORD)
    steps.clear()
    await accounts.sign_in(EMAIL, PASSWORD)


async def test_a_browsers_session_ends_an_hour_after_its_last_use(
    accounts: AccountService, ana: User, clock: FrozenClock
) -> None:
    token = (await accounts.sign_in(EMAIL, PASSWORD)).token
    for _ in range(3):
        clock.move(minutes=59)
        assert await accounts.by_session(token)
    clock.move(minutes=60)
    assert await accounts.by_session(token) is None


async def test_a_session_in_use_is_written_every_few_minutes_only(
    accounts: AccountService, ana: User, clock: FrozenClock, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await accounts.sign_in(EMAIL, PASSWORD)).token
    written = 0
    write = store.write

    @asynccontextmanager
    async def counted() -> Any:
        nonlocal written
        written += 1
        async with write() as tx:
            yield tx

    monkeypatch.setattr(store, "write", counted)
    for _ in range(31):
        await accounts.by_session(token)
        clock.move(minutes=1)
    assert written == 5


async def test_a_shop_that_cannot_write_still_knows_who_is_there(
    accounts: AccountService, ana: User, clock: FrozenClock, store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (await accounts.sign_in(EMAIL, PASSWORD)).token
    clock.move(minutes=30)

    def full() -> Any:
        raise Unavailable

    monkeypatch.setattr(store, "write", full)
    assert await accounts.by_session(token)


async def test_sessions_that_are_over_are_forgotten_when_somebody_signs_in(
    accounts: AccountService, ana: User, clock: FrozenClock, store: Engine
) -> None:
    old = (await here(accounts, (await accounts.sign_in(EMAIL, PASSWORD)).token)).session
    clock.move(hours=2)
    await accounts.issue_tokens(EMAIL, PASSWORD)
    async with store.read() as tx:
        assert await tx[Sessions].get(SessionId(old or "")) is None


@pytest.mark.parametrize("token", ["", "x", "ñ", "x" * 10_000])
async def test_an_unknown_token_is_nobodys(accounts: AccountService, ana: User, token: str) -> None:
    assert await accounts.by_session(token) is None


async def test_a_program_is_known_by_its_access_token(accounts: AccountService, ana: User) -> None:
    tokens = await accounts.issue_tokens(EMAIL, PASSWORD)
    assert tokens.expires_in == 900
    assert (await accounts.by_bearer(tokens.access_token)).id == ana.id
    assert await accounts.by_session(tokens.refresh_token) is None
    with pytest.raises(TokenInvalid):
        await accounts.by_bearer(tokens.refresh_token)


async def test_an_access_token_expires(accounts: AccountService, ana: User, clock: FrozenClock) -> None:
    tokens = await accounts.issue_tokens(EMAIL, PASSWORD)
    clock.move(minutes=15)
    with pytest.raises(TokenExpired):
        await accounts.by_bearer(tokens.access_token)


async def test_an_access_token_is_no_longer_valid_than_its_session(
    accounts: AccountService, ana: User, clock: FrozenClock, tokens: AccessTokens
) -> None:
    session = (await accounts.by_bearer((await accounts.issue_tokens(EMAIL, PASSWORD)).access_token)).session
    clock.move(hours=24)
    with pytest.raises(TokenRevoked):
        await accounts.by_bearer(tokens.issue(ana.id, SessionId(session or "")))


async def test_a_refresh_token_gives_new_ones_and_prolongs_the_session(
    accounts: AccountService, ana: User, clock: FrozenClock
) -> None:
    tokens = await accounts.issue_tokens(EMAIL, PASSWORD)
    for _ in range(3):
        clock.move(hours=23)
        newer = await accounts.refresh(tokens.refresh_token)
        assert newer.refresh_token != tokens.refresh_token
        assert newer.notices == []
        assert (await accounts.by_bearer(newer.access_token)).id == ana.id
        tokens = newer
    clock.move(hours=24)
    with pytest.raises(TokenExpired):
        await accounts.refresh(tokens.refresh_token)


async def test_a_refresh_token_that_comes_twice_ends_the_session_for_both(accounts: AccountService, ana: User) -> None:
    stolen = await accounts.issue_tokens(EMAIL, PASSWORD)
    other = await accounts.issue_tokens(EMAIL, PASSWORD)
    newer = await accounts.refresh(stolen.refresh_token)
    with pytest.raises(TokenReused):
        await accounts.refresh(stolen.refresh_token)
    with pytest.raises(TokenRevoked):
        await accounts.by_bearer(newer.access_token)
    with pytest.raises(TokenInvalid):
        await accounts.refresh(newer.refresh_token)
    assert (await accounts.by_bearer(other.access_token)).id == ana.id


async def test_an_unknown_refresh_token_is_refused(accounts: AccountService, ana: User) -> None:
    tokens = await accounts.issue_tokens(EMAIL, PASSWORD)
    for token in ("", "x", tokens.access_token):
        with pytest.raises(TokenInvalid):
            await accounts.refresh(token)


async def test_signing_out_ends_this_session_at_once_and_no_other(accounts: AccountService, ana: User) -> None:
    browser, program = await accounts.sign_in(EMAIL, PASSWORD), await accounts.issue_tokens(EMAIL, PASSWORD)
    await accounts.sign_out(await here(accounts, browser.token))
    assert await accounts.by_session(browser.token) is None
    await accounts.sign_out(await accounts.by_bearer(program.access_token))
    with pytest.raises(TokenRevoked):
        await accounts.by_bearer(program.access_token)
    with pytest.raises(TokenInvalid):
        await accounts.refresh(program.refresh_token)


async def test_signing_out_everywhere_ends_all_sessions(accounts: AccountService, ana: User) -> None:
    browser, program = await accounts.sign_in(EMAIL, PASSWORD), await accounts.issue_tokens(EMAIL, PASSWORD)
    await accounts.sign_out_everywhere(ana.actor)
    assert await accounts.by_session(browser.token) is None
    with pytest.raises(TokenRevoked):
        await accounts.by_bearer(program.access_token)


async def test_who_is_not_signed_in_cannot_sign_out(accounts: AccountService, ana: User) -> None:
    with pytest.raises(Unauthenticated):
        await accounts.sign_out(GUEST)
    with pytest.raises(Unauthenticated):
        await accounts.sign_out_everywhere(GUEST)
    await accounts.sign_out(ana.actor)  # without a session there is nothing to end
