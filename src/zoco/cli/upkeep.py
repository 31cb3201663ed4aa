"""Looking after a whole shop: fill it with demo data, check it, move it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from zoco.app import Shop
from zoco.cli.console import err, out, sheet, steps
from zoco.cli.demo import fill
from zoco.cli.root import ConfigFile, Environment, Refused, cli
from zoco.cli.saying import say
from zoco.cli.shops import left_alone, open_shop, with_shop
from zoco.settings import elsewhere, load
from zoco.storage.moving import movable
from zoco.storage.moving import move as move_shop


@cli.command()
def seed(environment: Environment = None, config: ConfigFile = None) -> None:
    """Fill the shop with demo data: products with pictures, two sellers, a customer."""
    with_shop(load(config, environment), fill)


@cli.command()
def check(environment: Environment = None, config: ConfigFile = None) -> None:
    """Ask whether everything in the shop still adds up; exit code 1 and a list where it does not."""

    async def work(shop: Shop) -> bool:
        table, sound = sheet("", "what must hold", "found"), True
        for invariant, question, broken in await shop.check():
            sound = sound and not broken
            table.add_row(invariant, question, escape("\n".join(broken)) or "[green]holds[/green]")
        out.print(table)
        return sound

    with_shop(load(config, environment), work, made=True)


@cli.command()
def move(
    to: Annotated[str, typer.Option("--to", help="database.url of the new place, empty or not there yet.")],
    environment: Environment = None,
    config: ConfigFile = None,
) -> None:
    """Copy the whole shop into another database, on any engine; stop the shop first.

    Accounts, products, carts, orders with their numbers, mails and the outbox; the pictures stay in the data folder.
    Afterwards everything is counted, compared and checked. People sign in again.
    """
    settings = load(config, environment)
    there = elsewhere(settings, to)
    if there.database.url == settings.database.url:
        raise Refused("the shop is there already: name another database with --to.")

    async def work(shop: Shop) -> bool:
        async with open_shop(there) as target:
            with steps() as step:
                counts = await move_shop(shop.store, target.store, movable(shop.modules), step)
            broken = [fault for _, _, found in await target.check() for fault in found]
        for fault in broken:
            err.print(escape(fault))
        say(", ".join(f"{count:,} {name}" for name, count in counts.items()))
        say(f"The shop is in {there.place} now: set database.url to it, in zoco.toml or DATABASE_URL, and serve again.")
        return not broken

    with left_alone(settings):
        with_shop(settings, work, made=True)
