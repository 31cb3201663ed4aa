"""Pieces of pages that are drawn once for everybody who is shown the same."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Protocol, cast

from jinja2.runtime import Macro
from markupsafe import Markup

from zoco.kit.recent import Recent

_MOST = 4_000


class Stamped(Protocol):
    """Something whose `stamp` is another whenever anything about it is."""

    @property
    def stamp(self) -> Hashable: ...


class Fragments:
    """In templates `kept(macro, thing, …)`: what the macro makes of a thing, drawn only when the thing has changed.

    Every language has fragments of its own. Nothing that belongs to a visitor may stand in one, nor anything but the
    macro's arguments.
    """

    def __init__(self, *, reload: bool = False) -> None:
        """With `reload` each is drawn every time, since its template may be another by now."""
        self._drawn: Recent[tuple[Any, ...], Markup] = Recent(_MOST)
        self._reload = reload

    def __call__(self, macro: Macro, thing: Stamped, *others: Hashable) -> Markup:
        key = (macro.name, thing.stamp, *others)
        drawn = None if self._reload else self._drawn.get(key)
        return self._drawn.put(key, cast(Markup, macro(thing, *others))) if drawn is None else drawn
