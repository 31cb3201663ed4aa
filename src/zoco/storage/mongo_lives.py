"""Which processes write here, so that what one of them left open when it died keeps the others out for seconds only.

By itself MongoDB ends a transaction that nobody goes on with after a minute; until then, all who buy collide with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from pymongo import ReturnDocument
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.write_concern import WriteConcern

from zoco.kit.ending import end
from zoco.storage.documents import MOMENT, TEXT, Collection, Document

log = structlog.get_logger("zoco.mongo")

LIVES = Collection("procesos", {"_id": TEXT, "session": {"bsonType": "binData"}, "seen": MOMENT})
_BEAT = 2.0  # seconds
_DEAD = timedelta(seconds=8)


class Lives:
    """Tells the others that this process lives; `name` is its own. All moments are the server's."""

    def __init__(self, client: Any, database: Any, name: str) -> None:
        self._client, self._name = client, name
        self._lives = database[LIVES.name].with_options(write_concern=WriteConcern(1))
        self._beating: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def start(self, session: Mapping[str, Any]) -> None:
        """`session` is the id of the one that this process writes in."""
        await self.beat(session)
        self._beating = asyncio.create_task(self._beat_on(session))

    async def beat(self, session: Mapping[str, Any]) -> None:
        """Say that this process lives, and end for those that do not what they left open."""
        alive = {"$set": {"session": session["id"]}, "$currentDate": {"seen": True}}
        own = await self._lives.find_one_and_update(
            {"_id": self._name}, alive, upsert=True, return_document=ReturnDocument.AFTER
        )
        for dead in await self._lives.find({"seen": {"$lt": own["seen"] - _DEAD}}).to_list():
            await self._end_for(dead)

    async def close(self) -> None:
        self._closing.set()
        if self._beating:
            await asyncio.wait([self._beating], timeout=_BEAT)
            await end([self._beating])
        with contextlib.suppress(PyMongoError):
            await self._lives.delete_one({"_id": self._name})

    async def _end_for(self, dead: Document) -> None:
        log.warning("lives.dead", process=dead["_id"], seen=dead["seen"])
        try:
            await self._client.admin.command("killSessions", [{"id": dead["session"]}])
        except OperationFailure as error:  # a service that does not allow it: there the minute passes
            log.warning("lives.left_open", reason=str(error))
        await self._lives.delete_one({"_id": dead["_id"], "seen": dead["seen"]})

    async def _beat_on(self, session: Mapping[str, Any]) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_BEAT):
                    await self._closing.wait()
                    return
            try:
                await self.beat(session)
            except PyMongoError as error:
                log.warning("lives.lost", reason=repr(error))
