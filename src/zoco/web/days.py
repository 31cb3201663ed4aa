"""The days that a list is narrowed to, as people choose them in a form."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from zoco.kit.clock import beginning

_EDGES = (date.min + timedelta(days=2), date.max - timedelta(days=2))


def days(first: str, last: str, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
    """From which moment on and up to which; what is no day counts as not given, as do those at the end of time."""
    since, until = _day(first), _day(last)
    after = until + timedelta(days=1) if until else None
    return beginning(since, zone) if since else None, beginning(after, zone) if after else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _EDGES[0] < day < _EDGES[1] else None
