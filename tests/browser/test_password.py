"""The button that shows a password."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open
from tests.browser.visit import PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_password_is_shown_and_hidden_again_and_never_sent_as_text(visit: Open, language: str) -> None:
    person = visit(language=language, width=390)
    person.go("/register")
    main = person.page.locator("main")
    buttons = main.get_by_role("button", name=person.words("Show the password"))
    expect(buttons).to_have_count(2)
    typed, again = main.locator("[name=password]"), main.locator("[name=password_confirm]")
    typed.fill(PASSWORD)
    expect(buttons.first).to_have_attribute("aria-pressed", "false")
    buttons.first.focus()
    person.page.keyboard.press("Space")
    expect(buttons.first).to_have_attribute("aria-pressed", "true")
    expect(typed).to_have_attribute("type", "text")
    expect(again).to_have_attribute("type", "password")
    expect(typed).to_have_value(PASSWORD)
    person.look()
    main.locator("form").evaluate("form => form.addEventListener('submit', event => event.preventDefault())")
    main.locator("form").evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    expect(typed).to_have_attribute("type", "password")
    expect(buttons.first).to_have_attribute("aria-pressed", "false")


def test_without_scripts_there_is_no_such_button(visit: Open) -> None:
    person = visit(script=False)
    for address in ("/register", "/login", "/"):
        person.go(address)
        assert person.page.locator("main [aria-pressed]").count() == 0


@pytest.mark.parametrize("script", [False, True])
def test_somebody_looks_after_their_account(visit: Open, *, script: bool) -> None:
    person = visit(script=script, width=390)
    email = person.register()
    person.go("/cuenta")
    person.sees(person.words("Not confirmed yet"))
    person.click("Send it again", "button")
    person.sees(person.words("The mail is on its way to you."))
    other = visit(script=script)
    other.go("/login")
    other.sign_in(email)
    person.go("/cuenta")
    assert person.page.locator("[aria-labelledby=devices] .line").count() == 2
    person.page.locator("[aria-labelledby=devices] .line").filter(has_not_text=person.words("This one")).get_by_role(
        "button"
    ).click()
    person.sees(person.words("That session is ended."))
    with person.page.expect_download() as download:
        person.page.locator("a[download]").first.click()
    assert download.value.suggested_filename == "mis-datos.json"
    person.go("/clave")
    person.type("E-mail", email)
    person.click("Send me the link", "button")
    person.go("/cuenta/borrar")
    person.type("Current password", PASSWORD)
    person.click("Delete my account", "button")
    person.sees(person.words("Your account is deleted. Thank you for having been here."))
    person.go("/login")
