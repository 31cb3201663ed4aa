"""Ids, times, pages and permissions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoco.kit.clock import SystemClock
from zoco.kit.errors import Forbidden, Invalid, Unauthenticated
from zoco.kit.ids import UserId, is_id, ordered_id, secret_id
from zoco.kit.paging import Page, after, cursor, cut_page
from zoco.kit.permissions import GUEST, SYSTEM, Actor, Permission, Role

EDIT = Permission("things.edit", Role.STAFF)


def test_ordered_ids_sort_by_their_age() -> None:
    ids = [ordered_id() for _ in range(1000)]
    assert ids == sorted(set(ids))


def test_secret_ids_are_random() -> None:
    assert len({secret_id() for _ in range(1000)}) == 1000
    assert {secret_id()[14] for _ in range(10)} == {"4"}


@pytest.mark.parametrize("text", ["0190163d-8694-739b-aea5-966c26f8ad91", "507f1f77bcf86cd799439011"])
def test_ids_of_every_engine_have_a_form(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize(
    "text",
    ["", "tazas", "0190163D-8694-739B-AEA5-966C26F8AD91", "507f1f77bcf86cd79943901", "507f1f77bcf86cd799439011\n"],
)
def test_a_category_does_not_look_like_an_id(text: str) -> None:
    assert not is_id(text)


def test_the_time_is_utc_and_cut_to_milliseconds() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


@given(st.integers(0, 4_102_444_799_999_999_999))
def test_each_millisecond_is_met_exactly(nanoseconds: int) -> None:
    with mock.patch("zoco.kit.clock.time_ns", return_value=nanoseconds):
        now = SystemClock().now()
    assert (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) == nanoseconds // 1_000_000
    assert now.microsecond % 1000 == 0


def test_a_page_knows_whether_more_comes() -> None:
    assert cut_page([1, 2, 3], 3, lambda n: (n,)) == Page([1, 2, 3], None)
    page = cut_page([1, 2, 3, 4], 3, lambda n: (n, f"id {n}"))
    assert page.items == [1, 2, 3]
    assert page.next is not None
    assert after(page.next, tuple[int, str]) == (3, "id 3")
    assert page.map(str) == Page(["1", "2", "3"], page.next)


def test_a_cursor_carries_what_orders_compare() -> None:
    moment = datetime(2030, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
    made = cursor(moment, "año")
    assert made.isascii()
    assert "=" not in made
    assert after(made, tuple[datetime, str]) == (moment, "año")


@pytest.mark.parametrize("text", ["", "x", "ñ", "%%%", "a" * 5, cursor(1), cursor("a"), cursor("a", "b", "c"), "/w=="])
def test_a_made_up_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        after(text, tuple[str, str])
    assert [(error.field, error.code) for error in refusal.value.errors] == [("after", "cursor")]


def test_each_role_may_what_those_before_it_may() -> None:
    actors = [Actor(id=UserId("u"), role=role) for role in Role]
    assert [actor.may(EDIT) for actor in actors] == [False, True, True]
    assert not GUEST.may(EDIT)
    assert SYSTEM.may(EDIT)


def test_a_guest_is_asked_to_sign_in_and_others_are_refused() -> None:
    customer, staff = Actor(id=UserId("c"), role=Role.CUSTOMER), Actor(id=UserId("s"), role=Role.STAFF)
    assert staff.require(EDIT) == "s"
    assert customer.signed_in() == "c"
    with pytest.raises(Forbidden):
        customer.require(EDIT)
    with pytest.raises(Unauthenticated):
        GUEST.require(EDIT)
    with pytest.raises(Unauthenticated):
        GUEST.signed_in()
