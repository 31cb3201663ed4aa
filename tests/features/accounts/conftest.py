"""Accounts built by hand, so that a test can replace how passwords are hashed and what happens at a sign-in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zoco.app import Shop
from zoco.features.accounts.providers import AccessTokens, MailLinks, OwnData, PasswordHasher, SignInStep
from zoco.features.accounts.service import AccountService, Gate, Lives
from zoco.kit.ratelimit import MemoryTries, RateLimiter
from zoco.storage.engine import Engine
from zoco.testing.clock import FrozenClock
from zoco.testing.hashing import CheapHasher

SECRET = b"a secret of thirty-two bytes ..."


@pytest.fixture
def hashers() -> list[PasswordHasher]:
    return [CheapHasher()]


@pytest.fixture
def steps() -> list[SignInStep]:
    return []


@pytest.fixture
def tokens(clock: FrozenClock) -> AccessTokens:
    return AccessTokens(SECRET, clock, timedelta(minutes=15))


@pytest.fixture
def links(clock: FrozenClock) -> MailLinks:
    return MailLinks(SECRET, clock)


@pytest.fixture
def own_data() -> list[OwnData]:
    return []


@pytest.fixture
def accounts(
    shop: Shop,
    store: Engine,
    clock: FrozenClock,
    hashers: list[PasswordHasher],
    steps: list[SignInStep],
    tokens: AccessTokens,
    links: MailLinks,
    own_data: list[OwnData],
) -> AccountService:
    """A browser's session lasts for an hour, a program's for a day."""
    lives = Lives(browser=timedelta(hours=1), api=timedelta(days=1))
    gate = Gate(hashers, steps, tokens, links, RateLimiter(clock, MemoryTries()), lives)
    return AccountService(
        store,
        clock,
        gate,
        language="es",
        secret=SECRET,
        texts=shop.languages,
        own_data=own_data,
        audit=shop.services["audit"],
    )
