"""The links in mails, by themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest

from zoco.features.accounts.errors import LinkOver
from zoco.features.accounts.providers import AccessTokens, MailLinks, Purpose
from zoco.kit.ids import SessionId, UserId
from zoco.testing.clock import FrozenClock

ANA = UserId("ana")


def issued(links: MailLinks) -> str:
    return links.issue(Purpose.RESET, ANA, "ana@example.com", "hash")


def forged(links: MailLinks, algorithm: str = "HS256", **changes: Any) -> str:
    claims = jwt.decode(issued(links), options={"verify_signature": False}) | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, None if algorithm == "none" else links._key, algorithm)


def test_a_link_names_its_person_and_holds_while_all_is_as_it_was(links: MailLinks) -> None:
    link = links.read(Purpose.RESET, issued(links))
    assert link.user == ANA
    link.check("ana@example.com", "hash")
    for other in (("ana@example.com", "other"), ("eva@example.com", "hash"), ("ana@example.com",), ()):
        with pytest.raises(LinkOver):
            link.check(*other)


@pytest.mark.parametrize(
    ("purpose", "life"), [(Purpose.RESET, timedelta(hours=1)), (Purpose.VERIFY, timedelta(days=3))]
)
def test_a_link_is_good_until_its_time_is_over(
    links: MailLinks, clock: FrozenClock, purpose: Purpose, life: timedelta
) -> None:
    token = links.issue(purpose, ANA)
    clock.move(seconds=life.total_seconds() - 1)
    links.read(purpose, token)
    clock.move(seconds=1)
    with pytest.raises(LinkOver):
        links.read(purpose, token)


def test_a_link_is_good_for_one_purpose(links: MailLinks) -> None:
    with pytest.raises(LinkOver):
        links.read(Purpose.VERIFY, issued(links))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "other"},
        {"iss": None},
        {"aud": "zoco-api"},
        {"aud": None},
        {"typ": "verify"},
        {"typ": None},
        {"sub": None},
        {"about": None},
        {"about": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 1e400},
    ],
    ids=str,
)
def test_a_link_whose_claims_are_not_ours_is_refused(links: MailLinks, changes: dict[str, Any]) -> None:
    links.read(Purpose.RESET, forged(links))
    with pytest.raises(LinkOver):
        links.read(Purpose.RESET, forged(links, **changes))


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_link_signed_otherwise_is_refused(links: MailLinks, tokens: AccessTokens, clock: FrozenClock) -> None:
    other = MailLinks(b"some other secret of this length", clock)
    access = tokens.issue(ANA, SessionId("s1"))
    for token in (issued(other), forged(links, "HS512"), forged(links, "none"), access, "", "x", "a.b.c", "ñ.ñ.ñ"):
        with pytest.raises(LinkOver):
            links.read(Purpose.RESET, token)


def test_a_link_is_no_access_token_and_tells_nothing(links: MailLinks, tokens: AccessTokens) -> None:
    assert links._key != tokens._key
    claims = jwt.decode(issued(links), options={"verify_signature": False})
    assert "hash" not in str(claims)
    assert "example.com" not in str(claims)
