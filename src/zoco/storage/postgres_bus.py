"""What other processes committed, told to this one by rows of facts, and by a call when there are new ones.

A look returns what became visible since the last one, however long its transaction took: each is told with the
snapshot that it was read in, and asks for what that snapshot did not see.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import bindparam, column, insert, table

from zoco.kit.ending import end
from zoco.kit.errors import Unavailable
from zoco.kit.events import Event
from zoco.storage.engine import Commits
from zoco.storage.facts import decoded, installed_kinds
from zoco.storage.postgres_pool import LOST, Wire, connect
from zoco.storage.sql import Statement

log = structlog.get_logger("zoco.bus")

_CHANNEL = "zoco_facts"
_GATHERING = 0.01  # seconds in which commits share one call to the other processes
_POLL = 1.0  # seconds after which a call is taken for lost
_PAUSE = 1.0  # seconds between two attempts to connect
_LOOK_SECONDS = 5.0
_PRUNE_SECONDS = 600
_facts = table("facts", column("origin"), column("events"))
STORE_FACTS = Statement(insert(_facts).values(origin=bindparam("origin"), events=bindparam("events")))
_SEEN = "SELECT pg_current_snapshot()::text"
_LOOK = """
    SELECT pg_current_snapshot()::text, ARRAY(
        SELECT events::text FROM facts
        WHERE xid >= pg_snapshot_xmin($1::text::pg_snapshot)
        AND NOT pg_visible_in_snapshot(xid, $1::text::pg_snapshot)
        AND origin <> ALL($2::bigint[])
        ORDER BY number
    )
"""
# Rows of transactions that are still to come were written before the database was moved here from another server.
_PRUNE = """
    DELETE FROM facts
    WHERE created_at < now() - interval '1 hour' OR xid >= pg_snapshot_xmax(pg_current_snapshot())
"""


class Bus:
    """One connection that listens; `origins` are of this process's own connections, whose facts are told already."""

    def __init__(self, url: str, commits: Commits, origins: Callable[[], list[int]]) -> None:
        self._url, self._commits, self._origins = url, commits, origins
        self._wire: Wire | None = None
        self._seen = ""
        self._kinds: dict[str, type[Event]] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._calling = self._closed = False
        self._pruned = 0.0
        self._working: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._awake = asyncio.Event()

    async def start(self) -> None:
        """Raises what the driver raises."""
        self._kinds = installed_kinds()
        self._wire = await self._connected()
        self._seen = await self._wire.fetchval(_SEEN)
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        self._closed = True
        await end(task for task in (self._listening, self._working) if task)
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(Unavailable())
        if self._wire:
            with contextlib.suppress(*LOST):
                await self._wire.close(timeout=1)

    def call(self) -> None:
        """Wake the other processes, soon."""
        if not self._calling:
            self._calling = True
            asyncio.get_running_loop().call_later(_GATHERING, self._work)

    async def look(self) -> None:
        """Return when everything that was committed before this call is told; raises Unavailable.

        Who comes while a look is under way waits for the next one, and shares it.
        """
        if self._closed:
            raise Unavailable
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._work()
        await waiter

    def _work(self) -> None:
        if self._working is None and not self._closed:
            self._working = asyncio.create_task(self._work_off())

    async def _work_off(self) -> None:
        try:
            while self._waiting or self._calling:
                asked = len(self._waiting)
                calling, self._calling = self._calling, False
                fault = await self._tried(look=asked > 0, call=calling)
                waiting, self._waiting = self._waiting[:asked], self._waiting[asked:]
                for waiter in waiting:
                    if not waiter.done():
                        waiter.set_exception(Unavailable()) if fault else waiter.set_result(None)
        finally:
            self._working = None

    async def _tried(self, *, look: bool, call: bool) -> Exception | None:
        """Twice, as a connection that nobody used for a while may be gone; what went wrong at last."""
        fault: Exception | None = None
        for _ in range(2):
            try:
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._say(await self._open(), look=look, call=call)
            except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told
                fault = error
                if self._wire:
                    self._wire.terminate()
            else:
                return None
        log.warning("bus.lost", reason=repr(fault))
        return fault

    async def _say(self, wire: Wire, *, look: bool, call: bool) -> None:
        if look:
            row = await wire.fetchrow(_LOOK, self._seen, self._origins())
            self._seen = row[0]
            for facts in row[1]:
                self._tell(facts)
        if call:
            await wire.execute(f"NOTIFY {_CHANNEL}")
        if (now := asyncio.get_running_loop().time()) >= self._pruned + _PRUNE_SECONDS:
            self._pruned = now
            await wire.execute(_PRUNE)

    def _tell(self, facts: str) -> None:
        if (events := decoded(facts, self._kinds)) is None:
            self._commits.outdated()
        else:
            self._commits.committed(events)

    async def _open(self) -> Wire:
        if self._wire is None or self._wire.is_closed():
            self._wire = await self._connected()
            self._commits.outdated()  # however long it was away
        return self._wire

    async def _connected(self) -> Wire:
        wire = await connect(self._url)
        try:
            wire.add_termination_listener(self._wake)
            await wire.add_listener(_CHANNEL, self._wake)
        except BaseException:
            wire.terminate()
            raise
        return wire

    def _wake(self, _wire: Any, pid: int = 0, *_: Any) -> None:
        """Somebody called, or the connection is gone; one's own calls are of no use."""
        if self._wire is None or pid != self._wire.get_server_pid():
            self._awake.set()

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLL):
                    await self._awake.wait()
            self._awake.clear()
            try:
                await self.look()
            except Unavailable:
                await asyncio.sleep(_PAUSE)
