"""Pieces of pages that are drawn once for everybody who is shown the same."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, cast

from jinja2.runtime import Macro
from markupsafe import Markup

from zoco.kit.recent import Recent

_MOST = 4_000


class Fragments:
    """In templates `kept(macro, …)`: what the macro makes of its arguments, drawn only when one of them is another.

    A thing that has a `stamp`, which is another whenever anything about the thing is, is known by that; everything else
    by itself. Every language has fragments of its own. Nothing that belongs to a visitor may stand in one, nor anything
    but the macro's arguments and what is the same for as long as the shop runs.
    """

    def __init__(self, *, reload: bool = False) -> None:
        """With `reload` each is drawn every time, since its template may be another by now."""
        self._drawn: Recent[tuple[Any, ...], Markup] = Recent(_MOST)
        self._reload = reload

    def drawn(self, macro: Macro, *shown: Any) -> Markup:
        key = (macro.name, macro._func.__code__.co_filename, *[_known_by(thing) for thing in shown])  # noqa: SLF001
        drawn = None if self._reload else self._drawn.get(key)
        return self._drawn.put(key, cast(Markup, macro(*shown))) if drawn is None else drawn


def _known_by(thing: Any) -> Hashable:
    return thing if type(thing) is str else getattr(thing, "stamp", thing)
