"""The pytest plugin `zoco`: shops, people, products and a clock for tests, ours and the extensions'."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from zoco.app import Shop, build_shop, create_app, installed
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import AddProduct, MoneyIn
from zoco.kit.permissions import Actor, Role
from zoco.settings import Settings, load
from zoco.storage.engine import Engine
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import ENGINES, fresh_sqlite
from zoco.testing.hashing import CHEAP_HASHING
from zoco.testing.people import account, person


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that asks for an engine on each of them."""
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", ENGINES, scope="session")


def pytest_configure() -> None:
    """Collect garbage more rarely: every test builds a shop, and most of the time went into looking through it."""
    gc.set_threshold(200_000, 50, 100)


def pytest_sessionstart() -> None:
    """Refuse a run that was told to cover an engine which it does not know."""
    wanted = {name for name in os.environ.get("ZOCO_TEST_REQUIRE", "").split(",") if name} - {"browser"}
    if unknown := wanted - set(ENGINES):
        pytest.exit(f"this run was told to cover {', '.join(sorted(unknown))} and cannot", returncode=1)


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("template") / "zoco.db"


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The defaults, with the data below the test's own folder."""
    environ = {
        "ZOCO_DATA_DIR": str(tmp_path / "var"),
        "ZOCO_MAIL__NOTIFY": "tienda@example.com",
        "ZOCO_LOG__LEVEL": "error",
    }
    file = tmp_path / "zoco.toml"
    file.touch()
    return load(file, "development", environ)


@pytest.fixture
async def shop(settings: Settings, clock: FrozenClock, engine: str, _template: Path) -> AsyncIterator[Shop]:  # noqa: ARG001
    """A shop with an empty database; nothing is delivered from its outbox until the test asks for it."""
    fresh_sqlite(Path(settings.database.url.removeprefix("sqlite:///")), _template)
    opened = build_shop(settings, clock, [CHEAP_HASHING, *installed()])
    await opened.store.start()
    yield opened
    await opened.store.close()


@pytest.fixture
def store(shop: Shop) -> Engine:
    return shop.store


@pytest.fixture
def services(shop: Shop) -> dict[str, Any]:
    """The shop's services by the names of their features."""
    return dict(shop.services)


@pytest.fixture
def relay(shop: Shop) -> Relay:
    """Delivers what is due when a test calls `drain`."""
    return shop.relay()


@pytest.fixture
async def client(shop: Shop) -> AsyncIterator[httpx.AsyncClient]:
    """A guest's browser or program, following no redirect; an unexpected error of the shop is an answer, not raised."""
    transport = httpx.ASGITransport(create_app(shop), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as opened:
        yield opened


@pytest.fixture
def customer() -> Actor:
    return person()


@pytest.fixture
def staff() -> Actor:
    return person(Role.STAFF)


@pytest.fixture
async def seller(shop: Shop) -> Actor:
    """Somebody with an account who sells."""
    return await account(shop, name="Ana Vendedora")


@pytest.fixture
async def product(shop: Shop, seller: Actor) -> Product:
    """A product of `seller`, ten pieces at 12.50 USD."""
    price = MoneyIn(1250)
    data = AddProduct(title="Taza de barro", category="Tazas", price=price, stock=10, description="Hecha a mano.")
    made: Product = await shop.services["catalogue"].add(seller, data)
    return made
