"""Two customers and the staff's inbox talk on while the server is killed and started again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import STAFF, filled, until_ready
from tests.browser.visit import Visit
from tests.serving import reserved_port

pytestmark = pytest.mark.browser
WAIT = 60_000
LINES = ".said[data-seq] .words"


class Server:
    """A shop that can be killed, and comes back on the same port with the same data."""

    def __init__(self, folder: Path, port: int) -> None:
        (folder / "zoco.toml").touch()
        self._own = {
            "ZOCO_DATA_DIR": str(folder / "var"),
            "ZOCO_LOG__LEVEL": "error",
            "ZOCO_RATELIMIT__ENABLED": "false",
        }
        with asyncio.Runner() as runner:
            runner.run(filled(folder / "zoco.toml", self._own, b""))
        self.url = f"http://127.0.0.1:{port}"
        self._command = [
            sys.executable,
            "-m",
            "zoco",
            "serve",
            "--port",
            str(port),
            "--config",
            str(folder / "zoco.toml"),
        ]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, env=os.environ | self._own, stdout=subprocess.DEVNULL)
        until_ready(self._process, f"{self.url}/readyz")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Asked for before the browser, beside which no loop can run."""
    with reserved_port() as port:
        started = Server(tmp_path_factory.mktemp("killed"), port)
        yield started
        started.kill()


def say(person: Visit, words: str) -> None:
    person.page.locator("form.say [name=body]").fill(words)
    person.page.locator("form.say [name=body]").press("Enter")


def test_nothing_is_lost_or_said_twice(server: Server, browser: Browser) -> None:
    eva, iker, nora = (Visit(browser, server.url, width=1280, script=True, language="es") for _ in range(3))
    eva.register("Eva")
    iker.register("Iker")
    nora.go("/login")
    nora.sign_in(STAFF)
    for person, address in ((eva, "/chat"), (iker, "/chat"), (nora, "/panel/mensajes/general")):
        person.go(address)
        person.page.evaluate("window.same = true")
    people = {"Eva": eva, "Iker": iker, "Nora": nora}
    said = []
    for turn in range(2):
        for moment in ("antes", "sin servidor", "después"):
            if moment == "sin servidor":
                server.kill()
            for name, person in people.items():
                say(person, f"{name} {turn} {moment}")
                said.append(f"{name} {turn} {moment}")
            if moment == "sin servidor":
                server.start()
    for person in people.values():
        expect(person.page.locator(LINES)).to_have_count(len(said), timeout=WAIT)
        assert person.page.evaluate("window.same")
    seen = [person.page.locator(LINES).all_inner_texts() for person in people.values()]
    assert seen[0] == seen[1] == seen[2]
    assert sorted(seen[0]) == sorted(said)
    assert nora.page.locator(".said[data-key]").count() == 0
