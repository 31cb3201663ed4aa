"""The days that a list is narrowed to, as people choose them in a form."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from zoco.kit.clock import beginning
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.text import N_
from zoco.web.forms import Form

_EDGES = (date.min + timedelta(days=2), date.max - timedelta(days=2))


class Days(NamedTuple):
    """From which moment on and up to which, as far as it can be understood, and the form as it was typed."""

    since: datetime | None
    until: datetime | None
    form: Form[Any]


def days(asked: Mapping[str, str], zone: tzinfo) -> Days:
    """The fields `since` and `until`; what is no day, or comes before the other, narrows nothing and is said."""
    form = Form[Any](values={name: asked.get(name, "") for name in ("since", "until")})
    first, last = (_day(form, name) for name in ("since", "until"))
    if first and last and last < first:
        form.refused(Invalid(FieldError("until", "range", N_("This is before the first day."))))
        last = None
    after = last + timedelta(days=1) if last else None
    return Days(beginning(first, zone) if first else None, beginning(after, zone) if after else None, form)


def _day(form: Form[Any], name: str) -> date | None:
    """Days at the end of time have no beginning in every zone."""
    typed = form.values[name]
    if not typed:
        return None
    with suppress(ValueError):
        if _EDGES[0] < (day := date.fromisoformat(typed)) < _EDGES[1]:
            return day
    form.refused(Invalid(FieldError(name, "date", N_("Give a date such as 2030-01-31."))))
    return None
