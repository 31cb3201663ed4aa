"""What becomes of somebody's products when their account changes."""

from __future__ import annotations

import httpx
import pytest
from tests.browsing import browsing, text

from zoco.app import Shop
from zoco.features.accounts.events import UserChanged
from zoco.features.accounts.schemas import ChangeUser
from zoco.features.catalogue.models import Product, ProductQuery
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.permissions import Actor
from zoco.storage.outbox import Relay


@pytest.fixture
async def guest(client: httpx.AsyncClient, product: Product) -> httpx.AsyncClient:
    """A guest who has seen the list of products, so that it is kept ready."""
    browser = browsing(client)
    assert "Ana Vendedora" in text(await browser.get("/productos"))
    return browser


async def test_a_seller_who_is_renamed_is_so_on_every_product_and_in_the_search(
    guest: httpx.AsyncClient, shop: Shop, seller: Actor, product: Product, catalogue: CatalogueService, relay: Relay
) -> None:
    await shop.services["accounts"].change(seller, seller.signed_in(), ChangeUser(name="Beatriz Paz"))
    before = await shop.store.revision("catalogue")
    await relay.drain()
    assert await shop.store.revision("catalogue") > before
    renamed = await catalogue.show(seller, product.id)
    assert (renamed.seller.name, renamed.version) == ("Beatriz Paz", product.version + 1)
    assert (await catalogue.page(ProductQuery(q="beatriz"))).items == [renamed]
    assert (await catalogue.page(ProductQuery(q="vendedora"))).items == []
    assert "Beatriz Paz" in text(await guest.get("/productos"))


async def test_what_somebody_who_left_had_offered_is_hidden(
    guest: httpx.AsyncClient, shop: Shop, seller: Actor, product: Product, catalogue: CatalogueService, relay: Relay,
    staff: Actor,
) -> None:  # fmt: skip
    await shop.services["accounts"].remove(seller, seller.signed_in())
    before = await shop.store.revision("catalogue")
    await relay.drain()
    assert await shop.store.revision("catalogue") > before
    hidden = await catalogue.show(staff, product.id)
    assert (hidden.status, hidden.version) == ("hidden", product.version + 1)
    assert product.title not in text(await guest.get("/productos"))
    assert (await guest.get(f"/productos/{product.id}")).status_code == 404


async def test_a_fact_that_comes_late_brings_no_old_name_back(
    shop: Shop, seller: Actor, product: Product, catalogue: CatalogueService, relay: Relay
) -> None:
    for name in ("Beatriz", "Carmen"):
        await shop.services["accounts"].change(seller, seller.signed_in(), ChangeUser(name=name))
        await relay.drain()
    async with shop.store.write() as tx:
        tx.emit(UserChanged(user=seller.signed_in(), name="Beatriz"))
    await relay.drain()
    assert (await catalogue.show(seller, product.id)).seller.name == "Carmen"
