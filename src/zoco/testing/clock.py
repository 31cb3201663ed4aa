"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FrozenClock:
    """Starts at a fixed moment of the year 2030."""

    def __init__(self) -> None:
        self._now = datetime(2030, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def move(self, **step: float) -> datetime:
        """Go on by a `timedelta(**step)`; the new time."""
        self._now += timedelta(**step)
        return self._now
