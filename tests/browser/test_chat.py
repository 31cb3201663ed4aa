"""People who talk in the chat, live and through whatever happens to the server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.browser.conftest import STAFF, Open, until_ready
from tests.browser.visit import Visit
from tests.serving import reserved_port

pytestmark = pytest.mark.browser
WORDS = ".said .words"
WAIT = 60_000  # between two tries to connect there may be 39 seconds
OFFLINE = ("Failed to load resource", "WebSocket connection", "ERR_CONNECTION")


class House:
    """A shop whose server can be ended and started again at the same address."""

    def __init__(self, folder: Path, port: int) -> None:
        (folder / "zoco.toml").touch()
        self.url = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-m", "zoco", "serve", "--port", str(port)]
        self._command += ["--config", str(folder / "zoco.toml")]
        environ = {"ZOCO_DATA_DIR": str(folder / "var"), "ZOCO_LOG__LEVEL": "error"}
        self._environ = os.environ | environ | {"ZOCO_RATELIMIT__ENABLED": "false"}
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._server = subprocess.Popen(self._command, env=self._environ, stdout=subprocess.DEVNULL)
        until_ready(self._server, f"{self.url}/readyz")

    def kill(self) -> None:
        """As a power cut does."""
        if self._server:
            self._server.kill()
            self._server.wait()


@pytest.fixture
def house(url: str, tmp_path: Path) -> Iterator[House]:  # `url` first: it needs a loop, which Playwright would hold
    with reserved_port() as port:
        made = House(tmp_path, port)
        made.start()
        yield made
        made.kill()


def come(browser: Browser, house: House, name: str, *, width: int = 1280) -> Visit:
    person = Visit(browser, house.url, width=width, script=True, language="es")
    person.register(name)
    person.go("/chat")
    return person


def say(page: Page, body: str) -> None:
    page.locator(".say textarea").fill(body)
    page.locator(".say button").click()


def stored(page: Page) -> list[str]:
    """What stands there with a number, in its order."""
    return page.locator(".said[data-seq] .words").all_inner_texts()


def test_two_people_talk_through_a_server_that_dies(browser: Browser, house: House) -> None:
    eva, luis = come(browser, house, "Eva"), come(browser, house, "Luis", width=360)
    say(eva.page, "Hola, ¿hay alguien?")
    expect(luis.page.locator(WORDS)).to_have_text(["Hola, ¿hay alguien?"])
    say(luis.page, "Sí: mira https://example.com/tazas.")
    expect(eva.page.locator(f"{WORDS} a")).to_have_attribute("href", "https://example.com/tazas")
    expect(eva.page.locator(".said.mine")).to_have_count(1)
    expect(luis.page.locator(".said.mine")).to_have_count(1)
    house.kill()
    for number in (1, 2):
        say(eva.page, f"Nadie me oye {number}")
    expect(eva.page.locator(".said.failed").first).to_contain_text("No se ha enviado.")
    say(luis.page, "Yo también escribo")
    expect(luis.page.locator(".said.failed")).to_have_count(1)
    house.start()
    for person in (eva, luis):
        expect(person.page.locator(".said[data-seq]")).to_have_count(5, timeout=WAIT)
        expect(person.page.locator(".said.failed")).to_have_count(0)
    assert stored(eva.page) == stored(luis.page)
    said = stored(eva.page)
    assert said.index("Nadie me oye 1") < said.index("Nadie me oye 2")
    assert len(set(said)) == 5
    eva.page.reload()
    expect(eva.page.locator(".said[data-seq]")).to_have_count(5)
    luis.look()
    for person in (eva, luis):
        real = [one for one in person.complaints if not any(word in one for word in OFFLINE)]
        person.leave()
        assert real == []


def test_what_was_not_sent_survives_a_reload(browser: Browser, house: House) -> None:
    eva = come(browser, house, "Eva")
    before = eva.page.locator(".said[data-seq]").count()
    eva.page.route("**/api/messages", lambda route: route.abort())
    say(eva.page, "Espérame")
    expect(eva.page.locator(".said.failed .words")).to_have_text("Espérame")
    expect(eva.page.locator(".said.failed .who")).to_have_text("Tú")  # heard, not seen
    eva.page.unroute("**/api/messages")
    eva.page.reload()
    expect(eva.page.locator(".said[data-seq]")).to_have_count(before + 1)
    expect(eva.page.locator(".said[data-key]")).to_have_count(0)
    eva.page.reload()
    expect(eva.page.locator(".said[data-seq]")).to_have_count(before + 1)
    eva.leave()


def test_without_scripts_a_form_and_a_reload_do(visit: Open) -> None:
    person = visit(script=False, width=360)
    person.register()
    person.go("/chat")
    say(person.page, "Sin guiones también")
    expect(person.page.locator(WORDS).last).to_have_text("Sin guiones también")
    person.look()


def test_scripts_in_messages_are_words(visit: Open) -> None:
    person, other = visit(), visit(language="en")
    for one in (person, other):
        one.register('<img src=x onerror="window.hit=1">')
        one.go("/chat")
    say(person.page, '<script>window.hit=1</script><img src=x onerror="window.hit=1"> javascript:window.hit=1')
    expect(other.page.locator(WORDS).last).to_contain_text("<script>window.hit=1</script>")
    other.page.reload()
    expect(other.page.locator(WORDS).last).to_contain_text("<script>window.hit=1</script>")
    for one in (person, other):
        assert one.page.evaluate("window.hit") is None
        assert one.page.locator(".said img").count() == 0


OWN = {"sec-fetch-site": "same-origin"}


def say_much(person: Visit) -> None:
    """So much that the first of it is not on the page."""
    for number in range(55):
        answer = person.page.request.post("/api/messages", data={"body": f"número {number}"}, headers=OWN)
        assert answer.status == 201


def test_what_is_removed_while_it_is_on_its_way_is_not_shown(visit: Open) -> None:
    nora, eva = visit(), visit()
    email = eva.register()
    say_much(eva)
    nora.go("/login")
    nora.sign_in(STAFF)
    held: list[Route] = []
    eva.page.route(re.compile(r"/api/messages\?.*before="), lambda route: held.append(route))  # noqa: PLW0108 - as below
    with eva.page.expect_websocket(lambda found: "/live/chat" in found.url) as chat:
        eva.go(f"/chat/{email}")
    expect(eva.page.locator(".said")).to_have_count(50)
    with eva.page.expect_request(re.compile("before=")) as asked:
        eva.page.locator("[data-earlier]").click()
    old = eva.page.request.get(asked.value.url).text()
    with chat.value.expect_event("framereceived", lambda said: '"removed"' in said):
        assert nora.page.request.delete(f"/api/messages/1?email={email}", headers=OWN).ok
    held[0].fulfill(body=old, content_type="application/json")
    expect(eva.page.locator("#m2 .words")).to_have_text("número 1")
    expect(eva.page.locator("#m1 .words")).to_have_text(eva.words("This message was removed."))


def test_earlier_messages_come_in_above(visit: Open) -> None:
    person = visit()
    person.register()
    say_much(person)
    person.go("/chat")
    person.follow(person.page.get_by_role("link", name=person.words("Only you and us")))
    expect(person.page.locator(".said")).to_have_count(50)
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    person.page.locator("[data-earlier]").evaluate("link => { link.click(); link.click() }")
    expect(person.page.locator(".said")).to_have_count(55)
    assert sum("before=" in address for address in asked) == 1
    assert stored(person.page) == [f"número {number}" for number in range(55)]
    expect(person.page.locator("[data-earlier]")).to_have_count(0)
    expect(person.page.locator(".day")).to_have_count(1)


def staff_and_asker(visit: Open) -> tuple[Visit, Visit, str]:
    """Nora of the staff, and Eva, who has asked the shop something, with Eva's address."""
    nora, eva = visit(), visit(width=390)
    email = eva.register()
    eva.go(f"/chat/{email}")
    say(eva.page, "¿Tenéis jarras?")
    expect(eva.page.locator(".said[data-seq]")).to_have_count(1)
    nora.go("/login")
    nora.sign_in(STAFF)
    return nora, eva, email


