"""Facts as one process tells them to another."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from zoco.kit.events import Event


def encoded(events: Iterable[Event]) -> str:
    """Facts as JSON, each with the name of its kind."""
    return msgspec.json.encode([(_name(type(event)), event) for event in events]).decode()


def decoded(facts: str, kinds: dict[str, type[Event]]) -> list[Event] | None:
    """The facts again; None where another version of the program, or other extensions, told of what is unknown here."""
    try:
        named = msgspec.json.decode(facts, type=list[tuple[str, msgspec.Raw]])
        return [msgspec.json.decode(fact, type=kinds[name]) for name, fact in named]
    except (KeyError, msgspec.ValidationError):
        return None


def installed_kinds(above: type[Event] = Event) -> dict[str, type[Event]]:
    """Every kind of fact that is installed, by its name."""
    found = {_name(kind): kind for kind in above.__subclasses__()}
    for kind in above.__subclasses__():
        found |= installed_kinds(kind)
    return found


def _name(kind: type[Event]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
