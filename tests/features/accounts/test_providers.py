"""How passwords are hashed, and what access tokens prove."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta
from threading import Event
from typing import Any

import jwt
import pytest

from zoco.features.accounts.errors import TokenExpired, TokenInvalid
from zoco.features.accounts.providers import AccessTokens, PwdlibHasher
from zoco.kit.errors import Unavailable
from zoco.kit.ids import SessionId, UserId
from zoco.testing.clock import FrozenClock

PASSWORD = "contraseña de Ana"


def hasher(scheme: str = "bcrypt", most_waiting: int = 40) -> PwdlibHasher:
    return PwdlibHasher(scheme, bcrypt_rounds=4, most_waiting=most_waiting)


@pytest.mark.parametrize(("scheme", "start"), [("bcrypt", "$2b$04$"), ("argon2id", "$argon2id$")])
async def test_a_hash_verifies_its_password_and_no_other(scheme: str, start: str) -> None:
    passwords = hasher(scheme)
    hashed = await passwords.hash(PASSWORD)
    assert hashed.startswith(start)
    assert await passwords.verify(PASSWORD, hashed) == (True, None)
    assert await passwords.verify("another", hashed) == (False, None)


@pytest.mark.parametrize(
    ("before", "now", "start"), [("bcrypt", "argon2id", "$argon2id$"), ("argon2id", "bcrypt", "$2b$")]
)
async def test_a_hash_of_the_other_scheme_is_verified_and_replaced(before: str, now: str, start: str) -> None:
    hashed = await hasher(before).hash(PASSWORD)
    right, newer = await hasher(now).verify(PASSWORD, hashed)
    assert right
    assert newer is not None
    assert newer.startswith(start)
    assert await hasher(now).verify("another", hashed) == (False, None)


async def test_a_password_longer_than_can_be_hashed_is_wrong_and_no_fault() -> None:
    passwords = hasher()
    assert await passwords.verify("x" * 73, await passwords.hash("x" * 72)) == (False, None)


async def test_who_comes_when_too_many_wait_is_sent_away() -> None:
    passwords, go = hasher(most_waiting=1), Event()
    waiting = [asyncio.create_task(passwords._in_turn(go.wait)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refusal:
        await passwords.hash(PASSWORD)
    assert refusal.value.retry_after > 0
    go.set()
    assert all(await asyncio.gather(*waiting))
    assert await passwords.hash(PASSWORD)


def issued(tokens: AccessTokens) -> str:
    return tokens.issue(UserId("ana"), SessionId("s1"))


def forged(tokens: AccessTokens, algorithm: str = "HS256", **changes: Any) -> str:
    claims = jwt.decode(issued(tokens), options={"verify_signature": False}) | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, None if algorithm == "none" else tokens._key, algorithm)


def test_a_token_names_its_session(tokens: AccessTokens) -> None:
    assert tokens.session_of(issued(tokens)) == "s1"
    assert tokens.session_of(forged(tokens)) == "s1"


def test_a_token_is_good_until_its_time_is_over(tokens: AccessTokens, clock: FrozenClock) -> None:
    token = issued(tokens)
    clock.move(minutes=14, seconds=59)
    tokens.session_of(token)
    clock.move(seconds=1)
    with pytest.raises(TokenExpired):
        tokens.session_of(token)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "other"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"typ": "refresh"},
        {"typ": None},
        {"sid": None},
        {"sid": 1},
        {"sub": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 1e400},
        {"iat": None},
    ],
    ids=str,
)
def test_a_token_whose_claims_are_not_ours_is_refused(tokens: AccessTokens, changes: dict[str, Any]) -> None:
    with pytest.raises(TokenInvalid):
        tokens.session_of(forged(tokens, **changes))


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_signed_otherwise_is_refused(tokens: AccessTokens, clock: FrozenClock) -> None:
    other = AccessTokens(b"some other secret of this length", clock, timedelta(minutes=15))
    for token in (issued(other), forged(tokens, algorithm="HS512"), forged(tokens, algorithm="none")):
        with pytest.raises(TokenInvalid):
            tokens.session_of(token)


def test_a_token_with_its_signature_cut_off_or_its_payload_changed_is_refused(tokens: AccessTokens) -> None:
    head, body, signature = issued(tokens).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(claims | {"sid": "s2"}).encode()).rstrip(b"=").decode()
    for token in (f"{head}.{body}.", f"{head}.{body}", f"{head}.{changed}.{signature}"):
        with pytest.raises(TokenInvalid):
            tokens.session_of(token)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ñ.ñ.ñ", "." * 100, "e30.e30.e30"])
def test_what_is_no_token_at_all_is_refused(tokens: AccessTokens, token: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.session_of(token)
