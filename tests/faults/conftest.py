"""A real server in a process of its own, on a free port of this machine, to be hurried and killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from zoco.app import Shop, build_shop
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import AddProduct
from zoco.settings import load
from zoco.testing.people import person

PATIENCE = 30.0  # seconds until a server that does not answer counts as broken
BUYER = {"email": "eva@example.com"}


class Server:
    """One shop below `folder`, served or opened, never both at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._config = folder / "zoco.toml"
        self._config.touch()
        self._environ = {"ZOCO_DATA_DIR": str(folder / "var"), "ZOCO_LOG__LEVEL": "error"}
        self._process: asyncio.subprocess.Process | None = None
        self.url = ""

    def open(self) -> Shop:
        return build_shop(load(self._config, "development", self._environ))

    async def offer(self, *products: tuple[str, int]) -> list[Product]:
        """Put products on sale, each a title and a stock, while nobody serves."""
        shop, seller = self.open(), person(name="Ana")
        made = []
        for title, stock in products:
            data = {"title": title, "category": "Tazas", "price": {"amount": 1250}, "stock": stock}
            made.append(await shop.services["catalogue"].add(seller, msgspec.convert(data, AddProduct)))
        await shop.store.close()
        return made

    async def start(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = ["-m", "zoco", "serve", "--port", str(port), "--config", str(self._config)]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, *command, env=os.environ | self._environ, stdout=asyncio.subprocess.DEVNULL
        )
        self.url = f"http://127.0.0.1:{port}"
        end = time.monotonic() + PATIENCE
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                assert self._process.returncode is None, "the server ended before it answered"
                assert time.monotonic() < end, "the server does not answer"
                await asyncio.sleep(0.02)  # between two attempts
            else:
                writer.close()
                return

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            if self._process.returncode is None:
                self._process.send_signal(how)
            await asyncio.wait_for(self._process.wait(), PATIENCE)
            self._process = None

    async def check(self) -> list[str]:
        """What `zoco check` finds broken, once nobody serves any more."""
        shop = self.open()
        found = [f"{invariant} {sentence}" for invariant, _, broken in await shop.check() for sentence in broken]
        await shop.store.close()
        return found


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


Buyers = Callable[[int], Awaitable[list[Buyer]]]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    server = Server(tmp_path)
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
