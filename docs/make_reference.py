"""Writes docs/reference.md from the code: settings, refusals, events, permissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import zoco
from zoco.kit.errors import Declined
from zoco.kit.events import Event
from zoco.kit.permissions import Permission
from zoco.settings import Settings, origins
from zoco.web.errors import status_of

TARGET = Path(__file__).with_name("reference.md")


def reference() -> str:
    """The whole page, as Markdown."""
    rights = set[Permission]()
    for package in walk_packages(zoco.__path__, "zoco."):
        if not package.name.endswith(("__main__", ".plugin")) and ".migrations" not in package.name:
            rights |= {one for one in vars(import_module(package.name)).values() if isinstance(one, Permission)}
    refusals = sorted({(kind.code, status_of(kind), kind.message) for kind in below(Declined)})
    events = sorted((kind.__name__, kind.topic, _fields(kind)) for kind in below(Event) if not any(below(kind)))
    permissions = sorted((right.name, right.least.value) for right in rights)
    return "\n".join(
        [
            "# Reference",
            "",
            "Made from the code by `python docs/make_reference.py`; a test holds it up to date.",
            "",
            *_table("Settings", ("key", "default"), [(o.key, _code(o.value)) for o in origins(Settings())]),
            *_table("Refusals", ("code", "HTTP", "sentence"), refusals),
            *_table("Events", ("event", "topic", "fields"), events),
            *_table("Permissions", ("permission", "least role"), permissions),
        ]
    )


def below(kind: type[Any]) -> Iterator[type[Any]]:
    """Every class of ours that is derived from `kind`, once."""
    for child in dict.fromkeys(kind.__subclasses__()):
        if child.__module__.startswith("zoco."):
            yield child
        yield from below(child)


def _fields(kind: type[Event]) -> str:
    return ", ".join(name for name in kind.__struct_fields__ if name != "id")


def _code(value: object) -> str:
    return f"`{value}`" if value not in ("", ()) else "empty"


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    lines = [f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return [f"## {title}", "", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines, ""]


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