def test_an_answer_between_the_page_and_its_connection_is_announced(visit: Open) -> None:
    """The script that connects arrives only after the answer was given."""
    nora, eva, email = staff_and_asker(visit)
    nora.go(f"/panel/mensajes/{email}")
    held: list[Route] = []
    eva.page.route("**/web/live.js*", lambda route: held.append(route))  # noqa: PLW0108 - it wants a function
    eva.page.goto("/productos", wait_until="commit")
    expect(eva.page.locator("footer.bottom")).to_be_attached()
    nora.page.locator("#f-body").fill("Sí.")
    nora.page.locator("#answer > button").last.click()
    expect(nora.page.locator(".said[data-seq]")).to_have_count(2)
    expect(eva.page.locator("#to-chat .count")).to_have_count(0)
    for script in held:
        script.continue_()
    expect(eva.page.locator("#to-chat .count")).to_contain_text("1")


def test_lines_keep_their_order_when_the_server_comes_back(browser: Browser, house: House) -> None:
    """The second line is written before the page knows that the server is there again."""
    eva = come(browser, house, "Eva")
    house.kill()
    say(eva.page, "uno")
    expect(eva.page.locator(".said.failed")).to_have_count(1)
    house.start()
    say(eva.page, "dos")
    expect(eva.page.locator(".said[data-seq]")).to_have_count(2, timeout=WAIT)
    assert stored(eva.page) == ["uno", "dos"]
    eva.leave()


def test_an_answer_is_announced_on_every_page_until_it_is_read(visit: Open, browser: Browser, url: str) -> None:
    nora, eva, email = staff_and_asker(visit)
    eva.go("/productos")
    waiting = eva.page.locator("#to-chat .count")
    expect(waiting).to_have_count(0)
    nora.go(f"/panel/mensajes/{email}")
    nora.page.locator("#f-body").fill(f"Mira {url}/productos/hogar/jarra-azul")
    nora.page.locator("#answer > button").last.click()
    expect(nora.page.locator(".product-link")).to_contain_text("Jarra azul")
    expect(waiting).to_contain_text("1")
    eva.look()
    eva.page.locator("#to-chat").click()
    expect(eva.page.locator(".product-link")).to_contain_text("12,50")
    expect(waiting).to_have_count(0)
    plain = browser.new_context(base_url=url, java_script_enabled=False, storage_state=eva.context.storage_state())
    page = plain.new_page()
    page.goto(f"/chat/{email}")
    expect(page.locator(".product-link")).to_contain_text("Jarra azul")
    plain.close()
