"""How a shop is set, and what is wrong with it."""

from __future__ import annotations

from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from zoco.app import Shop
from zoco.cli.console import out, sheet
from zoco.cli.root import ConfigFile, Environment, cli
from zoco.cli.saying import said, say
from zoco.cli.shops import with_shop
from zoco.features.configuration.models import Visit, Weight
from zoco.kit.permissions import SYSTEM
from zoco.settings import Settings, elsewhere, load, origins
from zoco.storage.engine import DatabaseUnusable

_COLOURS = {Weight.BAD: "red", Weight.NOTE: "yellow", Weight.GOOD: "green"}


@cli.command("config")
def show_config(
    environment: Environment = None,
    config: ConfigFile = None,
    *,
    look: Annotated[bool, typer.Option("--check", help="Say what is wrong with them instead, and what to do.")] = False,
) -> None:
    """Show every setting, where it came from, secrets masked.

    With --check exit code 1 where something harms the shop or its customers.
    """
    settings = load(config, environment)
    if look:
        _look(settings)
        return
    table = sheet("setting", "value", "from")
    for origin in origins(settings):
        value = ", ".join(map(str, origin.value)) if isinstance(origin.value, tuple) else str(origin.value)
        table.add_row(origin.key, escape(value), escape(origin.source))
    out.print(table)
    say(f"environment {settings.environment}, data in {settings.data_dir}")


def _look(settings: Settings) -> None:
    """Look at everything, also where the database is what is wrong: then in a shop of nothing."""
    try:
        with_shop(settings, _checked, made=True)
    except DatabaseUnusable as error:
        fault = str(error)
        with TemporaryDirectory() as folder:
            empty = elsewhere(settings, f"sqlite:///{folder}/empty.db")
            with_shop(empty, lambda shop: _checked(shop, fault))


async def _checked(shop: Shop, unusable: str = "") -> bool:
    """Everything that the back office finds, in the shop's own language, and what the mail server says."""
    table = sheet("setting", "what was found", "what to do")
    findings = (await shop.services["configuration"].show(SYSTEM, Visit())).findings
    apart = {"mail.host", "database.url"} if unusable else {"mail.host"}  # it is asked more closely below
    found = [finding for finding in findings if finding.about not in apart]
    if unusable:
        fault, _, cure = unusable.partition("; ")
        table.add_row("database.url", f"[red]{escape(fault)}[/]", escape(cure))
    for finding in found:
        what, advice = (said(shop, sentence, finding.params) for sentence in (finding.message, finding.advice))
        table.add_row(finding.about, f"[{_COLOURS[finding.weight]}]{escape(what)}[/]", escape(advice))
    mails = await _mails(shop, shop.settings, table)
    out.print(table)
    return mails and not unusable and not any(finding.weight is Weight.BAD for finding in found)


async def _mails(shop: Shop, settings: Settings, table: Table) -> bool:
    """Whether the mail server would take mails; nothing is said of a folder, which the settings speak of."""
    if settings.mail.transport == "folder":
        return True
    verdict = await shop.services["mail"].probe(SYSTEM)
    what, colour = said(shop, verdict.message, verdict.params), "green" if verdict.ok else "red"
    words, advice = f"\n“{verdict.words}”" if verdict.words else "", said(shop, verdict.advice, verdict.params)
    table.add_row("mail.host", f"[{colour}]{escape(what + words)}[/]", escape(advice))
    return bool(verdict.ok)
