"""The cart without loading pages: what is sent from where it stands, shown at once, and taken back where it failed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect
from tests.browser.conftest import Open
from tests.browser.test_live import has_stayed, stays, tab
from tests.browser.visit import ADDRESS, Visit

pytestmark = pytest.mark.browser


def shelf(visit: Open, **who: str) -> Visit:
    person = visit(width=390, **who)
    person.go("/productos?q=hecha+a+mano&sort=title")
    stays(person.page)
    return person


def plus(person: Visit, title: str) -> Locator:
    return person.page.locator(".product-card").filter(has_text=title).get_by_role("button")


def count(person: Visit) -> Locator:
    return person.page.locator("#to-cart .count")


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_product_is_added_while_the_list_stays(visit: Open, language: str) -> None:
    person = shelf(visit, language=language)
    plus(person, "Taza de barro").click()
    plus(person, "Cesta de mimbre").click()
    expect(count(person)).to_contain_text("2")
    notice = person.page.locator(".notices")
    expect(notice).to_contain_text(person.words("“{title}” is in your cart.", title="Cesta de mimbre"))
    assert has_stayed(person.page)
    person.look()
    notice.get_by_role("link", name=person.words("Cart")).click()
    person.page.wait_for_url("**/carrito")
    assert person.cart() == {"Taza de barro": "1", "Cesta de mimbre": "1"}


def test_what_was_added_by_a_guest_is_seen_in_the_other_window(visit: Open) -> None:
    person = shelf(visit)
    other = tab(person, "/carrito")
    other.wait_for_timeout(300)
    plus(person, "Manta de lana").click()
    expect(other.locator("#cart")).to_contain_text("Manta de lana")


def test_what_failed_is_taken_back_and_said(visit: Open) -> None:
    person = shelf(visit)
    person.page.route("**/carrito", lambda route: route.abort())
    plus(person, "Taza de barro").click()
    expect(person.page.locator(".notices .bad")).to_be_visible()
    expect(count(person)).to_have_count(0)
    person.complaints = [said for said in person.complaints if "ERR_FAILED" not in said]
    person.page.unroute("**/carrito")
    plus(person, "Taza de barro").click()
    expect(count(person)).to_contain_text("1")
    expect(person.page.locator(".notices .bad")).to_have_count(0)


def test_a_refusal_is_said_and_the_number_goes_back(visit: Open) -> None:
    person = shelf(visit)
    person.page.locator(".product-card form [name=quantity]").first.evaluate("field => { field.value = 999999 }")
    person.page.locator(".product-card form button").first.click()
    expect(person.page.locator(".notices .bad")).to_contain_text("Cesta de mimbre")
    expect(count(person)).to_have_count(0)
    assert has_stayed(person.page)
    person.complaints = [said for said in person.complaints if "409" not in said]


def full(visit: Open) -> Visit:
    person = shelf(visit)
    plus(person, "Taza de barro").click()
    plus(person, "Cesta de mimbre").click()
    expect(count(person)).to_contain_text("2")
    expect(person.page.locator(".notices")).to_contain_text("Cesta")
    person.go("/carrito")
    stays(person.page)
    return person


def test_a_quantity_changes_where_it_stands(visit: Open) -> None:
    person = full(visit)
    field = person.page.locator(".line").filter(has_text="Cesta de mimbre").locator("[name=quantity]")
    field.fill("3")
    field.press("Enter")
    expect(person.page.locator("#sums")).to_contain_text("50,00")
    expect(count(person)).to_contain_text("4")
    expect(field).to_be_focused()
    field.fill("2")
    field.blur()
    expect(person.page.locator("#sums")).to_contain_text("37,50")
    field.evaluate("field => { field.max = 99999 }")
    field.fill("5000")
    field.press("Enter")
    expect(person.page.locator(".line .wrong")).to_be_visible()
    expect(person.page.locator("#sums")).to_contain_text("37,50")
    assert has_stayed(person.page)
    person.complaints = [said for said in person.complaints if "409" not in said]


@pytest.mark.parametrize("script", [True, False])
def test_what_was_taken_out_comes_back(visit: Open, *, script: bool) -> None:
    person = visit(script=script, width=390)
    person.go("/productos")
    person.put_into_cart("Taza de barro", 3)
    if script:
        stays(person.page)
    person.click("Remove", "button")
    undo = person.page.get_by_role("button", name=person.words("Undo"))
    expect(undo).to_be_visible()
    expect(person.page.locator("#cart .empty")).to_be_visible()
    if script:
        expect(undo).to_be_focused()
    undo.click()
    expect(person.page.locator("#cart [name=quantity]")).to_have_value("3")
    assert not script or has_stayed(person.page)
    person.look()


def test_a_change_elsewhere_is_seen_at_the_checkout(visit: Open) -> None:
    person = full(visit)
    person.click("Buy")
    stays(person.page)
    person.page.locator("[name='delivery_address.city']").fill("Lugo")
    other = tab(person, "/carrito")
    other.locator(".line").filter(has_text="Cesta").get_by_role("button", name=person.words("Remove")).click()
    expect(person.page.locator("#bought")).not_to_contain_text("Cesta de mimbre")
    expect(person.page.locator("#agreed button")).to_contain_text("12,50")
    expect(person.page.locator("[name='delivery_address.city']")).to_have_value("Lugo")
    assert has_stayed(person.page)
    person.type("E-mail", "eva@example.com")
    for label, text in ADDRESS.items():
        person.type(label, text)
    person.page.locator("#agreed button").click()
    person.page.wait_for_url("**/ordenes/*")
    person.sees("12,50")
