"""What happens between the cart and the order: counting pieces, what sells out, what is typed, thanks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open
from tests.browser.test_live import offer
from tests.browser.visit import ADDRESS, Visit

pytestmark = pytest.mark.browser


def in_cart(person: Visit, address: str, *, lines: int = 1) -> None:
    """Put a product into the cart, which then has so many lines."""
    person.go(address)
    person.follow(person.page.locator("#buy > button"))
    expect(person.page.locator("main .line")).to_have_count(lines)


def test_pieces_are_counted_by_buttons_of_their_own(visit: Open) -> None:
    person = visit(width=390)
    person.go("/productos/hogar/taza-de-barro")
    less, more = (person.page.locator(f"#buy [data-step='{step}']") for step in ("-1", "1"))
    less.click()
    expect(person.page.locator("#f-quantity")).to_have_value("1")
    more.click()
    person.follow(person.page.locator("#buy > button"))
    more = person.page.locator("#cart [data-step='1']")
    for _ in range(3):
        more.click()
    expect(person.page.locator("#sums")).to_contain_text("62,50")
    expect(more).to_be_focused()
    expect(person.page.locator("#to-cart .count")).to_contain_text("5")


def test_pieces_of_two_lines_are_counted_at_once(visit: Open) -> None:
    seller, person = visit(), visit()
    seller.register("Olga Alfarera")
    in_cart(person, "/productos/hogar/taza-de-barro")
    in_cart(person, offer(seller, "Jarra de dos litros", 9), lines=2)
    person.page.evaluate("document.querySelectorAll(\"#cart [data-step='1']\").forEach((more) => more.click())")
    expect(person.page.locator("#to-cart .count")).to_contain_text("4")
    for field in person.page.locator("#cart [name=quantity]").all():
        expect(field).to_have_value("2")


def test_without_script_there_is_a_button_for_a_typed_quantity(visit: Open) -> None:
    person = visit(width=390, script=False)
    in_cart(person, "/productos/hogar/taza-de-barro")
    expect(person.page.locator("[data-step]").first).to_be_hidden()
    person.page.locator("#cart [name=quantity]").fill("3")
    person.click("Update", "button")
    expect(person.page.locator("#sums")).to_contain_text("37,50")


def test_what_sells_out_in_the_middle_leaves_a_way_on(visit: Open) -> None:
    seller, buyer = visit(), visit(width=390)
    seller.register("Rita Vendedora")
    address = offer(seller, "Última pieza", 1)
    in_cart(buyer, address)
    buyer.click("Buy")
    buyer.type("Recipient", ADDRESS["Recipient"])
    other = visit()
    in_cart(other, address)
    other.buy("otra@example.com")
    expect(buyer.page.locator("#agreed")).to_contain_text(buyer.words("There is nothing in your cart."))
    expect(buyer.page.locator("#agreed a")).to_be_visible()
    expect(buyer.page.locator("#changes")).to_contain_text("Última pieza")
    expect(buyer.page.get_by_label(buyer.words("Recipient"))).to_have_value(ADDRESS["Recipient"])


def test_an_order_is_thanked_for_once(visit: Open) -> None:
    person = visit(width=390)
    in_cart(person, "/productos/hogar/taza-de-barro")
    person.buy("eva@example.com")
    expect(person.page.locator(".thanks")).to_contain_text("eva@example.com")
    person.go(re.sub(r"\?.*", "", person.page.url))
    expect(person.page.locator(".thanks")).to_have_count(0)


def test_a_session_that_ends_in_the_checkout_costs_nothing_that_was_typed(visit: Open) -> None:
    person = visit(width=390, script=False)
    email = person.register()
    in_cart(person, "/productos/hogar/taza-de-barro")
    person.click("Buy")
    for label, text in ADDRESS.items():
        person.type(label, text)
    person.page.locator("textarea").fill("El timbre no suena")
    person.context.clear_cookies(name="session")
    person.follow(person.page.locator("#agreed button"))
    person.sees(person.words("Your session has ended. Sign in again: what you typed is kept."))
    person.sign_in(email)
    person.page.wait_for_url("**/carrito/comprar")
    expect(person.page.get_by_label(person.words("City"))).to_have_value(ADDRESS["City"])
    expect(person.page.locator("textarea")).to_have_value("El timbre no suena")
