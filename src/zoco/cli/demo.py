"""Filling a shop with demo data, for the commands that do."""

from __future__ import annotations

from zoco.app import Shop
from zoco.cli.console import progress
from zoco.cli.saying import say


async def fill(shop: Shop) -> bool:
    with progress("Filling the shop") as advance:
        filled = await shop.services["demo"].fill(progress=advance)
    say(f"{filled.products} products. Sign in as {', '.join(filled.people)} with the password {filled.password}")
    return True
