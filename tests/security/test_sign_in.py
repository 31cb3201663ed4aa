"""Case 18: passwords can't be tried for long, and nobody learns from the answers who has an account."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.answers import problem
from tests.browsing import browsing, text
from tests.security.conftest import Person

from zoco.app import Shop
from zoco.features.accounts.service import ASKS, TRIES
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import Kept
from zoco.testing.hashing import CheapHasher
from zoco.testing.people import PASSWORD
from zoco.web.ratelimit import RULES

WRONG = "wrong wrong"
NOBODY = "nadie@example.com"


async def tried(client: httpx.AsyncClient, email: str, password: str = WRONG) -> httpx.Response:
    return await client.post("/api/auth/login", json={"email": email, "password": password})


@pytest.mark.parametrize("known", [True, False])
async def test_an_account_is_closed_to_guessing(
    client: httpx.AsyncClient, ana: Person, clock: FrozenClock, *, known: bool
) -> None:
    email = ana.actor.email if known else NOBODY
    answers = [await tried(client, email.upper() if turn % 2 else f" {email}") for turn in range(TRIES.tries)]
    assert {answer.status_code for answer in answers} == {401}
    refused = await tried(client, email, PASSWORD)
    problem(refused, 429, "too_many")
    assert 0 < int(refused.headers["retry-after"]) <= TRIES.seconds
    clock.move(seconds=int(refused.headers["retry-after"]))
    assert (await tried(client, email, PASSWORD)).status_code == (200 if known else 401)


@pytest.mark.parametrize(("path", "form"), [("/api/auth/login", False), ("/login", True)])
async def test_an_address_is_stopped_whatever_accounts_it_tries(
    client: httpx.AsyncClient, path: str, *, form: bool
) -> None:
    rule = RULES["POST", path]
    browsing(client)
    for turn in range(rule.tries + 1):
        what = {"email": f"nadie{turn}@example.com", "password": WRONG}
        answer = await client.post(path, data=what) if form else await client.post(path, json=what)
        assert answer.status_code == (401 if turn < rule.tries else 429)
    assert int(answer.headers["retry-after"]) > 0


async def test_the_api_says_the_same_of_everybody(client: httpx.AsyncClient, ana: Person) -> None:
    known, unknown = await tried(client, ana.actor.email), await tried(client, NOBODY)
    assert known.status_code == unknown.status_code == 401
    assert known.content == unknown.content


async def test_the_page_says_the_same_of_everybody(client: httpx.AsyncClient, ana: Person) -> None:
    browsing(client)
    known, unknown = [
        await client.post("/login", data={"email": email, "password": WRONG}) for email in (ana.actor.email, NOBODY)
    ]
    assert known.status_code == unknown.status_code == 401
    assert text(known) == text(unknown)


async def test_a_password_is_hashed_for_everybody(
    shop: Shop, client: httpx.AsyncClient, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes time is done for strangers, too; the first sign-in ever makes the hash that they are compared with."""
    hashed: list[str] = []
    right = CheapHasher.verify

    async def verify(self: CheapHasher, password: str, known: str) -> tuple[bool, str | None]:
        hashed.append(password)
        return await right(self, password, known)

    monkeypatch.setattr(CheapHasher, "verify", verify)
    await tried(client, ana.actor.email)
    await tried(client, NOBODY)
    assert len(hashed) == 2


async def test_asking_for_a_new_password_tells_nothing(
    shop: Shop, client: httpx.AsyncClient, ana: Person, kept: Kept
) -> None:
    """Not by words, not by what is stored meanwhile: whether anybody is written to is looked up later."""
    browsing(client)
    said = list[tuple[Any, ...]]()
    for email in (ana.actor.email, NOBODY):
        before = set(kept().splitlines())
        program = await client.post("/api/auth/forgot", json={"email": email})
        page = await client.post("/clave", data={"email": email})
        told = [(answer.status_code, answer.content, answer.headers.get("location")) for answer in (program, page)]
        cookie = page.headers["set-cookie"]
        said.append((*told, cookie, len(set(kept().splitlines()) - before)))
    assert said[0] == said[1]


@pytest.mark.parametrize("known", [True, False])
async def test_nobody_can_be_flooded_with_mail(client: httpx.AsyncClient, ana: Person, *, known: bool) -> None:
    email = ana.actor.email if known else NOBODY
    for _ in range(ASKS.tries):
        assert (await client.post("/api/auth/forgot", json={"email": email})).status_code == 204
    refused = await client.post("/api/auth/forgot", json={"email": email.upper()})
    problem(refused, 429, "too_many")
