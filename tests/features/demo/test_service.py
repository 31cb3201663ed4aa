"""The demo: an empty shop is filled once, and no other."""

from __future__ import annotations

import httpx
import pytest

from zoco.app import Shop
from zoco.features.catalogue.models import ProductQuery
from zoco.features.catalogue.service import CatalogueService
from zoco.features.demo import service
from zoco.features.demo.errors import ShopInUse
from zoco.features.demo.models import CUSTOMER, PRODUCTS, SELLERS, SHELVES
from zoco.features.demo.service import DemoService
from zoco.kit.permissions import SYSTEM


@pytest.fixture
def demo(shop: Shop, png: bytes, monkeypatch: pytest.MonkeyPatch) -> DemoService:
    """With a drawing that costs nothing."""
    monkeypatch.setattr(service, "draw", lambda _: png)
    made: DemoService = shop.services["demo"]
    return made


async def test_an_empty_shop_becomes_a_small_market(
    demo: DemoService, catalogue: CatalogueService, client: httpx.AsyncClient
) -> None:
    steps = list[tuple[int, int]]()
    assert await demo.is_wanted()
    filled = await demo.fill(progress=lambda done, total: steps.append((done, total)))
    offered = (await catalogue.page(ProductQuery(limit=100))).items
    assert filled.products == len(offered) == len(PRODUCTS) == len(steps)
    assert all(product.cover and product.stock for product in offered)
    assert all(product.told_in("en").title != product.title for product in offered)
    assert {product.seller.name for product in offered} == {person.name for person in SELLERS}
    assert {shelf.name: shelf.translations for shelf in await catalogue.categories()} == {
        name: {"en": english} for name, english in SHELVES.items()
    }
    assert filled.people == [person.email for person in (*SELLERS, CUSTOMER)]
    for email in filled.people:
        answer = await client.post("/api/auth/login", json={"email": email, "password": filled.password})
        assert answer.status_code == 200


async def test_a_category_that_somebody_named_before_keeps_its_names(
    demo: DemoService, catalogue: CatalogueService
) -> None:
    made = await catalogue.add_category(SYSTEM, "Hogar")
    await catalogue.rename_category(SYSTEM, made.slug, made.name, {"en": "House"})
    await demo.fill()
    named = {shelf.name: shelf.translations for shelf in await catalogue.categories()}
    assert named == {name: {"en": english} for name, english in SHELVES.items()} | {"Hogar": {"en": "House"}}


async def test_a_shop_without_english_is_filled_without_it(
    demo: DemoService, catalogue: CatalogueService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "languages", ("es",))
    await demo.fill()
    assert {shelf.name: shelf.translations for shelf in await catalogue.categories()} == {name: {} for name in SHELVES}
    offered = (await catalogue.page(ProductQuery(limit=100))).items
    assert all(product.told_in("en").title == product.title for product in offered)


async def test_it_is_not_filled_twice(demo: DemoService, catalogue: CatalogueService) -> None:
    await demo.fill()
    assert not await demo.is_wanted()
    with pytest.raises(ShopInUse):
        await demo.fill()
    assert len((await catalogue.page(ProductQuery(limit=100))).items) == len(PRODUCTS)


async def test_a_shop_that_was_emptied_since_is_left_alone(demo: DemoService, catalogue: CatalogueService) -> None:
    await demo.fill()
    for product in (await catalogue.page(ProductQuery(limit=100))).items:
        await catalogue.remove(SYSTEM, product.id)
    assert not await demo.is_wanted()


async def test_somebodys_shop_is_left_alone(demo: DemoService, product: object) -> None:
    assert not await demo.is_wanted()
