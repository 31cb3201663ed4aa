"""A shop on a real port, and Chromium in front of it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from tests.browser.visit import Visit
from tests.serving import reserved_port

from zoco.app import build_shop
from zoco.features.catalogue.schemas import AddProduct, MoneyIn
from zoco.kit.permissions import SYSTEM, Role
from zoco.settings import load
from zoco.testing.people import PASSWORD, account

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TITLES = ("Taza de barro", "Cesta de mimbre", "Manta de lana", "Jarra azul")
STAFF = "nora@example.com"
"""Somebody of the staff, with the password of all."""
BOSS = "olga@example.com"
"""An administrator, with the same one."""
PATIENCE = 1200  # attempts, ten in a second, until a server that does not answer counts as broken

Open = Callable[..., Visit]


@pytest.fixture(scope="session")
def picture() -> bytes:
    file = BytesIO()
    Image.linear_gradient("L").save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory, picture: bytes) -> Iterator[str]:
    """The address of a server as people start it, with a few products in its shop."""
    folder = tmp_path_factory.mktemp("browsed")
    (folder / "zoco.toml").touch()
    environ = {
        "ZOCO_DATA_DIR": str(folder / "var"),
        "ZOCO_LOG__LEVEL": "error",
        "ZOCO_RATELIMIT__ENABLED": "false",  # all visitors have one address
    }
    with asyncio.Runner() as runner:
        runner.run(filled(folder / "zoco.toml", environ, picture))
    with reserved_port() as port:
        command = [sys.executable, "-m", "zoco", "serve", "--port", str(port), "--config", str(folder / "zoco.toml")]
        with subprocess.Popen(command, env=os.environ | environ, stdout=subprocess.DEVNULL) as server:
            try:
                until_ready(server, f"http://127.0.0.1:{port}/readyz")
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Not for the session: as long as Playwright is there, no other test can have a loop of its own."""
    if not CHROMIUM.exists():
        said = f"NOT RUN: there is no browser at {CHROMIUM}"
        if "browser" in os.environ.get("ZOCO_TEST_REQUIRE", "").split(","):
            pytest.fail(said)
        pytest.skip(said)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Open]:
    """Open the shop as somebody new; what the browser complained about fails the test in the end."""
    opened: list[Visit] = []

    def open_shop(*, width: int = 1280, script: bool = True, language: str = "es") -> Visit:
        opened.append(Visit(browser, url, width=width, script=script, language=language))
        return opened[-1]

    yield open_shop
    for one in opened:
        one.leave()
    assert [complaint for one in opened for complaint in one.complaints] == []


async def filled(config: Path, environ: dict[str, str], picture: bytes) -> None:
    """A seller with a few products, and somebody of the staff."""
    shop = build_shop(load(config, "development", environ))
    seller = await account(shop, name="Ana Vendedora")
    for title in TITLES:
        data = AddProduct(title=title, category="Hogar", price=MoneyIn(1250), stock=1000, description="Hecha a mano.")
        await shop.services["catalogue"].add(seller, data, picture or None)
    await shop.services["accounts"].create(SYSTEM, name="Nora Tendera", email=STAFF, password=PASSWORD, role=Role.STAFF)
    await shop.services["accounts"].create(SYSTEM, name="Olga Jefa", email=BOSS, password=PASSWORD, role=Role.ADMIN)
    await shop.store.close()


def until_ready(server: subprocess.Popen[bytes], address: str) -> None:
    """Until the server answers; the test fails where it never does."""
    for _ in range(PATIENCE):
        try:
            with urlopen(address, timeout=5):  # noqa: S310 - our own
                return
        except (URLError, TimeoutError):
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            break
    pytest.fail("the server does not answer")
