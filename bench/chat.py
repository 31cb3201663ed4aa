"""The chat's figures: one message to all who listen, what an idle listener weighs, and storms of reconnecting ones.

The listeners live in this process, on the same cores as the server. Their sockets are of the program that measures,
as thin as it goes: an upgrade by hand, then frames that are read and not answered.
"""

from __future__ import annotations

import asyncio
import os
import resource
import secrets
import struct
import time
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
import uvloop

from bench.client import HOST, BenchError, Client, Request, asking
from bench.report import Row
from bench.server import Server

SUBSCRIBERS, IDLE, STORMS = 1_000, 2_000, 20
ROUNDS, AT_ONCE, PATIENCE = 20, 100, 60.0
MOST_TAIL, MOST_WEIGHT = 100.0, 100.0
_KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class Someone(NamedTuple):
    """The cookie of a browser's session, and the token of a program, of one person."""

    session: str
    token: str


class Listener:
    """Keeps every number that it is shown; asks by REST for those that are missing, as the page does."""

    def __init__(self, client: Client, port: int, who: Someone) -> None:
        self._client, self._port, self._who = client, port, who
        self.seen: list[int] = []
        self.at = 0.0
        self.asked = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()

    @property
    def last(self) -> int:
        return self.seen[-1] if self.seen else 0

    async def connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(HOST, self._port)
        lines = (
            f"GET /live/chat?email=general&after={self.last} HTTP/1.1",
            f"Host: {HOST}:{self._port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {_KEY}",
            "Sec-WebSocket-Version: 13",
            f"Cookie: {self._who.session}",
        )
        self._writer.write("\r\n".join([*lines, "", ""]).encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.partition(b"\r\n")[0]:
            raise BenchError(f"The chat's socket was refused: {head[:80]!r}")
        self._reading = asyncio.create_task(self._read(self._reader))

    async def reach(self, number: int) -> None:
        """Wait until the message with that number was shown."""
        async with asyncio.timeout(PATIENCE):
            while self.last < number:
                self._arrived.clear()
                await self._arrived.wait()

    async def drop(self) -> None:
        """Gone without a word, as a telephone in a tunnel."""
        if self._reading:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        if self._writer:
            self._writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            kind, size = await reader.readexactly(2)
            if size == 126:  # noqa: PLR2004 - RFC 6455, 5.2
                (size,) = struct.unpack(">H", await reader.readexactly(2))
            elif size == 127:  # noqa: PLR2004
                (size,) = struct.unpack(">Q", await reader.readexactly(8))
            body = await reader.readexactly(size)
            if kind & 0x0F == 1:
                self.at = time.perf_counter()
                await self._hear(msgspec.json.decode(body))

    async def _hear(self, said: dict[str, Any]) -> None:
        whole = True
        for one in said.get("items", ()):
            if one["seq"] == self.last + 1:
                self.seen.append(one["seq"])
            elif one["seq"] > self.last:
                whole = False
        if not whole or said.get("last", 0) > self.last:
            await self._ask()
        self._arrived.set()

    async def _ask(self) -> None:
        self.asked += 1
        request = asking("GET", f"/api/messages?email=general&after={self.last}&limit=100", token=self._who.token)
        answer = await asyncio.to_thread(self._client.send, request, 200)
        self.seen += [one["seq"] for one in answer.json()["items"] if one["seq"] > self.last]


def chat(server: Server, *, quick: bool) -> list[Row]:
    """The lines of the table."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8_192)), hard))
    client = Client(server.port)
    who = _someone(client)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_measured(client, server, who, quick=quick))


def _someone(client: Client) -> Someone:
    email, password = f"{secrets.token_hex(6)}@bench.example", secrets.token_urlsafe(12)
    person = {"name": "Tertulia", "phone": "+52 999 123 4567", "email": email}
    client.send(asking("POST", "/api/users", person | {"password": password, "password_confirm": password}), 201)
    said = client.send(asking("POST", "/api/auth/login", {"email": email, "password": password})).json()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    proof = urlencode({"email": email, "password": password}).encode()
    answer = client.send(Request("POST", "/login", headers, proof), 303)
    cookies = [value for name, value in answer.headers if name.lower() == "set-cookie"]
    session = next(one for one in cookies if "session=" in one).partition(";")[0]
    return Someone(session, str(said["access_token"]))


async def _measured(client: Client, server: Server, who: Someone, *, quick: bool) -> list[Row]:
    idle, storms = (IDLE // 4, STORMS // 4) if quick else (IDLE, STORMS)
    rows = [await _weight(client, server, who, idle)]
    listeners = [Listener(client, server.port, who) for _ in range(SUBSCRIBERS // (4 if quick else 1))]
    await _all(listeners)
    rows.append(await _spread(client, who, listeners))
    rows.append(await _storms(client, who, listeners, storms))
    for listener in listeners:
        await listener.drop()
    return rows


async def _weight(client: Client, server: Server, who: Someone, count: int) -> Row:
    """Memory of the server for each socket that says nothing."""
    first = [Listener(client, server.port, who) for _ in range(50)]
    await _all(first)  # what the first ones load is not counted
    before = server.memory()
    listeners = [Listener(client, server.port, who) for _ in range(count)]
    await _all(listeners)
    await asyncio.sleep(1)
    weight = (server.memory() - before) / count / 1024
    for listener in (*first, *listeners):
        await listener.drop()
    name = f"memory for each of {count:,} idle listeners"
    return Row(name, weight, "KiB", f"≤ {MOST_WEIGHT:.0f} KiB", weight <= MOST_WEIGHT)


async def _spread(client: Client, who: Someone, listeners: list[Listener]) -> Row:
    """From the start of the sender's request until the last of a hundred has it."""
    times = list[float]()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        number = await _say(client, who)
        await asyncio.gather(*(listener.reach(number) for listener in listeners))
        times += [(listener.at - began) * 1000 for listener in listeners]
    times.sort()
    median, tail = times[len(times) // 2], times[len(times) * 99 // 100]
    name = f"message to {len(listeners):,} listeners, p99"
    return Row(name, tail, "ms", f"≤ {MOST_TAIL:.0f} ms", tail <= MOST_TAIL, p50=median, p99=tail)


async def _storms(client: Client, who: Someone, listeners: list[Listener], storms: int) -> Row:
    """All go and come again at once while messages are sent; messages that somebody missed or saw twice."""
    last = 0
    for _ in range(storms):
        sending = asyncio.create_task(_say_some(client, who, 10))
        for listener in listeners:
            await listener.drop()
        await _all(listeners)
        last = await sending
    await asyncio.gather(*(listener.reach(last) for listener in listeners))
    wrong = sum(len(set(range(1, last + 1)) ^ set(one.seen)) + len(one.seen) - len(set(one.seen)) for one in listeners)
    return Row(f"lost or doubled in {storms} storms of {len(listeners):,}", wrong, "", "0", wrong == 0)


async def _all(listeners: list[Listener]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def connect(listener: Listener) -> None:
        async with gate:
            await listener.connect()

    await asyncio.gather(*(connect(listener) for listener in listeners))


async def _say(client: Client, who: Someone) -> int:
    data = {"email": "general", "body": "¿Alguien sabe si las tazas van al lavavajillas?", "key": os.urandom(8).hex()}
    answer = await asyncio.to_thread(client.send, asking("POST", "/api/messages", data, token=who.token), 201)
    return int(answer.json()["seq"])


async def _say_some(client: Client, who: Someone, count: int) -> int:
    for _ in range(count):
        number = await _say(client, who)
    return number
