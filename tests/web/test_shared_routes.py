"""Tests share one set of routes: each request must find its own shop behind them."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from tests.browsing import browsing

from zoco.app import Shop, build_shop, create_app
from zoco.features.catalogue.models import Product
from zoco.settings import elsewhere

pytestmark = pytest.mark.engines("sqlite")


async def test_two_shops_at_once_show_their_own(
    shop: Shop, client: httpx.AsyncClient, product: Product, tmp_path: Path
) -> None:
    other = build_shop(elsewhere(shop.settings, f"sqlite:///{tmp_path / 'other.db'}"), shop.clock, shop.modules)
    transport = httpx.ASGITransport(create_app(other))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as empty:
        for path in ("/productos", "/api/products"):
            assert product.title in (await client.get(path)).text
            assert product.title not in (await empty.get(path)).text
    await other.store.close()


async def test_what_a_shop_refuses_is_answered_by_itself(client: httpx.AsyncClient) -> None:
    answer = await browsing(client).get("/productos/no-hay")
    assert answer.status_code == 404
    assert (await client.get("/readyz")).json() == {"status": "ok"}
