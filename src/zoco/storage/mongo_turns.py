"""Whose turn it is to write.

In a process one after another: a collision costs the server more than the wait, and under load some would never win
one. Processes know nothing of each other until they collide; from then on they take turns as well, for a while.
"""

from __future__ import annotations

import asyncio
import random
from typing import Any, Self

import structlog
from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

from zoco.kit.errors import StaleWrite, Unavailable
from zoco.kit.ids import secret_id
from zoco.storage.documents import TEXT, Collection, maybe
from zoco.storage.mongo_once import make_sure

log = structlog.get_logger("zoco.mongo")

TURNS = Collection("turnos", {"_id": TEXT, "holder": maybe(TEXT)})
_PLACE = {"_id": "writing"}
_OWN_SECONDS = 10.0  # for a turn in this process, before a use case is refused
_WARY_SECONDS = 5.0  # after a collision
_PATIENCE = 1.0  # for the others; whoever keeps a turn for longer has died, and at worst there is a collision
_KEPT_SECONDS = 0.05  # that a process may keep its turn while more of its own wait
_PAUSE = 0.008


class Turns:
    """Only a courtesy: what is written stays right without it."""

    def __init__(self, database: Any) -> None:
        self._places = database[TURNS.name].with_options(write_concern=WriteConcern(1))
        self._own = asyncio.Lock()
        self._name = secret_id()
        self._waiting = 0
        self._wary_until = 0.0
        self._kept_since: float | None = None

    async def start(self) -> None:
        await make_sure(self._places, _PLACE | {"holder": None})

    async def take(self) -> Turn:
        """Wait for a turn; raises Unavailable where that takes too long."""
        self._waiting += 1
        try:
            async with asyncio.timeout(_OWN_SECONDS):
                await self._own.acquire()
        except TimeoutError:
            raise Unavailable(retry_after=5) from None
        finally:
            self._waiting -= 1
        if self._kept_since is None and _now() < self._wary_until:
            try:
                await self._take_among_all()
            except BaseException:
                self._own.release()
                raise
        return Turn(self)

    async def pass_on(self, *, collided: bool) -> None:
        now = _now()
        if collided:
            self._wary_until = now + _WARY_SECONDS
        try:
            if self._kept_since is not None and (not self._waiting or now > self._kept_since + _KEPT_SECONDS):
                self._kept_since = None
                await self._places.update_one(_PLACE | {"holder": self._name}, {"$set": {"holder": None}})
        except PyMongoError as error:
            log.warning("turns.lost", reason=repr(error))
        finally:
            self._own.release()

    async def _take_among_all(self) -> None:
        end = _now() + _PATIENCE
        mine = {"$set": {"holder": self._name}}
        try:
            while not (await self._places.update_one(_PLACE | {"holder": None}, mine)).matched_count:
                if _now() > end:
                    await self._places.update_one(_PLACE, mine)
                    break
                await asyncio.sleep(random.uniform(_PAUSE / 8, _PAUSE))  # noqa: S311 - jitter, not a secret
            self._kept_since = _now()
        except PyMongoError as error:
            log.warning("turns.lost", reason=repr(error))


class Turn:
    """One turn, passed on at its end, or before by `end`."""

    def __init__(self, turns: Turns) -> None:
        self._turns, self._over = turns, False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self.end(collided=kind is not None and issubclass(kind, StaleWrite))

    async def end(self, *, collided: bool = False) -> None:
        if not self._over:
            self._over = True
            await self._turns.pass_on(collided=collided)


def _now() -> float:
    return asyncio.get_running_loop().time()
