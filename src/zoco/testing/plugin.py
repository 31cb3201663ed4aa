"""The pytest plugin `zoco`: shops, people, products and a clock for tests, ours and the extensions'."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from zoco.app import Shop, build_shop, create_app, installed
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import AddProduct, MoneyIn
from zoco.kit.module import Module
from zoco.kit.permissions import Actor, Role
from zoco.settings import Settings, load
from zoco.storage.engine import Engine
from zoco.storage.outbox import Relay
from zoco.testing.catalogues import read_once
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import ENGINES, Databases, Kept, on_database, uncovered, why_not
from zoco.testing.hashing import CHEAP_HASHING
from zoco.testing.people import account, person
from zoco.testing.routes import work_out_once
from zoco.testing.templates import compile_once

SELECTED = pytest.StashKey[list[str]]()
MISSING = pytest.StashKey[dict[str, str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("zoco").addoption(
        "--engine",
        action="append",
        choices=ENGINES,
        help="run what needs a database on this engine only (may be repeated); without it on all that are there",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Find the engines; a run that was told to cover one which is not there ends here."""
    config.addinivalue_line("markers", "engines(*names): run on these only, where the others have nothing of the kind")
    gc.set_threshold(200_000, 50, 100)  # every test builds a shop, and most of the time went into looking through it
    compile_once()
    read_once()
    work_out_once()
    named = config.getoption("engine")
    looked = {engine: why_not(engine, config.rootpath) for engine in named or ENGINES}
    config.stash[MISSING] = missing = {engine: reason for engine, reason in looked.items() if reason}
    config.stash[SELECTED] = selected = [engine for engine, reason in looked.items() if not reason]
    required = {name for name in os.environ.get("ZOCO_TEST_REQUIRE", "").split(",") if name} - {"browser"}
    lacking = uncovered(sorted({*required, *(named or ())}), selected, missing)
    if lacking:
        pytest.exit(f"this run was told to cover engines and cannot: {'; '.join(lacking)}", returncode=1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that asks for an engine on each of them, or on those that its mark `engines` names."""
    if "engine" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("engines")
        selected = [engine for engine in metafunc.config.stash[SELECTED] if mark is None or engine in mark.args]
        metafunc.parametrize("engine", selected, scope="session")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for engine, reason in config.stash[MISSING].items():
        terminalreporter.write_line(f"NOT RUN: {engine} ({reason})", red=True, bold=True)


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("template") / "zoco.db"


@pytest.fixture(scope="session")
def databases(_template: Path, pytestconfig: pytest.Config) -> Iterator[Databases]:
    """For tests that need more databases than the one of `shop`."""
    opened = Databases(_template, pytestconfig.rootpath)
    yield opened
    opened.close()


@pytest.fixture
def database(engine: str, databases: Databases, tmp_path: Path) -> str:
    """The address of an empty shop's database on the engine that the test runs on."""
    return databases.fresh(engine, tmp_path / "var")


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
def kept(engine: str, database: str, databases: Databases) -> Kept:  # noqa: ARG001
    return databases.of(engine).kept


@pytest.fixture(scope="session")
def _modules() -> list[Module]:
    return [CHEAP_HASHING, *installed()]


@pytest.fixture
async def shop(settings: Settings, clock: FrozenClock, database: str, _modules: list[Module]) -> AsyncIterator[Shop]:
    """A shop with an empty database; nothing is delivered from its outbox until the test asks for it."""
    opened = build_shop(on_database(settings, database), clock, _modules)
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
