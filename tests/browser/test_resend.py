"""A session that ends while somebody types, in a browser with and without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, expect
from tests.browser.conftest import Open
from tests.browser.test_accessible import wrong_here

pytestmark = pytest.mark.browser
LINES = "Torneado en casa.\nCon «barro» & <agua>."


@pytest.mark.parametrize(("language", "width", "script"), [("es", 390, False), ("en", 1280, True)])
def test_what_was_typed_is_sent_again_at_one_press(
    visit: Open, language: str, width: int, *, script: bool, picture: bytes
) -> None:
    person = visit(language=language, width=width, script=script)
    email = person.register("Rosa Tejedora")
    person.go("/vender/nuevo")
    for name, text in {"title": f"Botijo {language}", "category": "Hogar", "price": "12", "stock": "3"}.items():
        person.page.locator(f"main [name={name}]").fill(text)
    person.page.locator("main [name=description]").fill(LINES)
    chosen: FilePayload = {"name": "cántaro.png", "mimeType": "image/png", "buffer": picture}
    person.page.locator("main [name=image]").set_input_files(chosen)
    person.context.clear_cookies()
    person.page.locator("main form button").first.click()
    expect(person.page.locator("main")).to_contain_text(
        {"es": "No se ha perdido nada", "en": "Nothing is lost"}[language]
    )
    person.look()
    if script:  # axe waits by timers
        assert wrong_here(person, "/vender/nuevo") == []
    person.page.locator("main [type=file]").set_input_files(chosen)
    person.click("Send again", "button")  # too early: nothing is lost either
    with person.context.expect_page() as opened:
        person.page.get_by_role("link", name=person.words("Sign in (opens a new tab)")).click()
    tab = opened.value
    tab.locator("main [name=email]").fill(email)
    tab.locator("main [name=password]").fill("una clave larga y buena")
    with tab.expect_navigation():
        tab.locator("main").get_by_role("button", name=person.words("Sign in"), exact=True).click()
    tab.close()
    person.page.locator("main [type=file]").set_input_files(chosen)
    person.click("Send again", "button")
    expect(person.page.locator("h1")).to_have_text(f"Botijo {language}")
    expect(person.page.locator("main").get_by_text("Con «barro» &")).to_be_visible()
    expect(person.page.locator("main .product img").first).to_be_visible()
    person.complaints = [said for said in person.complaints if "401 (Unauthorized)" not in said]  # the very thing
