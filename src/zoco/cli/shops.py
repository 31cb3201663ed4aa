"""An open shop for a command to work in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import msgspec
import typer

from zoco.app import Shop, build_shop
from zoco.cli.root import Refused
from zoco.cli.saying import said
from zoco.kit.errors import Declined, Invalid
from zoco.kit.permissions import SYSTEM, Actor
from zoco.settings import Settings
from zoco.storage.engines import file_of, is_there
from zoco.storage.lock import FileLock
from zoco.web.logs import configure


async def seller_of(shop: Shop, email: str | None) -> Actor:
    """The account with that address, else the shop itself."""
    if email is None:
        return msgspec.structs.replace(SYSTEM, name=shop.settings.shop.name)
    seller: Actor = (await shop.services["accounts"].find_by_email(SYSTEM, email)).actor
    return seller


def claim_of(settings: Settings) -> FileLock | None:
    """What a server holds on a SQLite file for as long as it serves; other databases may have several."""
    if not settings.database.url.startswith("sqlite:"):
        return None
    path = file_of(settings.database.url)
    return FileLock(path.with_name(f"{path.name}.serving"))


@contextlib.contextmanager
def left_alone(settings: Settings) -> Iterator[None]:
    """While nobody serves the shop, as far as that can be seen; raises Refused where somebody does."""
    claim = claim_of(settings) if is_there(settings.database.url) else None
    try:
        if claim is not None and not claim.try_take():
            raise Refused("the shop is being served: stop it first, or what is sold meanwhile stays behind.")
        yield
    finally:
        if claim is not None:
            claim.close()


def with_shop(settings: Settings, work: Callable[[Shop], Awaitable[bool]], *, made: bool = False) -> None:
    """Do the work in an open shop; exit code 1 where it answers False, Refused in the shop's language.

    With `made` only in one that is there, which a wrong folder would otherwise make.
    """
    if made and not is_there(settings.database.url):
        raise Refused(
            f"there is no shop in {settings.place} yet: make one with `zoco serve` or `zoco seed`, "
            "or name the right place in ZOCO_DATA_DIR or database.url."
        )
    configure("error", settings.log.format)

    async def run() -> bool:
        async with open_shop(settings) as shop:
            try:
                return await work(shop)
            except Invalid as refusal:
                errors = (f"{error.field}: {said(shop, error.message, error.params)}" for error in refusal.errors)
                raise Refused(" ".join(errors)) from refusal
            except Declined as refusal:
                raise Refused(said(shop, refusal.message, refusal.params)) from refusal

    if not asyncio.run(run()):
        raise typer.Exit(1)


@contextlib.asynccontextmanager
async def open_shop(settings: Settings) -> AsyncIterator[Shop]:
    shop = build_shop(settings)
    try:
        await shop.store.start()
        yield shop
    finally:
        await shop.store.close()
