"""What the catalogue does when accounts change."""

from __future__ import annotations

from zoco.features.accounts.events import UserChanged, UserRemoved
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.events import on
from zoco.kit.store import Tx


@on(UserChanged)
async def rename_seller(tx: Tx, event: UserChanged, catalogue: CatalogueService) -> None:
    await catalogue.rename_seller(tx, event.user, event.name)


@on(UserRemoved)
async def hide_products(tx: Tx, event: UserRemoved, catalogue: CatalogueService) -> None:
    await catalogue.hide_all(tx, event.user)
