"""How often somebody may try something."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

import msgspec

from zoco.kit.errors import TooMany

if TYPE_CHECKING:
    from zoco.kit.clock import Clock


ROUNDING = 1e-6
"""Seconds that floats lose."""


class Rule(msgspec.Struct, frozen=True):
    """So many tries at once, and so many in any `seconds` that follow evenly."""

    tries: int
    seconds: int


class Tries(Protocol):
    """Where tries are counted: one number for each key, the moment until which it owes time."""

    async def count(self, key: str, now: float, each: float, most: float) -> float:
        """Let the key owe `each` seconds more from `now` (seconds since 1970), unless it would then owe over `most`.

        Answers by how many seconds it would; 0 or less where the try was counted. What it owes for longer than twice
        `most` was counted before the clock was set back, and is forgiven.
        """

    async def forget(self, key: str) -> None:
        """Let it owe nothing."""

    async def prune(self, now: float) -> None:
        """Drop the keys that owe nothing any more, where that does not happen by itself."""


class MemoryTries:
    """Counts in this process; `keys` bounds the memory: beyond it, the key that tried longest ago is forgotten."""

    def __init__(self, keys: int = 100_000) -> None:
        self._keys = keys
        self._busy_until: OrderedDict[str, float] = OrderedDict()

    async def count(self, key: str, now: float, each: float, most: float) -> float:
        before = self._busy_until.get(key, now)
        until = (before if now < before <= now + 2 * most else now) + each
        over = until - now - most
        if over <= ROUNDING:
            self._busy_until[key] = until
            self._busy_until.move_to_end(key)
            if len(self._busy_until) > self._keys:
                self._busy_until.popitem(last=False)
        return over

    async def forget(self, key: str) -> None:
        self._busy_until.pop(key, None)

    async def prune(self, now: float) -> None:
        """They are as many as there is room for."""


class RateLimiter:
    """Lets so many tries of a key through (the generic cell rate algorithm)."""

    def __init__(self, clock: Clock, tries: Tries, *, enabled: bool = True) -> None:
        self._clock, self._tries, self._enabled = clock, tries, enabled

    async def check(self, key: str, rule: Rule) -> None:
        """Count one try; raises TooMany, and does not count it, where it is one too many."""
        if self._enabled:
            now = self._clock.now().timestamp()
            over = await self._tries.count(key, now, rule.seconds / rule.tries, rule.seconds)
            if over > ROUNDING:
                raise TooMany(math.ceil(over))

    async def forget(self, key: str) -> None:
        """Start a key afresh, as after a sign-in that worked."""
        if self._enabled:
            await self._tries.forget(key)


class CountedOnce:
    """The tries of one call: its first of a key is counted, those of a use case that is run again are not."""

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter
        self._counted: set[str] = set()

    async def check(self, key: str, rule: Rule) -> None:
        """Raises TooMany."""
        if key not in self._counted:
            await self._limiter.check(key, rule)
            self._counted.add(key)
