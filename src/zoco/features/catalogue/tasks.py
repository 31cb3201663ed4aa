"""What the catalogue does when accounts change."""

from __future__ import annotations

from zoco.features.accounts.events import UserChanged, UserRemoved
from zoco.features.accounts.service import AccountService
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.events import on
from zoco.kit.store import Tx


@on(UserChanged)
async def rename_seller(tx: Tx, event: UserChanged, accounts: AccountService, catalogue: CatalogueService) -> None:
    """By the name of now: facts may come in another order than they happened."""
    user = await accounts.of_id(tx, event.user)
    if user:
        await catalogue.rename_seller(tx, user.id, user.name)


@on(UserRemoved)
async def hide_products(tx: Tx, event: UserRemoved, catalogue: CatalogueService) -> None:
    await catalogue.hide_all(tx, event.user)
