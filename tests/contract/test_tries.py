"""What every engine owes the port Tries."""

from __future__ import annotations

from zoco.kit.errors import TooMany
from zoco.kit.ratelimit import RateLimiter, Rule
from zoco.storage.engine import Engine
from zoco.testing.clock import FrozenClock

FIVE_A_MINUTE = Rule(tries=5, seconds=60)


async def tries(limiter: RateLimiter) -> int:
    """How many are let through at once."""
    for done in range(100):
        try:
            await limiter.check("ana", FIVE_A_MINUTE)
        except TooMany:
            return done
    return 100


async def test_so_many_at_once_and_then_one_by_one(store: Engine) -> None:
    clock = FrozenClock()
    limiter = RateLimiter(clock, store.tries)
    assert [await tries(limiter), await tries(limiter)] == [5, 0]
    clock.move(seconds=12)
    assert await tries(limiter) == 1


async def test_a_clock_that_is_set_back_locks_nobody_out(store: Engine) -> None:
    clock = FrozenClock()
    limiter = RateLimiter(clock, store.tries)
    await tries(limiter)
    clock.move(hours=-2)
    assert [await tries(limiter), await tries(limiter)] == [5, 0]


async def test_clocks_that_differ_a_little_count_together(store: Engine) -> None:
    early, late = FrozenClock(), FrozenClock()
    late.move(seconds=30)
    assert await tries(RateLimiter(late, store.tries)) == 5
    assert await tries(RateLimiter(early, store.tries)) == 0
