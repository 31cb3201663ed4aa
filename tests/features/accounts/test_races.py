"""What people do to accounts at the same time, in one process or in several."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from zoco.app import Shop, build_shop, installed
from zoco.features.accounts.errors import LastAdmin, LinkOver, SetupOver
from zoco.features.accounts.models import User, UserQuery
from zoco.features.accounts.schemas import ChangeUser, Register
from zoco.features.accounts.service import AccountService, SignedIn
from zoco.kit.errors import Invalid, Unavailable
from zoco.kit.permissions import SYSTEM, Actor, Role
from zoco.settings import Settings
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import on_database
from zoco.testing.hashing import CHEAP_HASHING
from zoco.testing.people import PASSWORD, account

EXPECTED = (LastAdmin, SetupOver, Unavailable)


@pytest.fixture
async def processes(shop: Shop, settings: Settings, clock: FrozenClock, database: str) -> AsyncIterator[list[Shop]]:
    """The shop as three processes have it open."""
    async with AsyncExitStack() as stack:
        shops = [shop]
        for _ in range(2):
            other = build_shop(on_database(settings, database), clock, [CHEAP_HASHING, *installed()])
            await other.store.start()
            stack.push_async_callback(other.store.close)
            shops.append(other)
        yield shops


async def admins(shop: Shop) -> list[User]:
    accounts: AccountService = shop.services["accounts"]
    return (await accounts.find(SYSTEM, UserQuery(role=Role.ADMIN))).items


async def test_many_who_use_the_setup_link_at_once_make_one_administrator(processes: list[Shop]) -> None:
    token = await processes[0].services["accounts"].setup_token() or ""

    def claim(number: int) -> Register:
        email = f"ana{number}@example.com"
        return Register(name="Ana", email=email, phone="600 000 000", password=PASSWORD, password_confirm=PASSWORD)

    claims = [
        one.services["accounts"].claim_setup(token, claim(number), "es") for number, one in enumerate(processes * 3)
    ]
    answers = await asyncio.gather(*claims, return_exceptions=True)
    made = await admins(processes[0])
    assert [user.id for user in made] == [answer.id for answer in answers if isinstance(answer, User)]
    assert len(made) == 1
    assert all(isinstance(answer, EXPECTED) for answer in answers if not isinstance(answer, User))


@pytest.mark.parametrize("way", ["role", "change", "remove"])
async def test_of_administrators_who_all_lose_that_at_once_one_is_left(processes: list[Shop], way: str) -> None:
    people = [await account(processes[0], Role.ADMIN) for _ in processes]

    async def demote(shop: Shop, number: int) -> None:
        accounts: AccountService = shop.services["accounts"]
        admin, other = people[number], people[number - 1].signed_in()
        if way == "role":
            await accounts.give_role(admin, other, Role.STAFF)
        elif way == "change":
            await accounts.change(admin, other, ChangeUser(role=Role.CUSTOMER))
        else:
            await accounts.remove(admin, other)

    answers = await asyncio.gather(*map(demote, processes, range(3)), return_exceptions=True)
    assert len(await admins(processes[0])) >= 1
    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert refused
    assert all(isinstance(answer, EXPECTED) for answer in refused)


async def mailed(shop: Shop, user: Actor) -> str:
    """The token of the link by which they set a new password; their address is verified already."""
    accounts: AccountService = shop.services["accounts"]
    for last in (False, True):
        async with shop.store.read() as tx:
            _, token = await accounts.reset_token(tx, user.email) or pytest.fail("nobody has the address")
        if not last:
            await accounts.reset(token, PASSWORD, PASSWORD)
    return token


@pytest.mark.parametrize("_turn", range(4))
async def test_a_mailed_link_sets_a_password_once(shop: Shop, _turn: int) -> None:
    accounts: AccountService = shop.services["accounts"]
    token = await mailed(shop, await account(shop))
    tries = (accounts.reset(token, word, word) for word in ("clave nueva 1", "clave nueva 2", "clave nueva 3"))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(answer) for answer in answers if answer] == [LinkOver] * 2


@pytest.mark.parametrize("_turn", range(4))
async def test_what_is_changed_by_an_old_password_does_not_outlive_it(shop: Shop, _turn: int) -> None:
    accounts: AccountService = shop.services["accounts"]
    user = await account(shop)
    token, wanted = await mailed(shop, user), "la de otra persona"
    change = ChangeUser(password=wanted, password_confirm=wanted, current_password=PASSWORD)
    answers = await asyncio.gather(
        accounts.change(user, user.signed_in(), change),
        accounts.reset(token, "una clave nueva", "una clave nueva"),
        return_exceptions=True,
    )
    assert len([answer for answer in answers if isinstance(answer, Invalid | LinkOver)]) == 1


@pytest.mark.parametrize("_turn", range(4))
async def test_a_session_does_not_outlive_the_password_that_it_was_opened_by(shop: Shop, _turn: int) -> None:
    accounts: AccountService = shop.services["accounts"]
    user = await account(shop)
    token = await mailed(shop, user)
    *opened, _ = await asyncio.gather(
        *(accounts.sign_in(user.email, PASSWORD) for _ in range(3)),
        accounts.reset(token, "una clave nueva", "una clave nueva"),
        return_exceptions=True,
    )
    assert not [one for one in opened if isinstance(one, SignedIn) and await accounts.by_session(one.token)]
