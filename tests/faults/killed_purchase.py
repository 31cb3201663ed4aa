"""Kills a purchase at every one of its statements, and tells what is left of each attempt.

Run as a program with a folder that holds a prepared shop in `prepared`, a cart's id and its buyer's e-mail address. It
loads Zoco once and forks a child for each attempt, on a copy of the shop. Prints a line of JSON for each.
"""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import msgspec

from zoco.app import Shop, build_shop, installed
from zoco.features.orders.schemas import PlaceOrder
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.ids import CartId
from zoco.kit.permissions import GUEST, SYSTEM
from zoco.settings import load
from zoco.web.logs import configure

MODULES = installed()  # loaded once, by the parent of all attempts


class Attempt(msgspec.Struct):
    """What one killed purchase left: the statement it died at, what its buyer was told, and what is in the shop."""

    statement: str
    after: bool
    killed: bool
    acknowledged: bool
    orders: int
    mails: int
    broken: list[str]


class Fatal(sqlite3.Connection):
    """Counts what is executed once `armed`; the process dies before statement number `last`, or right `after` it."""

    armed, count, last, after, told = False, 0, 0, False, -1

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        if not Fatal.armed:
            return super().execute(sql, *args)
        Fatal.count += 1
        if Fatal.count == Fatal.last:
            os.write(Fatal.told, b"%s\n" % " ".join(sql.split())[:60].encode())
            if not Fatal.after:
                os.kill(os.getpid(), signal.SIGKILL)
        cursor = super().execute(sql, *args)
        if Fatal.count == Fatal.last:
            os.kill(os.getpid(), signal.SIGKILL)
        return cursor


def opened(folder: Path) -> Shop:
    """The shop below the folder, its mails written there too."""
    folder.mkdir(exist_ok=True)
    (folder / "zoco.toml").touch()
    environ = {"ZOCO_DATA_DIR": str(folder), "ZOCO_MAIL__NOTIFY": "tienda@example.com"}
    return build_shop(load(folder / "zoco.toml", "development", environ), None, MODULES)


async def purchase(folder: Path, cart: CartId, email: str) -> None:
    shop = opened(folder)
    key = IdempotencyKey.of("clave", "guest", b"")
    Fatal.armed = True
    await shop.services["orders"].place(GUEST, cart, PlaceOrder(email=email), key, "es")
    Fatal.armed = False
    os.write(Fatal.told, b"acknowledged\n")
    await shop.store.close()


def attempt(folder: Path, last: int, *, after: bool, cart: CartId, email: str) -> tuple[str, bool]:
    """Fork, let the child die at the statement, and answer what it said and whether it was killed."""
    told, Fatal.told = os.pipe()
    if (child := os.fork()) == 0:
        Fatal.last, Fatal.after = last, after
        setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=Fatal))  # noqa: B010 - mypy refuses it
        asyncio.run(purchase(folder, cart, email))
        os._exit(0)
    os.close(Fatal.told)
    with os.fdopen(told) as pipe:
        said = pipe.read()
    return said, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


async def left(folder: Path) -> tuple[int, list[str]]:
    """Open the shop again: its orders, and what is broken before and after all that was due is delivered."""
    shop = opened(folder)
    found = await shop.check()
    await shop.relay().drain()
    found += await shop.check()
    orders = await shop.services["orders"].page(SYSTEM, None, 100, all_buyers=True)
    await shop.store.close()
    return len(orders.items), [f"{name} {sentence}" for name, _, broken in found for sentence in broken]


def main(root: Path, cart: CartId, email: str) -> None:
    configure("error", "text")  # standard output is for the results
    last, killed = 0, True
    while killed:
        last, statement = last + 1, ""
        for after in (False, True):
            if after and statement != "COMMIT":
                continue  # between two statements nothing reaches the disk
            folder = root / f"{last}{' after' if after else ''}"
            shutil.copytree(root / "prepared", folder)
            said, killed = attempt(folder, last, after=after, cart=cart, email=email)
            statement = said.partition("\n")[0]
            orders, broken = asyncio.run(left(folder))
            mails = len(list(folder.rglob("*.eml")))
            result = Attempt(statement, after, killed, "acknowledged" in said, orders, mails, broken)
            sys.stdout.write(msgspec.json.encode(result).decode() + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), CartId(sys.argv[2]), sys.argv[3])
