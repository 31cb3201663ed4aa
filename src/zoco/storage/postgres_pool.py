"""Connections to PostgreSQL: a few, opened when needed and used again, and what their faults mean to a shop."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from typing import Any, TypeAlias

import asyncpg
import msgspec

from zoco.kit.errors import Declined, Invalid, StaleWrite, Unavailable
from zoco.storage.postgres_sql import to_tsquery

CONNECT_SECONDS, WAIT_SECONDS, UNDO_SECONDS = 5, 5, 5
_SETTINGS = {
    "application_name": "zoco",
    "jit": "off",  # it takes longer than any statement of a shop
    "default_transaction_isolation": "read committed",
    "statement_timeout": "60s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
_AGAIN = {"40001", "40P01", "23505"}  # serialization, deadlock, and a key that another transaction has just taken
_OUT_OF_RANGE = {"22003", "22008", "22021", "22P05", "54000"}  # numbers, moments, signs, words that no column can hold
# By their first letters: connection lost, too few resources, operator's intervention, no lock, idle for too long,
# only to be read now (as some do that have no room left), I/O.
_PASSING = ("08", "53", "57", "55P03", "25P03", "25006", "58030")
# The last one is what the driver says of a connection whose end has come but was not read yet.
LOST = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InternalClientError,
)
Wire: TypeAlias = asyncpg.Connection


async def connect(url: str) -> Wire:
    """A new connection; raises what the driver raises."""
    wire = await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        statement_cache_size=512,
        max_cached_statement_lifetime=0,
        server_settings=_SETTINGS,
    )
    try:
        await wire.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=msgspec.json.decode)
        await wire.set_type_codec("tsquery", schema="pg_catalog", encoder=to_tsquery, decoder=str)
    except BaseException:
        wire.terminate()  # nobody else knows of it
        raise
    return wire


class meant:  # noqa: N801 - `with meant(wire):`, many times in a request, and half as dear as a generator
    """Turns a driver's fault into what it means to who asked; any other error stays itself."""

    __slots__ = ("_wire",)

    def __init__(self, wire: Wire | None = None) -> None:
        self._wire = wire

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is not None and (refusal := self._refusal(error)):
            raise refusal from error

    def _refusal(self, error: BaseException) -> Declined | None:
        if isinstance(error, asyncpg.PostgresError):
            state = error.sqlstate or ""
            if state in _AGAIN:
                return StaleWrite()
            if state in _OUT_OF_RANGE or isinstance(error.__cause__, OverflowError):
                return Invalid()
            return Unavailable() if state.startswith(_PASSING) else None
        lost = self._wire is None or self._wire.is_closed()
        if isinstance(error, asyncpg.InternalClientError) or (lost and isinstance(error, LOST)):
            return Unavailable()
        return None


class Slots:
    """So many at once; whoever waits for longer than a few seconds is refused."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free = asyncio.Semaphore(size)
        self.release = self._free.release

    async def take(self) -> None:
        if not self._free.locked():
            await self._free.acquire()
            return
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._free.acquire()
        except TimeoutError:
            raise Unavailable from None

    async def emptied(self) -> None:
        """Return once nobody has one, after a few seconds in any case."""
        with contextlib.ExitStack() as taken, contextlib.suppress(Unavailable):
            for _ in range(self._size):
                await self.take()
                taken.callback(self.release)


class Pool:
    """At most `size` connections; who waits for one longer than a few seconds is refused."""

    def __init__(self, url: str, size: int) -> None:
        self._url = url
        self._free: list[Wire] = []
        self._wires: dict[Wire, int] = {}
        self._slots = Slots(size)
        self._undoing = set[asyncio.Task[None]]()
        self._closed = False

    def origin(self, wire: Wire) -> int:
        """By what others know what was committed through a connection."""
        return self._wires[wire]

    def origins(self) -> list[int]:
        """Of the connections that are open."""
        return list(self._wires.values())

    async def begin(self, how: str) -> Wire:
        """A connection in a fresh transaction; raises Unavailable."""
        wire, _ = await self._said(how)
        return wire

    async def value(self, statement: str, *values: Any) -> Any:
        """What a statement answers that is a transaction of its own; raises Unavailable."""
        wire, answer = await self._said(statement, *values)
        self._give_back(wire)
        return answer

    async def end(self, wire: Wire, how: str) -> None:
        """Commit or roll back, and give the connection back; Unavailable where a fault that the block hid undid it."""
        with meant(wire):
            done = await wire.execute(how)
        if done != how:
            raise Unavailable
        self._give_back(wire)

    async def undo(self, wire: Wire, *, drop: bool = False) -> None:
        """Roll back and give the connection back, or close it, whatever becomes of who waits for this.

        What was committed through one that is closed is from now on told as another's.
        """
        if drop:
            self._wires.pop(wire, None)
        task = asyncio.create_task(self._undo(wire, drop=drop))
        self._undoing.add(task)
        task.add_done_callback(self._undoing.discard)
        await asyncio.shield(task)

    async def close(self) -> None:
        self._closed = True
        if self._undoing:
            await asyncio.wait(self._undoing)
        for wire in list(self._wires):
            with contextlib.suppress(*LOST, TimeoutError):
                await wire.close(timeout=UNDO_SECONDS)
        self._wires.clear()
        self._free.clear()

    async def _said(self, statement: str, *values: Any) -> tuple[Wire, Any]:
        """The answer to the first thing that is said on a connection, again where that turns out to be lost."""
        await self._slots.take()
        try:
            with meant():
                return await self._answered(statement, values)
        except BaseException:
            self._slots.release()
            raise

    async def _answered(self, statement: str, values: tuple[Any, ...]) -> tuple[Wire, Any]:
        while True:
            known = bool(self._free)
            wire = self._free.pop() if known else await self._connected()
            try:
                return wire, await (wire.fetchval(statement, *values) if values else wire.execute(statement))
            except BaseException as error:
                self._drop(wire)
                if not known or not isinstance(error, LOST):
                    raise

    async def _connected(self) -> Wire:
        wire = await connect(self._url)
        if self._closed:  # meanwhile, and nobody would close this one
            wire.terminate()
            raise Unavailable
        self._wires[wire] = secrets.randbits(62)
        return wire

    async def _undo(self, wire: Wire, *, drop: bool) -> None:
        try:
            async with asyncio.timeout(UNDO_SECONDS):
                await wire.execute("ROLLBACK")
        except Exception:  # noqa: BLE001 - the server undoes it when the connection goes
            drop = True
        if drop:
            self._drop(wire)
            self._slots.release()
        else:
            self._give_back(wire)

    def _give_back(self, wire: Wire) -> None:
        self._free.append(wire)
        self._slots.release()

    def _drop(self, wire: Wire) -> None:
        self._wires.pop(wire, None)
        wire.terminate()
