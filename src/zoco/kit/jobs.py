"""What is done again and again, by one process of the shop at a time."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec

_MARK = "__zoco_job__"
F = TypeVar("F", bound=Callable[..., Awaitable[None]])


class Job(msgspec.Struct, frozen=True):
    """Something that is done every `seconds`, and cut off where it takes longer.

    It must be harmless twice, and lose nothing where it is cut off.
    """

    name: str
    seconds: int
    run: Callable[[], Awaitable[None]]


class Timetable(Protocol):
    """When each job is due."""

    async def later(self, now: datetime) -> Mapping[str, datetime]:
        """When those that are not due yet will be, by their names."""

    async def take(self, job: str, now: datetime, again: datetime) -> bool:
        """Whether the job is the caller's to do now; it is due again at `again`, whatever becomes of it.

        One that is due after twice that time was put off before the clock was set back, and is due now.
        """


def every(seconds: int) -> Callable[[F], F]:
    """Do it every so many seconds: `async def mail_waiting(chat)`, in a feature's room `tasks`.

    The parameters are services by their module's name. The first time is a while after the start.
    """

    def mark(function: F) -> F:
        setattr(function, _MARK, seconds)
        return function

    return mark


def jobs(feature: str, tasks: object, services: Mapping[str, Any]) -> list[Job]:
    """The jobs in a feature's `tasks` room, with the services that they ask for."""
    marked = (f for f in vars(tasks).values() if hasattr(f, _MARK))
    return [_bind(feature, function, services) for function in marked]


def _bind(feature: str, function: Callable[..., Awaitable[None]], services: Mapping[str, Any]) -> Job:
    wanted = {name: services[name] for name in inspect.signature(function).parameters}

    def run() -> Awaitable[None]:
        return function(**wanted)

    return Job(f"{feature}.{function.__name__}", getattr(function, _MARK), run)
