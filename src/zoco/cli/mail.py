"""Whether mails leave the shop."""

from __future__ import annotations

from typing import Annotated

import typer

from zoco.app import Shop
from zoco.cli.console import err
from zoco.cli.root import ConfigFile, Environment, mails
from zoco.cli.saying import said, say
from zoco.cli.shops import with_shop
from zoco.features.mail.models import Verdict
from zoco.kit.permissions import SYSTEM
from zoco.settings import load


@mails.command("test")
def send_test(
    address: Annotated[str, typer.Argument(help="Who is to get the mail.")],
    environment: Environment = None,
    config: ConfigFile = None,
) -> None:
    """Send a mail to an address, and say in words what is wrong where it does not leave.

    Takes the settings as they are, also while the shop is running. Exit code 1 where the mail was not handed over.
    """
    settings = load(config, environment)
    mail = settings.mail

    async def work(shop: Shop) -> bool:
        verdict: Verdict = await shop.services["mail"].test(SYSTEM, address)
        if verdict.ok and mail.transport == "folder":
            say(f'The mail was written into {settings.data_dir / "mail"}; set mail.transport = "smtp" to send mails.')
        elif verdict.ok:
            say(f"{mail.host} has taken the mail to {address}. If it does not arrive, look among the spam.")
        else:
            _explain(shop, verdict)
        return verdict.ok

    with_shop(settings, work)


def _explain(shop: Shop, verdict: Verdict) -> None:
    """What is wrong, what was said, and what to do, in the shop's own language."""
    for sentence in (verdict.message, verdict.advice):
        err.print(said(shop, sentence, verdict.params), highlight=False, markup=False, soft_wrap=True)
    if verdict.words:
        err.print(f"“{verdict.words}”", highlight=False, markup=False, soft_wrap=True)
