"""Writes faults down once the answer is out, and shows them to staff."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

import msgspec
import structlog

from zoco.features.incidents.errors import IncidentMissing
from zoco.features.incidents.models import Case, Incident, IncidentQuery
from zoco.features.incidents.repository import Cases, Incidents
from zoco.kit.clock import Clock
from zoco.kit.ending import end
from zoco.kit.ids import IncidentId
from zoco.kit.mishaps import Mishap
from zoco.kit.paging import Page
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.store import Store, Tx, use_case

log = structlog.get_logger("zoco.incidents")

SEE = Permission("incidents.see", Role.STAFF)
SOLVE = Permission("incidents.solve", Role.STAFF)

MOST, MOST_CASES = 1_000, 5_000
"""How many kinds of faults are kept, and how many times of all of them together."""
SHOWN = 50
_WAITING, _AT_ONCE = 1_000, 100
_PAUSES = (0.05, 1.0, 5.0, 30.0, 120.0)
"""Seconds: the first until the answer is out, the others where the database is what fails."""
_LEAVING = 2.0


class IncidentService:
    """A witness of every fault. What it cannot keep is in the log all the same."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._waiting = deque[tuple[datetime, Mishap]]()
        self._writing: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    def saw(self, mishap: Mishap) -> None:
        """Keep it in memory for a moment; whoever failed waits for nothing."""
        if len(self._waiting) >= _WAITING:
            return
        self._waiting.append((self._clock.now(), mishap))
        if self._writing is None or self._writing.done():
            with contextlib.suppress(RuntimeError):  # outside of a loop, as the command line is for moments
                self._writing = asyncio.get_running_loop().create_task(self._write())

    async def leave(self) -> None:
        """Write down what is still waiting, a moment at most."""
        if self._writing:
            await end([self._writing])
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_LEAVING):
                await self.settle()

    async def settle(self) -> None:
        """Write down all that is waiting, now."""
        async with self._turn:
            while batch := list(islice(self._waiting, _AT_ONCE)):
                await self._keep(batch)
                for _ in batch:
                    self._waiting.popleft()

    async def page(self, actor: Actor, query: IncidentQuery) -> Page[Incident]:
        """What happened last first, without traces; for staff."""
        actor.require(SEE)
        async with self._store.read() as tx:
            return await tx[Incidents].page(query)

    async def show(self, actor: Actor, incident: IncidentId) -> tuple[Incident, list[Case]]:
        """One kind with its latest times; for staff. Raises IncidentMissing."""
        actor.require(SEE)
        async with self._store.read() as tx:
            found = await tx[Incidents].get(incident)
            if found is None:
                raise IncidentMissing
            return found, await tx[Cases].of(incident, SHOWN)

    async def find(self, actor: Actor, shown: str) -> IncidentId | None:
        """The kind of the fault that a visitor was shown this id of; for staff."""
        actor.require(SEE)
        async with self._store.read() as tx:
            case = await tx[Cases].get(shown)
            known = await tx[Incidents].get(case.incident if case else IncidentId(shown))
        return known.id if known else None

    @use_case
    async def solve(self, actor: Actor, incident: IncidentId) -> None:
        """It is cured; if it happens again, it is open again. For staff; raises IncidentMissing."""
        actor.require(SOLVE)
        async with self._store.write() as tx:
            await _solve(tx, incident, self._clock.now(), actor.name or actor.email)

    @use_case
    async def reopen(self, actor: Actor, incident: IncidentId) -> None:
        """It is not cured after all. For staff; raises IncidentMissing."""
        actor.require(SOLVE)
        async with self._store.write() as tx:
            await _solve(tx, incident, None, "")

    async def _write(self) -> None:
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            try:
                await self.settle()
            except Exception as error:  # noqa: BLE001 - perhaps the database is what fails
                log.warning("incidents.pause", reason=repr(error), waiting=len(self._waiting))
            else:
                return

    @use_case
    async def _keep(self, batch: Sequence[tuple[datetime, Mishap]]) -> None:
        async with self._store.write() as tx:
            for incident in _together(batch):
                await tx[Incidents].add(incident)
            cases = {
                one.id: Case(id=one.id, incident=IncidentId(one.mark), at=at, place=one.place, actor=one.actor)
                for at, one in batch
            }
            await tx[Cases].add(list(cases.values()))
            await tx[Incidents].keep(MOST)
            await tx[Cases].keep(MOST_CASES)


async def _solve(tx: Tx, incident: IncidentId, at: datetime | None, by: str) -> None:
    if not await tx[Incidents].solve(incident, at, by):
        raise IncidentMissing


def _together(batch: Sequence[tuple[datetime, Mishap]]) -> list[Incident]:
    """One for each kind, as it was the last time, with how often it is in there."""
    found: dict[str, Incident] = {}
    for at, one in batch:
        known = found.get(one.mark)
        if known:
            known = msgspec.structs.replace(known, count=known.count + 1, last_at=at, place=one.place, trace=one.trace)
            found[one.mark] = msgspec.structs.replace(known, message=one.message)
            continue
        found[one.mark] = Incident(
            id=IncidentId(one.mark),
            source=one.source,
            place=one.place,
            kind=one.kind,
            message=one.message,
            trace=one.trace,
            count=1,
            first_at=at,
            last_at=at,
        )
    return [found[mark] for mark in sorted(found)]
