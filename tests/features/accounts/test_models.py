"""The rules for what people tell about themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zoco.features.accounts.errors import TokenExpired
from zoco.features.accounts.models import (
    RefreshToken,
    User,
    Visit,
    tidy,
    tidy_password,
    unlike,
    wrong_details,
    wrong_password,
)
from zoco.kit.errors import Invalid
from zoco.kit.ids import SessionId, UserId
from zoco.kit.permissions import GUEST, Actor, Role

NOW = datetime(2030, 1, 2, tzinfo=UTC)
ANA = User(
    id=UserId("ana"),
    name="Ana",
    email="ana@example.com",
    phone="+34 600",
    role=Role.CUSTOMER,
    language="es",
    created_at=NOW,
)


def codes(**given: str) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in wrong_details(given)]


def test_texts_are_tidied_to_one_line_with_single_spaces() -> None:
    assert tidy({"name": "  Ana \n  María\u00a0Pérez "}) == {"name": "Ana María Pérez"}


@pytest.mark.parametrize("name", ["A", "José Ñandú O’Neill-Núñez", "李小龍", "می\u200cخواهم", "x" * 100])
def test_names_of_all_peoples_are_taken(name: str) -> None:
    assert not codes(name=name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "required"),
        ("x" * 101, "too_long"),
        ("Ana\0", "characters"),
        ("Ana\x1b[31m", "characters"),
        ("evil\u202etxt", "characters"),
    ],
)
def test_a_name_is_one_line_that_shows_as_it_is(name: str, code: str) -> None:
    assert codes(name=name) == [("name", code)]


@pytest.mark.parametrize("email", ["ana@example.com", "ana.maria+zoco@correo.example.com.mx", "o'neill@a-b.example"])
def test_ordinary_email_addresses_are_taken(email: str) -> None:
    assert not codes(email=email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ana",
        "ana@",
        "@example.com",
        "ana@localhost",
        "ana@example..com",
        ".ana@example.com",
        "ana.@example.com",
        "a..b@example.com",
        "ana@-example.com",
        "ana maria@example.com",
        "ana@example.com\nBcc: todos@example.com",
        "ana@example.com\r\n",
        "ana@example.com, eva@example.com",
        "Ana <ana@example.com>",
        '"ana"@example.com',
        "ana\0@example.com",
        "añá@example.com",
        f"{'x' * 65}@example.com",
        f"ana@{'x' * 60}.{'x' * 60}.{'x' * 60}.{'x' * 60}.example",
    ],
)
def test_what_could_not_be_written_to_or_would_inject_a_header_is_no_email_address(email: str) -> None:
    assert codes(email=email) == [("email", "email")]


@pytest.mark.parametrize("phone", ["600000", "+34 600 000 000", "(55) 1234-5678", "1" * 20])
def test_phone_numbers_as_people_write_them_are_taken(phone: str) -> None:
    assert not codes(phone=phone)


@pytest.mark.parametrize("phone", ["", "12345", "+-----1", "1" * 21, "600 000 ext 1", "٦٠٠٠٠٠٠", "600000\n"])
def test_anything_else_is_no_phone_number(phone: str) -> None:
    assert codes(phone=phone) == [("phone", "phone")]


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    assert tidy_password(" contrasen\u0303a ") == "contrase\u00f1a"


@pytest.mark.parametrize(
    ("password", "code"),
    [("1234567", "too_short"), ("ñ" * 37, "too_long"), ("x" * 73, "too_long"), ("ANA@example.com", "same_as_email")],
)
def test_weak_and_unhashable_passwords_are_refused(password: str, code: str) -> None:
    (error,) = wrong_password(password, "ana@example.com")
    assert (error.field, error.code) == ("password", code)


@pytest.mark.parametrize("password", ["12345678", "ñ" * 36, "x" * 72])
def test_passwords_within_the_limits_are_taken(password: str) -> None:
    assert not wrong_password(password, "ana@example.com")


def test_a_password_must_be_typed_the_same_twice() -> None:
    assert not unlike("contrase\u00f1a", "contrasen\u0303a ")
    assert [(error.field, error.code) for error in unlike("una", "otra")] == [("password_confirm", "different")]


def test_a_user_takes_what_is_given_tidied() -> None:
    changed = ANA.changed({"name": " Ana  Paz "})
    assert (changed.name, changed.email, changed.phone) == ("Ana Paz", ANA.email, ANA.phone)


def test_a_user_refuses_all_that_is_wrong_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        ANA.changed({"name": " ", "email": "no", "phone": "x"})
    assert [error.field for error in refusal.value.errors] == ["name", "email", "phone"]


def test_a_user_acts_under_their_own_name_and_role() -> None:
    assert ANA.actor == Actor(id=ANA.id, name="Ana", email="ana@example.com", role=Role.CUSTOMER)


def test_a_refresh_token_is_too_old_from_the_moment_it_expires() -> None:
    token = RefreshToken(token_hash="x", session=SessionId("s"), expires_at=NOW)
    token.check(NOW - timedelta(milliseconds=1))
    with pytest.raises(TokenExpired):
        token.check(NOW)


def test_a_visit_is_over_from_the_moment_its_session_expires() -> None:
    visit = Visit(GUEST, NOW)
    assert not visit.over(NOW - timedelta(milliseconds=1))
    assert visit.over(NOW)
