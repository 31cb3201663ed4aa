"""How often is too often."""

from __future__ import annotations

import pytest

from zoco.kit.errors import TooMany
from zoco.kit.ratelimit import MemoryTries, RateLimiter, Rule
from zoco.testing.clock import FrozenClock

FIVE_A_MINUTE = Rule(tries=5, seconds=60)


async def tries(limiter: RateLimiter, key: str = "ana", most: int = 100) -> int:
    """How many are let through."""
    for done in range(most):
        try:
            await limiter.check(key, FIVE_A_MINUTE)
        except TooMany:
            return done
    return most


async def test_so_many_at_once_and_then_one_by_one() -> None:
    clock = FrozenClock()
    limiter = RateLimiter(clock, MemoryTries())
    assert await tries(limiter) == 5
    assert await tries(limiter) == 0
    clock.move(seconds=12)
    assert await tries(limiter) == 1
    clock.move(seconds=25)
    assert await tries(limiter) == 2
    clock.move(hours=1)
    assert await tries(limiter) == 5


async def test_a_refusal_says_when_it_is_over() -> None:
    clock = FrozenClock()
    limiter = RateLimiter(clock, MemoryTries())
    await tries(limiter)
    with pytest.raises(TooMany) as refusal:
        await limiter.check("ana", FIVE_A_MINUTE)
    clock.move(seconds=refusal.value.retry_after - 1)
    assert await tries(limiter) == 0
    clock.move(seconds=1)
    assert await tries(limiter) == 1


async def test_keys_know_nothing_of_each_other() -> None:
    limiter = RateLimiter(FrozenClock(), MemoryTries())
    assert [await tries(limiter, key) for key in ("ana", "eva", "ana")] == [5, 5, 0]


async def test_a_key_may_start_afresh() -> None:
    limiter = RateLimiter(FrozenClock(), MemoryTries())
    await tries(limiter)
    await limiter.forget("ana")
    await limiter.forget("nobody")
    assert await tries(limiter) == 5


async def test_the_key_that_tried_longest_ago_is_forgotten_first() -> None:
    held = MemoryTries(keys=2)
    limiter = RateLimiter(FrozenClock(), held)
    for key in ("ana", "eva", "ana", "luz"):
        await limiter.check(key, FIVE_A_MINUTE)
    assert [await tries(limiter, key) for key in ("ana", "luz")] == [3, 4]
    assert list(held._busy_until) == ["ana", "luz"]


async def test_it_can_be_switched_off() -> None:
    limiter = RateLimiter(FrozenClock(), MemoryTries(), enabled=False)
    assert await tries(limiter) == 100
    await limiter.forget("ana")
    assert await tries(limiter) == 100
