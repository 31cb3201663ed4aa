"""The line between a shop and its database, to be cut in the middle of what goes over it, and mended."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Line:
    """Listens at an address of this machine and passes everything on, in a thread of its own: some who open a store
    let the test's loop wait meanwhile.
    """

    def __init__(self, database: str) -> None:
        self._database = urlsplit(database)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._writers = set[asyncio.StreamWriter]()
        self._passing = set[asyncio.Task[None]]()
        self._server: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The database's address by way of this line."""
        user = f"{self._database.username}@" if self._database.username else ""
        query = "directConnection=true" if self._database.scheme == "mongodb" else ""
        return self._database._replace(netloc=f"{user}127.0.0.1:{self._port}", query=query).geturl()

    def mend(self) -> None:
        self._done(self._mend())

    def cut(self) -> None:
        """Everybody on it is thrown off, and nobody gets on it any more."""
        self._done(self._cut())

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _done(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _mend(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        if self._server:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        if self._passing:
            await asyncio.wait(self._passing)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if folder := parse_qs(self._database.query).get("host"):
            far_reader, far_writer = await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.5432")
        else:
            far_reader, far_writer = await asyncio.open_connection(self._database.hostname, self._database.port)
        self._writers |= {writer, far_writer}
        ways = {
            asyncio.create_task(self._copy(reader, far_writer)),
            asyncio.create_task(self._copy(far_reader, writer)),
        }
        self._passing |= ways
        await asyncio.wait(ways)
        self._passing -= ways
        self._writers -= {writer, far_writer}

    @staticmethod
    async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while some := await reader.read(65_536):
                writer.write(some)
                await writer.drain()
        writer.close()


@contextmanager
def line_to(database: str) -> Iterator[Line]:
    line = Line(database)
    line.mend()
    yield line
    line.close()
