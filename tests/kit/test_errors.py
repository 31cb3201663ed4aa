"""Refusals: their words and what they carry."""

from __future__ import annotations

import pytest

import zoco.kit.errors
from zoco.kit.errors import Conflict, Declined, FieldError, Invalid, StaleWrite, TooMany, Unavailable
from zoco.kit.idempotency import LONGEST_KEY, IdempotencyKey, KeyInvalid, KeyMissing

KINDS = [kind for kind in vars(zoco.kit.errors).values() if isinstance(kind, type) and issubclass(kind, Declined)]


class OutOfStock(Conflict):
    code = "test.out_of_stock"
    message = "Only {available} of {title} left."


def test_a_refusal_says_what_it_is_about() -> None:
    refusal = OutOfStock(title="{taza}", available=2)
    assert str(refusal) == "Only 2 of {taza} left."
    assert refusal.params == {"title": "{taza}", "available": 2}
    assert str(Conflict()) == Conflict.message


def test_every_kind_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert all(kind.message.endswith(".") for kind in KINDS)


def test_wrong_fields_are_named() -> None:
    wrong = FieldError("name", "missing", "Give a name."), FieldError("age", "range", "At least {least}.", {"least": 1})
    assert Invalid(*wrong).errors == wrong
    assert Invalid().errors == ()


def test_what_passes_says_when_to_come_back() -> None:
    assert (TooMany(7).retry_after, TooMany(7).params) == (7, {"retry_after": 7})
    assert str(TooMany(7)) == "Too many attempts. Try again in 7 seconds."
    assert (Unavailable().retry_after, Unavailable(5).retry_after) == (2, 5)


def test_a_stale_write_is_a_conflict() -> None:
    assert isinstance(StaleWrite(), Conflict)


def test_an_idempotency_key_is_bound_to_what_was_asked() -> None:
    one = IdempotencyKey.of("abc", "ana /purchase", b"{}")
    assert one == IdempotencyKey.of("abc", "ana /purchase", b"{}")
    assert one.fingerprint != IdempotencyKey.of("abc", "ana /purchase", b"[]").fingerprint
    assert IdempotencyKey.of("k" * LONGEST_KEY, "s", b"").key == "k" * LONGEST_KEY


@pytest.mark.parametrize("key", [None, ""])
def test_a_missing_key_is_asked_for(key: str | None) -> None:
    with pytest.raises(KeyMissing):
        IdempotencyKey.of(key, "s", b"")


@pytest.mark.parametrize("key", ["k" * (LONGEST_KEY + 1), "ñ", "a\nb", "\0"])
def test_a_key_is_short_and_plain(key: str) -> None:
    with pytest.raises(KeyInvalid):
        IdempotencyKey.of(key, "s", b"")
