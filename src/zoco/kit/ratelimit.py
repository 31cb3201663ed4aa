"""How often somebody may try something."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING

import msgspec

from zoco.kit.errors import TooMany

if TYPE_CHECKING:
    from zoco.kit.clock import Clock


class Rule(msgspec.Struct, frozen=True):
    """So many tries at once, and so many in any `seconds` that follow evenly."""

    tries: int
    seconds: int


class RateLimiter:
    """Counts tries per key in this process, in one number each (the generic cell rate algorithm)."""

    def __init__(self, clock: Clock, *, enabled: bool = True, keys: int = 100_000) -> None:
        """`keys` bounds the memory: beyond it, the key that tried longest ago is forgotten."""
        self._clock = clock
        self._enabled = enabled
        self._keys = keys
        self._busy_until: OrderedDict[str, float] = OrderedDict()

    def check(self, key: str, rule: Rule) -> None:
        """Count one try; raises TooMany, and does not count it, where it is one too many."""
        if not self._enabled:
            return
        now = self._clock.now().timestamp()
        until = max(self._busy_until.get(key, now), now) + rule.seconds / rule.tries
        wait = until - now - rule.seconds
        if wait > 1e-6:  # noqa: PLR2004 - what floats lose
            raise TooMany(math.ceil(wait))
        self._busy_until[key] = until
        self._busy_until.move_to_end(key)
        if len(self._busy_until) > self._keys:
            self._busy_until.popitem(last=False)

    def forget(self, key: str) -> None:
        """Start a key afresh, as after a sign-in that worked."""
        self._busy_until.pop(key, None)
