"""A real server in a process of its own, on a free port of this machine, to be hurried and killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.serving import reserved_port

from zoco.app import Shop, build_shop
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import AddProduct
from zoco.settings import load
from zoco.testing.people import person

PATIENCE = 60.0  # seconds until a server that does not answer counts as broken
LONG_PATIENCE = 180.0  # the same of one whose database keeps for a minute what a killed client had begun
BUYER = {"email": "eva@example.com"}


class Server:
    """One shop below `folder` with its database at an address, served or opened, never both at once."""

    def __init__(self, folder: Path, database: str, workers: int = 1) -> None:
        self.folder, self._config = folder, folder / "zoco.toml"
        self._config.touch()
        self._workers = workers
        self.environ = {
            "ZOCO_DATA_DIR": str(folder / "var"),
            "ZOCO_LOG__LEVEL": "error",
            "ZOCO_MAIL__NOTIFY": "tienda@example.com",
            "DATABASE_URL": database,
        }
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Shop]:
        shop = build_shop(load(self._config, "development", self.environ))
        await shop.store.start()
        try:
            yield shop
        finally:
            await shop.store.close()

    async def offer(self, *products: tuple[str, int]) -> list[Product]:
        """Put products on sale, each a title and a stock, while nobody serves."""
        async with self.open() as shop:
            return await offered(shop, *products)

    async def start(self) -> None:
        with reserved_port() as port:
            await self._start_at(port)

    async def _start_at(self, port: int) -> None:
        command = ["-m", "zoco", "serve", "--port", str(port), "--config", str(self._config)]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            f"--workers={self._workers}",
            env=os.environ | self.environ,
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        self.url = f"http://127.0.0.1:{port}"
        end = time.monotonic() + PATIENCE
        async with httpx.AsyncClient(base_url=self.url, timeout=PATIENCE, trust_env=False) as client:
            while True:
                try:
                    (await client.get("/readyz")).raise_for_status()
                except httpx.TransportError:
                    assert self._process.returncode is None, "the server ended before it answered"
                    assert time.monotonic() < end, "the server does not answer"
                    await asyncio.sleep(0.02)  # between two attempts
                else:
                    return

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Tell it to end; one that is killed takes its workers along."""
        if self._process is not None:
            if self._process.returncode is None:
                (os.killpg if how is signal.SIGKILL else os.kill)(self._process.pid, how)
            await asyncio.wait_for(self._process.wait(), PATIENCE)
            self._process = None

    async def check(self) -> list[str]:
        """What `zoco check` finds broken, once nobody serves any more."""
        async with self.open() as shop:
            return [f"{invariant} {sentence}" for invariant, _, broken in await shop.check() for sentence in broken]


async def offered(shop: Shop, *products: tuple[str, int]) -> list[Product]:
    made, seller = [], person(name="Ana")
    for title, stock in products:
        data = {"title": title, "category": "Tazas", "price": {"amount": 1250}, "stock": stock}
        made.append(await shop.services["catalogue"].add(seller, msgspec.convert(data, AddProduct)))
    return made


class Buyer:
    """A guest with a connection of their own."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.cart = ""

    async def fill(self, *products: Product) -> None:
        """A new cart with one of each, in this order."""
        cart = (await self._client.post("/api/carts")).json()
        self.cart = f"/api/carts/{cart['id']}"
        for product in products:
            (await self._client.post(f"{self.cart}/product/{product.id}")).raise_for_status()

    async def buy(self, key: str, cart: str | None = None) -> httpx.Response:
        address = f"{cart or self.cart}/purchase"
        return await self._client.post(address, json=BUYER, headers={"Idempotency-Key": key})


def refused(answer: httpx.Response) -> bool:
    """Whether the shop asks to come back later; anything else than this or selling it may not do."""
    if answer.status_code == 201:
        return False
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert int(answer.headers["retry-after"]) > 0
    return True


async def bought(buyer: Buyer, cart: str | None = None) -> httpx.Response:
    """A purchase that is asked for until it is answered, always with the same key."""
    async with asyncio.timeout(LONG_PATIENCE):
        while True:
            if not refused(answer := await buyer.buy("clave", cart)):
                return answer
            await asyncio.sleep(0.05)  # between two attempts


Buyers = Callable[[int], Awaitable[list[Buyer]]]


@pytest.fixture
async def server(tmp_path: Path, database: str) -> AsyncIterator[Server]:
    """Two processes where the database serves several."""
    server = Server(tmp_path, database, 1 if database.startswith("sqlite:") else 2)
    yield server
    await server.stop(signal.SIGKILL)


@pytest.fixture
async def buyers(server: Server) -> AsyncIterator[Buyers]:
    """So many guests of the server that runs now."""
    clients: list[httpx.AsyncClient] = []

    async def come(count: int) -> list[Buyer]:
        come = [httpx.AsyncClient(base_url=server.url, timeout=PATIENCE, trust_env=False) for _ in range(count)]
        clients.extend(come)
        return [Buyer(client) for client in come]

    yield come
    for client in clients:
        await client.aclose()
