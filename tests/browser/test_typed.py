"""What was typed stays there when somebody changes the language of the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser


def change_language(person: Visit, code: str) -> None:
    with person.page.expect_navigation():
        person.page.locator(f".langs [lang={code}]").click()
    person.language = code
    person.look()


def test_a_form_that_is_half_filled(visit: Open) -> None:
    person = visit(width=390)
    person.go("/register")
    person.type("Full name", "Eva Ñandú")
    person.page.locator("[name=password]").fill("una clave larga")
    change_language(person, "en")
    expect(person.page.get_by_label("Full name")).to_have_value("Eva Ñandú")
    expect(person.page.locator("[name=password]")).to_have_value("")
    assert "clave" not in person.page.evaluate("JSON.stringify({ ...sessionStorage })")
    person.go("/register")
    expect(person.page.get_by_label("Full name")).to_have_value("")


def test_every_kind_of_field_and_what_was_not_touched(visit: Open) -> None:
    person = visit()
    person.register()
    person.go("/vender/nuevo")
    person.type("Name", "Taza de barro")
    person.type("Pieces in stock", "7")
    person.page.locator("[name=description]").fill("Una\nDos")
    person.page.locator("[name=status]").select_option("hidden")
    person.page.locator("main summary").first.click()
    person.page.locator("[name='translations.en.title']").fill("Clay mug")
    change_language(person, "en")
    main = person.page.locator("main")
    for name, value in {
        "title": "Taza de barro",
        "stock": "7",
        "description": "Una\nDos",
        "status": "hidden",
        "price": "",
        "translations.en.title": "Clay mug",
    }.items():
        expect(main.locator(f"[name='{name}']")).to_have_value(value)
    expect(main.locator("[name='translations.en.title']")).to_be_visible()


def test_a_form_that_was_refused(visit: Open) -> None:
    person = visit()
    person.go("/register")
    person.type("Full name", "Eva")
    person.type("Phone", "abc")
    person.page.locator("main form").first.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    person.page.locator("[aria-invalid]").first.wait_for()
    change_language(person, "en")
    expect(person.page.get_by_label("Phone")).to_have_value("abc")
    person.complaints = [said for said in person.complaints if "422" not in said]


def test_a_page_without_any_change_shows_what_the_shop_knows(visit: Open) -> None:
    person = visit()
    person.register("Eva Compradora")
    person.go("/cuenta")
    change_language(person, "en")
    assert person.page.evaluate("sessionStorage.length") == 0
    expect(person.page.get_by_label("Full name")).to_have_value("Eva Compradora")
