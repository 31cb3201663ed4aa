"""What every engine is to the shop besides the place where things are kept, and what engines share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import structlog

from zoco.kit.clock import Clock
from zoco.kit.events import Event, Reaction
from zoco.kit.outbox import Outbox
from zoco.kit.ratelimit import Tries
from zoco.kit.store import Store, Tx

log = structlog.get_logger("zoco.storage")

Hook = Callable[[list[Event]], None]
Adapters = dict[type, Callable[[Any], Any]]
"""For each port the class that fills it, called with the transaction."""
MOST_KEPT = 2_000
"""How many things a store's adapters keep in memory from one transaction to the next."""


class DatabaseUnusable(Exception):  # noqa: N818 - told to the operator as it stands
    """Nothing can be done with this database as it is, and nothing was changed in it."""


class SchemaNewer(DatabaseUnusable):
    """The database was written by a later version of the program."""


class Engine(Store, Protocol):
    """A store with a life: built, told who reacts, started in the loop that uses it, closed there."""

    @property
    def tries(self) -> Tries:
        """Where all processes of this shop count what may not be tried too often."""

    def subscribe(self, reactions: Iterable[Reaction]) -> None:
        """Store every fact from now on for the reactions that it has."""

    def on_commit(self, hook: Hook) -> None:
        """Call the hook with the facts of every commit, before anybody is answered; it must be quick.

        Facts that another process committed arrive as well where the engine serves several.
        """

    async def start(self) -> None:
        """Connect, once; raises DatabaseUnusable. Started already, nothing happens."""

    async def close(self) -> None:
        """Let what is being written end, then disconnect."""

    async def check(self) -> list[str]:
        """What the engine itself finds broken; each a sentence."""


class Commits:
    """What goes with a commit: rows for its reactions before it, revisions and hooks after it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reactions: dict[type[Event], list[Reaction]] = {}
        self._hooks: list[Hook] = []
        self._revisions: dict[str, int] = {}

    def subscribe(self, reactions: Iterable[Reaction]) -> None:
        for reaction in reactions:
            self._reactions.setdefault(reaction.event, []).append(reaction)

    def on_commit(self, hook: Hook) -> None:
        self._hooks.append(hook)

    async def store_facts(self, tx: Tx, events: Iterable[Event]) -> None:
        """Before the commit: an outbox row for each reaction that a fact has."""
        for event in events:
            if wanted := self._reactions.get(type(event)):
                await tx[Outbox].add(event, wanted, self._clock.now())

    def committed(self, events: list[Event]) -> None:
        """After the commit, and before anybody is answered."""
        for topic in {event.topic for event in events}:
            self._revisions[topic] = self._revisions.get(topic, 0) + 1
        for hook in self._hooks:
            try:
                hook(events)
            except Exception:  # what is committed is answered, whatever a listener makes of it
                log.exception("storage.hook")

    def outdated(self) -> None:
        """Something was committed elsewhere, and nobody knows what: every topic may have changed."""
        self._revisions = {topic: revision + 1 for topic, revision in self._revisions.items()}

    def revision(self, topic: str) -> int:
        return self._revisions.setdefault(topic, 0)
