"""What other processes committed, told by a numbered collection that everyone looks into.

A number is taken and its facts are stored after the commit and before its answer. Who looks later therefore finds
everything that was answered; a number whose facts are not there yet is looked for again for a while.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import structlog
from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from zoco.kit.ending import end
from zoco.kit.events import Event
from zoco.storage.documents import MOMENT, TEXT, WHOLE, Collection, Index
from zoco.storage.engine import Commits
from zoco.storage.facts import decoded, encoded, installed_kinds
from zoco.storage.mongo_counters import COUNTERS
from zoco.storage.mongo_errors import meant
from zoco.storage.mongo_once import make_sure

log = structlog.get_logger("zoco.bus")

NOTICES = Collection(
    "avisos",
    {"_id": WHOLE, "origin": TEXT, "facts": TEXT, "at": MOMENT},
    indexes=[Index([("at", 1)], expires=3600)],
)
_NUMBER = "avisos"
_POLL = 0.1  # seconds
_PATIENCE = 10.0  # seconds for which a number without its facts is looked for
_AT_ONCE = 1_000
_CLOSING = 1.0  # seconds


class Bus:
    """`origin` marks this process's own notices, whose facts are told already."""

    def __init__(self, database: Any, commits: Commits, origin: str) -> None:
        self._database, self._commits, self._origin = database, commits, origin
        self._kinds: dict[str, type[Event]] = {}
        self._last = 0
        self._missing: dict[int, float] = {}
        self._untold: list[Event] = []
        self._looking: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._polling: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def start(self) -> None:
        self._kinds = installed_kinds()
        counters = self._database[COUNTERS.name]
        await make_sure(counters, {"_id": _NUMBER, "value": 0})
        self._last = (await counters.find_one({"_id": _NUMBER}))["value"]
        self._polling = asyncio.create_task(self._poll())

    async def close(self) -> None:
        """What is under way may end by itself, for a moment: cut off, it would take its connection with it."""
        self._closing.set()
        if running := {task for task in (self._polling, self._looking, self._next) if task and not task.done()}:
            _, late = await asyncio.wait(running, timeout=_CLOSING)
            await end(late)
        if self._untold:
            await self.tell(())

    async def tell(self, events: Iterable[Event]) -> None:
        """Tell the others; what cannot be told now, though it is committed, is told later."""
        self.tell_later(events)
        facts, self._untold = self._untold, []
        try:
            counter = await self._database[COUNTERS.name].find_one_and_update(
                {"_id": _NUMBER}, {"$inc": {"value": 1}}, return_document=ReturnDocument.AFTER
            )
            notice = {"_id": counter["value"], "origin": self._origin, "facts": encoded(facts), "at": datetime.now(UTC)}
            await self._database[NOTICES.name].insert_one(notice)
        except PyMongoError as error:
            self._untold = facts + self._untold
            log.warning("bus.untold", reason=repr(error))

    def tell_later(self, events: Iterable[Event]) -> None:
        """Tell the others with the next that is told, soon."""
        self._untold += events

    async def look(self) -> None:
        """Return when everything that was answered before this call is told; raises Unavailable.

        Who comes while a look is under way waits for the next one, and shares it.
        """
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
            await asyncio.shield(self._looking)
            return
        if self._next is None or self._next.done():
            self._next = asyncio.create_task(self._after(self._looking))
        await asyncio.shield(self._next)

    async def _after(self, look: asyncio.Task[None]) -> None:
        await asyncio.wait([look])
        self._looking, self._next = asyncio.current_task(), None
        await self._look()

    async def _look(self) -> None:
        self._give_up_on_missing()
        while len(await self._look_once()) == _AT_ONCE:
            pass

    async def _look_once(self) -> list[Any]:
        newer: dict[str, Any] = {"_id": {"$gt": self._last}}
        where = {"$or": [newer, {"_id": {"$in": list(self._missing)}}]} if self._missing else newer
        with meant():
            notices: list[Any] = await self._database[NOTICES.name].find(where).sort("_id", 1).limit(_AT_ONCE).to_list()
        now = asyncio.get_running_loop().time()
        for notice in notices:
            number = notice["_id"]
            self._missing |= dict.fromkeys(range(max(self._last + 1, number - _AT_ONCE), number), now)
            self._missing.pop(number, None)
            self._last = max(self._last, number)
            if notice["origin"] != self._origin:
                self._hear(notice["facts"])
        return notices

    def _give_up_on_missing(self) -> None:
        """Whoever took a number and never told what for has died, after its commit."""
        over = asyncio.get_running_loop().time() - _PATIENCE
        if late := [number for number, since in self._missing.items() if since <= over]:
            for number in late:
                del self._missing[number]
            self._commits.outdated()

    def _hear(self, facts: str) -> None:
        if (events := decoded(facts, self._kinds)) is None:
            self._commits.outdated()
        else:
            self._commits.committed(events)

    async def _poll(self) -> None:
        while not self._closing.is_set():
            try:
                if self._untold:
                    await self.tell(())
                await self.look()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may work
                log.warning("bus.lost", reason=repr(error))
                self._commits.outdated()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLL):
                    await self._closing.wait()
