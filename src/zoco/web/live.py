"""Hints for open pages: which of the things that they show have changed. Contents never travel, pages read again.

There are no numbers to be kept between processes. Whoever connects says how old what they show is, and is told what has
changed in that time; where it is older than this process remembers, everything counts as changed.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from zoco.kit.events import Event

_MARK = "__zoco_hint__"
_GATHER = 0.05
"""Seconds in which facts become one message."""
_REMEMBERED = 60.0
_MOST_REMEMBERED = 10_000
_MARGIN = 1.0
"""Seconds by which messages of a page may be slower than the page's own request was."""
_SPREAD, _LONGEST_SPREAD = 2, 10_000
"""Milliseconds in which one page can be read again; so many readers come one after another."""
_AT_ONCE = 100


class Hint(NamedTuple):
    """What has changed, by the key that pages show it under; `to` is the name of who may know, empty for everybody.

    Names are `user:…`, `session:…`, and `cart:…` for a guest whose browser keeps that cart.
    """

    key: str
    to: str = ""


class Cut(NamedTuple):
    """Whoever has the name `to` is somebody else from now on, unless they have the name `but` as well."""

    to: str
    but: str = ""


Hints: TypeAlias = Iterable[Hint | Cut]
F = TypeVar("F", bound=Callable[..., Hints])


def hint(*events: type[Event]) -> Callable[[F], F]:
    """Say what a fact changes on pages: `def sold(fact: StockChanged) -> Hints`, in a feature's room `live`."""

    def mark(function: F) -> F:
        setattr(function, _MARK, events)
        return function

    return mark


class Listener(Protocol):
    """An open page, as the hub knows it."""

    names: frozenset[str]
    keys: frozenset[str]

    def tell(self, keys: Iterable[str], spread: int) -> None:
        """Send it soon; the page reads again at some moment of the next `spread` milliseconds."""

    def cut(self) -> None:
        """End it, as it belongs to somebody else now."""


class Hub:
    """Hears the facts of all commits and tells those pages that show what was changed."""

    def __init__(self, rooms: Iterable[ModuleType] = (), now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._hinting: defaultdict[type[Event], list[Callable[..., Hints]]] = defaultdict(list)
        for function in (f for room in rooms for f in vars(room).values() if hasattr(f, _MARK)):
            for event in getattr(function, _MARK):
                self._hinting[event].append(function)
        self._by_key: defaultdict[str, set[Listener]] = defaultdict(set)
        self._by_name: defaultdict[str, set[Listener]] = defaultdict(set)
        self._past: deque[tuple[float, Hint]] = deque()
        self._complete_since = now()
        self._gathered: set[Hint] = set()
        self._telling: asyncio.Task[None] | None = None
        self.count = 0

    def heard(self, events: list[Event]) -> None:
        """The hook of the store's commits."""
        now = self._now()
        for said in self._said(events):
            if isinstance(said, Cut):
                self._cut(said)
                continue
            self._past.append((now, said))
            if self.count:
                self._gathered.add(said)
        self._forget(now)
        if self._gathered and (self._telling is None or self._telling.done()):
            self._telling = asyncio.create_task(self._tell())

    def join(self, listener: Listener) -> None:
        self.count += 1
        for name in listener.names:
            self._by_name[name].add(listener)

    def show(self, listener: Listener, keys: Iterable[str], age: float) -> None:
        """Note what a page shows, and tell what of it has changed in the last `age` seconds."""
        self._unindex(self._by_key, listener.keys, listener)
        listener.keys = frozenset(keys)
        for key in listener.keys:
            self._by_key[key].add(listener)
        since = self._now() - age - _MARGIN
        self._forget(self._now())
        missed = listener.keys if since <= self._complete_since else set(self._since(since, listener))
        if missed:
            listener.tell(missed, 0)

    def leave(self, listener: Listener) -> None:
        self.count -= 1
        self._unindex(self._by_name, listener.names, listener)
        self._unindex(self._by_key, listener.keys, listener)

    def open_of(self, name: str) -> int:
        """How many listeners have a name."""
        return len(self._by_name[name]) if name in self._by_name else 0

    def _said(self, events: Iterable[Event]) -> Iterator[Hint | Cut]:
        for event in events:
            for function in self._hinting.get(type(event), ()):
                yield from function(event)

    async def _tell(self) -> None:
        """Tell what was gathered until nothing is left, some listeners at a time, so that requests get their turns."""
        while self._gathered:
            await asyncio.sleep(_GATHER)
            hints, self._gathered = self._gathered, set()
            told: defaultdict[Listener, set[str]] = defaultdict(set)
            for said in hints:
                for listener in self._audience(said):
                    told[listener].add(said.key)
            spread = min(len(told) * _SPREAD, _LONGEST_SPREAD)
            for number, (listener, keys) in enumerate(told.items(), 1):
                listener.tell(keys, spread)
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)

    def _audience(self, said: Hint) -> Iterable[Listener]:
        if not said.to:
            return self._by_key.get(said.key, ())
        return [listener for listener in self._by_name.get(said.to, ()) if said.key in listener.keys]

    def _cut(self, said: Cut) -> None:
        for listener in list(self._by_name.get(said.to, ())):
            if said.but not in listener.names:
                listener.cut()

    def _since(self, moment: float, listener: Listener) -> Iterator[str]:
        for told, (key, to) in reversed(self._past):
            if told < moment:
                break
            if key in listener.keys and (not to or to in listener.names):
                yield key

    def _forget(self, now: float) -> None:
        past = self._past
        while past and (len(past) > _MOST_REMEMBERED or past[0][0] < now - _REMEMBERED):
            self._complete_since = past.popleft()[0]
        self._complete_since = max(self._complete_since, now - _REMEMBERED)

    @staticmethod
    def _unindex(index: dict[str, set[Listener]], names: Iterable[str], listener: Listener) -> None:
        for name in names:
            there = index.get(name, set())
            there.discard(listener)
            if not there:
                index.pop(name, None)
