"""Facts that a use case leaves behind, and the reactions that follow them."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, TypeVar

import msgspec

from zoco.kit.ids import EventId, ordered_id

_MARK = "__zoco_reaction__"
F = TypeVar("F", bound=Callable[..., Awaitable[None]])


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact in the past tense: ids and values only.

    `topic` names what it is about; `Store.revision(topic)` grows with every committed fact of the topic.
    """

    topic: ClassVar[str]
    id: EventId = msgspec.field(default_factory=lambda: EventId(ordered_id()))


class Reaction(msgspec.Struct, frozen=True):
    """What one feature does about one kind of fact.

    With a transaction (`effect` false) it runs in the write transaction that also marks it done: exactly once. An
    effect (a call that leaves the process) runs without one: at least once, and it must be harmless twice.
    """

    name: str
    event: type[Event]
    run: Callable[..., Awaitable[None]]
    effect: bool


class Undeliverable(Exception):  # noqa: N818 - a verdict of the effect, not a fault
    """Raised by an effect where trying again is useless; the row goes to the dead letters with this reason."""


def on(event: type[Event]) -> Callable[[F], F]:
    """React to a fact: `async def confirm(tx, event, mail)`; further parameters are services by their module's name."""

    def mark(function: F) -> F:
        setattr(function, _MARK, event)
        return function

    return mark


def reactions(feature: str, tasks: object, services: Mapping[str, Any]) -> list[Reaction]:
    """The reactions in a feature's `tasks` room, with the services that they ask for."""
    marked = (f for f in vars(tasks).values() if hasattr(f, _MARK))
    return [_bind(feature, function, services) for function in marked]


def _bind(feature: str, function: Callable[..., Awaitable[None]], services: Mapping[str, Any]) -> Reaction:
    parameters = list(inspect.signature(function).parameters)
    effect = parameters[0] != "tx"
    wanted = {name: services[name] for name in parameters[1 if effect else 2 :]}

    def run(*args: Any) -> Awaitable[None]:
        return function(*args, **wanted)

    return Reaction(f"{feature}.{function.__name__}", getattr(function, _MARK), run, effect)
