"""Kills a piece of a shop's work at every one of its statements, and tells what is left of each attempt.

Run as a program with the name of the work, `purchase` or `delivery`, and a folder with a `zoco.toml`; the shop is the
one that the environment names. It loads Zoco once and forks a child for each attempt. Prints a line of JSON for each.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from tests.faults.statements import forget, watch

from zoco.app import Shop, build_shop, installed
from zoco.features.catalogue.schemas import AddProduct
from zoco.features.mail.models import Mail
from zoco.features.mail.providers import MailTransport
from zoco.features.orders.schemas import PlaceOrder
from zoco.kit.clock import SystemClock
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.ids import CartId
from zoco.kit.module import Module
from zoco.kit.permissions import GUEST, SYSTEM
from zoco.settings import load
from zoco.storage.outbox import LEASE
from zoco.testing.catalogues import read_once
from zoco.testing.clock import FrozenClock
from zoco.testing.people import person
from zoco.testing.templates import compile_once
from zoco.web.logs import configure


class Attempt(msgspec.Struct):
    """What was done with one cart: where it died, what its buyer was told, and what came of it."""

    statement: str
    after: bool
    killed: bool
    acknowledged: bool
    orders: int
    mails: list[str]
    """The `Message-ID` of each that went out."""
    broken: list[str]


class Posted:
    """Appends the `Message-ID` of each mail to a file, at once: what is there has left the house."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    async def send(self, mail: Mail, _: str) -> None:
        os.write(self._file, f"{mail.message_id}\n".encode())


ASIDE = ContextVar("aside", default=False)
"""Whether the shop does something by itself, every few moments: it comes between other statements in each attempt."""


class Fate:
    """The process dies before statement number `last` of those that come once it is armed, or right after it."""

    def __init__(self, last: int, *, after: bool, told: int) -> None:
        self._last, self._after, self._told = last, after, told
        self._count, self.armed = 0, False
        watch(self._before, self._done)

    def tell(self, what: str) -> None:
        os.write(self._told, b"%s\n" % " ".join(what.split())[:60].encode())

    def _before(self, statement: str) -> None:
        if self.armed and not ASIDE.get():
            self._count += 1
            self.tell(statement)
            if self._count == self._last and not self._after:
                os.kill(os.getpid(), signal.SIGKILL)

    def _done(self, _: str) -> None:
        others = ASIDE.get()
        if self.armed and not others and self._after and self._count >= self._last:  # more may have begun meanwhile
            os.kill(os.getpid(), signal.SIGKILL)


MODULES = installed()  # loaded once, by the parent of all attempts


class Scene:
    """The shop of all attempts, and the time in it."""

    def __init__(self, root: Path) -> None:
        self._config, self.posted = root / "zoco.toml", root / "posted"
        self.clock = FrozenClock()
        self.clock.move(seconds=(SystemClock().now() - self.clock.now()).total_seconds())

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Shop]:
        mails = Module(name="posted", requires=("mail",), provides={MailTransport: lambda _: Posted(self.posted)})
        shop = build_shop(load(self._config, "development"), self.clock, [*MODULES, mails])
        aside = ASIDE.set(True)
        await shop.store.start()
        ASIDE.reset(aside)
        yield shop
        await shop.store.close()

    async def prepared(self, *, bought: bool) -> tuple[int, CartId]:
        """How many orders there are, and a guest's cart with three new products; its own is one of them if bought."""
        async with self.opened() as shop:
            before = await orders(shop)
            cart, _ = await shop.services["cart"].open(GUEST)
            for title in ("Taza", "Jarra", "Plato"):
                data = {"title": title, "category": "Tazas", "price": {"amount": 1250}, "stock": 3}
                product = await shop.services["catalogue"].add(person(), msgspec.convert(data, AddProduct))
                await shop.services["cart"].add(GUEST, cart.id, product.id, 2)
            await shop.relay().drain()
            self.posted.unlink(missing_ok=True)
            if bought:
                await place(shop, cart.id)
        return before, cart.id

    async def buy(self, cart: CartId, fate: Fate) -> None:
        async with self.opened() as shop:
            await dared(fate, place(shop, cart))

    async def deliver(self, fate: Fate) -> None:
        async with self.opened() as shop:
            await dared(fate, shop.relay().drain())

    async def left(self) -> tuple[int, list[str]]:
        """Orders, and what is broken before and after all that was due is delivered, once every lease is over."""
        self.clock.move(seconds=(LEASE + timedelta(seconds=1)).total_seconds())
        async with self.opened() as shop:
            found = await shop.check()
            await shop.relay().drain()
            found += await shop.check()
            count = await orders(shop)
        return count, [f"{name} {sentence}" for name, _, broken in found for sentence in broken]


async def dared(fate: Fate, work: Awaitable[object]) -> None:
    fate.armed = True
    await work
    fate.armed = False
    fate.tell("acknowledged")


async def orders(shop: Shop) -> int:
    page = await shop.services["orders"].page(SYSTEM, None, 1, all_buyers=True)
    return page.items[0].number if page.items else 0


async def place(shop: Shop, cart: CartId) -> None:
    key = IdempotencyKey.of(cart, "guest", b"")
    await shop.services["orders"].place(GUEST, cart, PlaceOrder(email="eva@example.com"), key, "es")


def killed(work: Callable[[Fate], Coroutine[Any, Any, None]], last: int, *, after: bool) -> tuple[list[str], bool]:
    """Fork, let the child die at the statement, and answer all its statements and whether it was killed."""
    told, tell = os.pipe()
    if (child := os.fork()) == 0:
        try:
            asyncio.run(work(Fate(last, after=after, told=tell)))
        except BaseException:  # noqa: BLE001 - a child must not go on as its parent
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(tell)
    with os.fdopen(told) as pipe:
        said = pipe.read().splitlines()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL), "it failed by itself"
    return said, code != 0


def attempt(scene: Scene, name: str, last: int, *, after: bool) -> Attempt:
    before, cart = asyncio.run(scene.prepared(bought=name == "delivery"))
    work = scene.deliver if name == "delivery" else partial(scene.buy, cart)
    said, dead = killed(work, last, after=after)
    forget(os.environ["DATABASE_URL"], said)
    count, broken = asyncio.run(scene.left())
    mails = scene.posted.read_text().split() if scene.posted.exists() else []
    statement = said[last - 1] if dead else ""
    return Attempt(statement, after, dead, "acknowledged" in said, count - before, mails, broken)


def main(name: str, root: Path) -> None:
    configure("error", "text")  # standard output is for the results
    compile_once()
    read_once()
    scene, last, alive = Scene(root), 0, False
    while not alive:
        last += 1
        for after in (False, True):
            result = attempt(scene, name, last, after=after)
            alive = not result.killed
            sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
            if alive or not result.statement.lower().startswith("commit"):
                break  # between two statements nothing reaches the disk


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
