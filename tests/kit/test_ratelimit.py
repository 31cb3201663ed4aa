"""How often is too often."""

from __future__ import annotations

import pytest

from zoco.kit.errors import TooMany
from zoco.kit.ratelimit import RateLimiter, Rule
from zoco.testing.clock import FrozenClock

FIVE_A_MINUTE = Rule(tries=5, seconds=60)


def tries(limiter: RateLimiter, key: str = "ana", most: int = 100) -> int:
    """How many are let through."""
    for done in range(most):
        try:
            limiter.check(key, FIVE_A_MINUTE)
        except TooMany:
            return done
    return most


def test_so_many_at_once_and_then_one_by_one() -> None:
    clock = FrozenClock()
    limiter = RateLimiter(clock)
    assert tries(limiter) == 5
    assert tries(limiter) == 0
    clock.move(seconds=12)
    assert tries(limiter) == 1
    clock.move(seconds=25)
    assert tries(limiter) == 2
    clock.move(hours=1)
    assert tries(limiter) == 5


def test_a_refusal_says_when_it_is_over() -> None:
    clock = FrozenClock()
    limiter = RateLimiter(clock)
    tries(limiter)
    with pytest.raises(TooMany) as refusal:
        limiter.check("ana", FIVE_A_MINUTE)
    clock.move(seconds=refusal.value.retry_after - 1)
    assert tries(limiter) == 0
    clock.move(seconds=1)
    assert tries(limiter) == 1


def test_keys_know_nothing_of_each_other() -> None:
    limiter = RateLimiter(FrozenClock())
    assert [tries(limiter, key) for key in ("ana", "eva", "ana")] == [5, 5, 0]


def test_a_key_may_start_afresh() -> None:
    limiter = RateLimiter(FrozenClock())
    tries(limiter)
    limiter.forget("ana")
    limiter.forget("nobody")
    assert tries(limiter) == 5


def test_the_key_that_tried_longest_ago_is_forgotten_first() -> None:
    limiter = RateLimiter(FrozenClock(), keys=2)
    for key in ("ana", "eva", "ana", "luz"):
        limiter.check(key, FIVE_A_MINUTE)
    assert [tries(limiter, key) for key in ("ana", "luz")] == [3, 4]
    assert list(limiter._busy_until) == ["ana", "luz"]


def test_it_can_be_switched_off() -> None:
    assert tries(RateLimiter(FrozenClock(), enabled=False)) == 100
