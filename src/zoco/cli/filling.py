"""What a person puts into a shop by hand: products from a file, an account."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from zoco.app import Shop
from zoco.cli.console import out, progress, sheet
from zoco.cli.root import ConfigFile, Environment, Refused, imports, users
from zoco.cli.saying import said, say
from zoco.cli.shops import seller_of, with_shop
from zoco.kit.permissions import SYSTEM, Role
from zoco.settings import load


@imports.command("products")
def import_products(
    file: Annotated[Path, typer.Argument(help="A product CSV of Shopify or WooCommerce.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would happen.")] = False,
    seller: Annotated[str | None, typer.Option(help="E-mail of the seller; the shop itself where left out.")] = None,
    environment: Environment = None,
    config: ConfigFile = None,
) -> None:
    """Import products, row by row; doing it twice changes nothing.

    Tells what became of every row. Exit code 1 where one was refused, or where the file cannot be read at all.
    """
    try:  # before a shop is opened; Typer would end with 2, which is for commands that do not exist
        file.open("rb").close()
    except OSError as error:
        raise Refused(f"{file} cannot be read ({error.strerror}): name a CSV file.") from error

    async def work(shop: Shop) -> bool:
        actor = await seller_of(shop, seller)
        with progress("Importing") as advance:
            report = await shop.services["imports"].run(actor, file, dry_run=dry_run, progress=advance)
        table = sheet("line", "outcome", "product", "remarks")
        for row in report.rows:
            remarks = "\n".join(said(shop, reason.message, reason.params) for reason in row.reasons)
            table.add_row(str(row.line), row.outcome.value, escape(row.title or row.key), escape(remarks))
        out.print(table)
        counts = ", ".join(f"{count} {outcome}" for outcome, count in report.counts.items())
        say(f"{report.format}: {counts}{'; a dry run, so nothing was changed' if dry_run else ''}")
        return bool(report.clean)

    with_shop(load(config, environment), work, made=True)


@users.command("create")
def create_user(
    *,
    email: Annotated[str, typer.Option(help="The address to sign in with.")],
    name: Annotated[str, typer.Option(help="Full name.")],
    role: Annotated[Role, typer.Option(help="What the user is to the shop.")] = Role.CUSTOMER,
    phone: Annotated[str, typer.Option(help="Telephone number.")] = "",
    environment: Environment = None,
    config: ConfigFile = None,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    settings = load(config, environment)
    password = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\r\n")
    )

    async def work(shop: Shop) -> bool:
        user = await shop.services["accounts"].create(
            SYSTEM, name=name, email=email, phone=phone, password=password, role=role
        )
        say(f"{user.role.value} {user.email} was created.")
        return True

    with_shop(settings, work)
