"""The time, asked of an object so that tests can hold it still."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from time import time_ns
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """UTC, cut to whole milliseconds, which every engine can store."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(time_ns() // 1_000_000 / 1000, UTC)  # a third of what cutting `now` takes


def beginning(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day as people of that zone count them, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
