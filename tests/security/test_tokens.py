"""Case 14: tokens and sessions that are forged, stale, revoked or somebody else's idea."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from tests.answers import problem
from tests.browsing import browsing, enter
from tests.security.conftest import Person

from zoco.app import Shop
from zoco.testing.clock import FrozenClock
from zoco.testing.people import PASSWORD

KEY = b"k" * 32


def token_of(person: Person) -> str:
    return person.headers["Authorization"].removeprefix("Bearer ")


def claims_of(person: Person) -> dict[str, Any]:
    return dict(jwt.decode(token_of(person), options={"verify_signature": False}))


def key_of(shop: Shop) -> bytes:
    """The key that the shop signs with: forging must fail for other reasons than not knowing it."""
    key: bytes = shop.services["accounts"]._tokens._key
    return key


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


async def me(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})


async def test_our_own_way_of_forging_works_where_nothing_is_wrong(
    shop: Shop, client: httpx.AsyncClient, ana: Person
) -> None:
    assert (await me(client, jwt.encode(claims_of(ana), key_of(shop), "HS256"))).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another"}, {"aud": None}, {"iss": "another"}, {"iss": None}, {"typ": "refresh"}, {"typ": None},
        {"sid": "another"}, {"sid": None}, {"sid": 1}, {"sid": ["x"]}, {"exp": None}, {"exp": "soon"}, {"sub": None},
        {"exp": 1.5}, {"iat": None},
    ],
    ids=str,
)  # fmt: skip
async def test_claims(shop: Shop, client: httpx.AsyncClient, ana: Person, change: dict[str, Any]) -> None:
    claims = {name: value for name, value in (claims_of(ana) | change).items() if value is not None}
    payload = json.dumps(claims).encode()
    forged = jwt.PyJWS().encode(payload, key_of(shop), "HS256", headers={"typ": "JWT"})
    assert (await me(client, forged)).status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "None", "HS384", "HS512"])
async def test_algorithms(shop: Shop, client: httpx.AsyncClient, ana: Person, algorithm: str) -> None:
    if algorithm.lower() == "none":
        forged = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims_of(ana))}."
    else:
        forged = jwt.encode(claims_of(ana), key_of(shop) * 2, algorithm)
    problem(await me(client, forged), 401, "accounts.token_invalid")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é" * 10, "." * 3000, "null"])
async def test_no_tokens_at_all(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.get("/api/auth/me", headers={b"Authorization": f"Bearer {token}".encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_another_key(client: httpx.AsyncClient, ana: Person) -> None:
    problem(await me(client, jwt.encode(claims_of(ana), KEY, "HS256")), 401, "accounts.token_invalid")


async def test_a_token_ends(client: httpx.AsyncClient, ana: Person, clock: FrozenClock) -> None:
    life = claims_of(ana)["exp"] - claims_of(ana)["iat"]
    assert timedelta(seconds=life) <= timedelta(minutes=15)
    clock.move(seconds=life)
    problem(await me(client, token_of(ana)), 401, "accounts.token_expired")


async def test_a_token_is_nothing_after_the_sign_out(client: httpx.AsyncClient, ana: Person) -> None:
    assert (await client.post("/api/auth/logout", headers=ana.headers)).status_code == 204
    problem(await me(client, token_of(ana)), 401, "accounts.token_revoked")


async def test_a_refresh_token_is_no_access_token_and_works_once(client: httpx.AsyncClient, ana: Person) -> None:
    login = {"email": ana.actor.email, "password": PASSWORD}
    first = (await client.post("/api/auth/login", json=login)).json()
    assert (await me(client, first["refresh_token"])).status_code == 401
    second = (await client.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    assert (await me(client, second["access_token"])).status_code == 200
    again = await client.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})
    problem(again, 401, "accounts.token_reused")
    problem(await me(client, second["access_token"]), 401, "accounts.token_revoked")


async def test_a_planted_session_is_not_taken_over(client: httpx.AsyncClient, ana: Person) -> None:
    browsing(client).cookies.set("session", "planted", domain="testserver.local")
    answer = await enter(client, ana.actor)
    assert answer.cookies["session"] != "planted"


async def test_a_session_is_nothing_after_the_sign_out(browser: httpx.AsyncClient) -> None:
    kept = browser.cookies["session"]
    assert (await browser.get("/cuenta")).status_code == 200
    await browser.post("/logout")
    browser.cookies.clear()
    answer = await browser.get("/cuenta", headers={"Cookie": f"session={kept}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/cuenta")


async def test_a_new_password_ends_every_other_session(client: httpx.AsyncClient, ana: Person) -> None:
    other = await client.post("/api/auth/login", json={"email": ana.actor.email, "password": PASSWORD})
    change = {"password": "otra clave", "password_confirm": "otra clave", "current_password": PASSWORD}
    answer = await client.put(f"/api/users/{ana.ids['uid']}", json=change, headers=ana.headers)
    assert answer.status_code == 200
    assert (await me(client, token_of(ana))).status_code == 200
    problem(await me(client, other.json()["access_token"]), 401, "accounts.token_revoked")
