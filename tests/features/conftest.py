"""The services of a shop, and something for sale in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from itertools import cycle
from typing import Any, cast

import httpx
import msgspec
import pytest
from PIL import Image
from tests.browsing import browsing, enter

from zoco.app import Shop
from zoco.features.cart.service import CartService
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import AddProduct
from zoco.features.catalogue.service import CatalogueService
from zoco.features.orders.service import OrderService
from zoco.kit.errors import StaleWrite
from zoco.kit.events import Event
from zoco.kit.permissions import Actor, Role
from zoco.kit.store import Tx
from zoco.testing.people import account, person, signed_in

Offer = Callable[..., Awaitable[Product]]


class Signed(dict[str, str]):
    """The headers of somebody's calls."""

    def __init__(self, headers: dict[str, str], actor: Actor) -> None:
        super().__init__(headers)
        self.actor = actor


Sign = Callable[..., Awaitable[Signed]]


@pytest.fixture
def catalogue(shop: Shop) -> CatalogueService:
    return cast(CatalogueService, shop.services["catalogue"])


@pytest.fixture
def cart(shop: Shop) -> CartService:
    return cast(CartService, shop.services["cart"])


@pytest.fixture
def orders(shop: Shop) -> OrderService:
    return cast(OrderService, shop.services["orders"])


@pytest.fixture
def facts(shop: Shop) -> list[Event]:
    """What the shop leaves behind from now on, as it is committed."""
    committed: list[Event] = []
    shop.store.on_commit(committed.extend)
    return committed


@pytest.fixture
def overtaken(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on every other write ends as if somebody else had been first, so that each use case runs twice."""
    write, late = shop.store.write, cycle([True, False])

    @asynccontextmanager
    async def written() -> AsyncIterator[Tx]:
        async with write() as tx:
            yield tx
            if next(late):
                raise StaleWrite

    return lambda: monkeypatch.setattr(shop.store, "write", written)


@pytest.fixture
def ana() -> Actor:
    """Somebody who sells."""
    return person(name="Ana")


@pytest.fixture
def offer(catalogue: CatalogueService, ana: Actor) -> Offer:
    """Add a product of Ana's, ten mugs at 12.50 USD where nothing else is said."""

    async def offer(seller: Actor = ana, image: bytes | None = None, **given: Any) -> Product:
        usual = {"title": "Taza", "category": "Tazas", "price": {"amount": 1250}, "stock": 10}
        return await catalogue.add(seller, msgspec.convert(usual | given, AddProduct), image)

    return offer


@pytest.fixture
def sign(shop: Shop, client: httpx.AsyncClient) -> Sign:
    """Make an account, and answer what its calls of the API carry, with the person."""

    async def sign(role: Role = Role.CUSTOMER, name: str = "") -> Signed:
        actor = await account(shop, role, name)
        return Signed(await signed_in(client, actor), actor)

    return sign


@pytest.fixture
async def nora(shop: Shop) -> Actor:
    """Somebody of the staff, with an account."""
    return await account(shop, Role.STAFF, "Nora Tendera")


@pytest.fixture
async def desk(client: httpx.AsyncClient, nora: Actor) -> httpx.AsyncClient:
    """Nora's browser, signed in, in English."""
    await enter(browsing(client, "en"), nora)
    return client


@pytest.fixture(scope="session")
def png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(file, "PNG")
    return file.getvalue()
