"""The cart without loading pages: what is sent from where it stands, shown at once, and taken back where it failed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect
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
    field.evaluate("field => { field.max = 99999; field.focus() }")  # with the focus in it live.js leaves it alone
    field.fill("5000")
    field.press("Enter")
    expect(person.page.locator(".line .wrong")).to_be_visible()
    expect(person.page.locator("#sums")).to_contain_text("37,50")
    assert has_stayed(person.page)
    person.complaints = [said for said in person.complaints if "409" not in said]


CHANGE = re.compile(r"/carrito/[^/?]+$")


def passed(route: Route) -> None:
    """Where requests are held, `continue_` leaves those without an answer that may outlive their page."""
    route.fulfill(response=route.fetch())


class Gate:
    """Holds the requests that change a line back until they are let through, one after the other."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._held: list[Route] = []
        page.route(CHANGE, self._take)
        page.evaluate("addEventListener('change', () => { window.told = (window.told ?? 0) + 1 })")

    def told(self, times: int) -> None:
        """The cart has been told of so many changes, as far as the page can."""
        self._page.wait_for_function("times => window.told >= times", arg=times)

    def let_through(self) -> None:
        while not self._held:
            self._page.evaluate("() => new Promise(requestAnimationFrame)")
        passed(self._held.pop(0))

    def _take(self, route: Route) -> None:
        if route.request.method == "POST":
            self._held.append(route)
        else:
            route.continue_()


def line(person: Visit, title: str) -> tuple[Locator, Locator]:
    """The field of a line, and its button for one more."""
    place = person.page.locator(".line").filter(has_text=title)
    return place.locator("[name=quantity]"), place.locator("[data-step='1']")


def test_what_is_counted_while_the_shop_is_slow_is_kept(visit: Open) -> None:
    person = full(visit)
    gate = Gate(person.page)
    (cup, more_cups), (basket, more_baskets) = line(person, "Taza de barro"), line(person, "Cesta de mimbre")
    more_cups.click()
    gate.told(1)
    more_cups.click()  # on a line whose change is on its way
    gate.told(2)
    more_baskets.click()  # and on one that waits for it
    gate.told(3)
    gate.let_through()
    expect(count(person)).to_contain_text("3")
    expect(cup).to_have_value("3")
    expect(basket).to_have_value("2")
    more_baskets.click()
    gate.told(4)
    for number in ("4", "5", "6"):
        gate.let_through()
        expect(count(person)).to_contain_text(number)
    expect(cup).to_have_value("3")
    expect(basket).to_have_value("3")
    person.go("/carrito")
    assert person.cart() == {"Taza de barro": "3", "Cesta de mimbre": "3"}


def test_one_more_and_one_less_is_what_it_was(visit: Open) -> None:
    person = full(visit)
    gate = Gate(person.page)
    cup, more = line(person, "Taza de barro")
    more.click()
    gate.told(1)
    person.page.locator(".line").filter(has_text="Taza de barro").locator("[data-step='-1']").click()
    gate.told(2)
    gate.let_through()
    expect(count(person)).to_contain_text("3")
    gate.let_through()
    expect(count(person)).to_contain_text("2")
    expect(cup).to_have_value("1")


def test_a_button_that_is_being_pressed_stays(visit: Open) -> None:
    person = full(visit)
    gate = Gate(person.page)
    (_, more_cups), (basket, more_baskets) = line(person, "Taza de barro"), line(person, "Cesta de mimbre")
    more_cups.click()
    gate.told(1)
    more_baskets.hover()
    person.page.mouse.down()
    gate.let_through()
    expect(count(person)).to_contain_text("3")
    person.page.mouse.up()
    expect(basket).to_have_value("2")
    gate.let_through()
    expect(count(person)).to_contain_text("4")


def reads_again(request: Request) -> bool:
    """Whether it is live.js that asks."""
    return request.resource_type == "fetch" and request.method == "GET" and "x-shows-notices" not in request.headers


def add_elsewhere(person: Visit, field: Locator) -> None:
    """One more of what a line has, as another device of the same person does it."""
    product = (field.get_attribute("id") or "").removeprefix("q-")
    form: dict[str, str | float | bool] = {"product_id": product, "quantity": "1"}
    person.page.request.post("/carrito", form=form, headers={"sec-fetch-site": "same-origin"})


def test_what_was_read_before_a_change_takes_nothing_of_it_back(visit: Open) -> None:
    person = full(visit)
    (cup, _), (_, more_baskets) = line(person, "Taza de barro"), line(person, "Cesta de mimbre")
    held: list[Route] = []
    person.page.route(CHANGE, passed)
    person.page.route("**/carrito", lambda route: route.continue_() if held else held.append(route))
    add_elsewhere(person, cup)
    while not held:
        person.page.evaluate("() => new Promise(requestAnimationFrame)")
    old = person.page.request.get("/carrito").text()
    more_baskets.click()
    more_baskets.blur()
    expect(person.page.locator("#sums")).to_contain_text("50,00")
    person.page.evaluate(
        """() => {
          window.seen = [];
          const look = () => window.seen.push(document.querySelector("#to-cart .count").textContent);
          new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    with person.page.expect_request_finished(lambda request: request != held[0].request and reads_again(request)):
        held[0].fulfill(body=old, content_type="text/html")
    expect(person.page.locator("#sums")).to_contain_text("50,00")
    expect(cup).to_have_value("2")
    assert not [text for text in person.page.evaluate("window.seen") if "4" not in text]


def test_a_line_in_use_is_not_asked_for_over_and_over(visit: Open) -> None:
    person = visit(width=390)
    person.page.clock.install()
    person.go("/productos")
    with person.page.expect_request_finished(lambda request: reads_again(request) and "/carrito" in request.url):
        person.put_into_cart("Taza de barro")  # of which the cart's own page, just loaded, is told as well
    field = person.page.locator(".line [name=quantity]")
    field.focus()
    with person.page.expect_request_finished(reads_again):
        add_elsewhere(person, field)
    expect(count(person)).to_contain_text("2")
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    for _ in range(3):
        person.page.clock.run_for(5_000)
    expect(field).to_have_value("1")
    assert asked == []
    field.blur()
    expect(field).to_have_value("2")


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
