"""The small scripts of lists, searches and products, on pages that bring no script but these."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from tests.browser.conftest import Open
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

SUGGEST = """() => {
  const element = document.createElement("zoco-suggest");
  Object.assign(element.dataset, { from: "/api/products/suggest", name: "S", category: "C", some: "{count}" });
  document.querySelector("header [name=q]").after(element);
}"""


def bring(page: Page, name: str) -> None:
    """Load a script where the page does not do so itself."""
    if not page.locator(f"script[src*='/{name}.js']").count():
        page.add_script_tag(url=f"/static/web/{name}.js", type="module")


def suggested(person: Visit) -> Locator:
    return person.page.locator("zoco-suggest").get_by_role("option")


def searching(visit: Open) -> Visit:
    person = visit()
    person.go("/productos")
    bring(person.page, "suggest")
    if not person.page.locator("zoco-suggest").count():
        person.page.evaluate(SUGGEST)
    return person


class TestSuggest:
    def test_keys_choose_and_enter_goes_there(self, visit: Open) -> None:
        person = searching(visit)
        field = person.page.locator("header [name=q]")
        expect(field).to_have_attribute("role", "combobox")
        field.fill("taz")  # at once: what a slow machine asks between two keys would come in behind the choice
        options = suggested(person)
        expect(options).to_have_count(1)
        expect(field).to_have_attribute("aria-expanded", "true")
        field.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
        field.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "false")
        field.press("ArrowUp")
        field.press("Enter")
        person.page.wait_for_url("**/productos/hogar/taza-de-barro")

    def test_escape_closes_and_enter_alone_searches(self, visit: Open) -> None:
        person = searching(visit)
        field = person.page.locator("header [name=q]")
        field.fill("hog")
        expect(suggested(person).first).to_be_visible()
        field.press("Escape")
        expect(suggested(person)).to_have_count(0)
        expect(field).to_have_value("hog")
        field.press("Enter")
        person.page.wait_for_url("**/productos?q=hog")

    def test_a_pointer_chooses_a_shelf(self, visit: Open) -> None:
        person = searching(visit)
        person.page.locator("header [name=q]").fill("hog")
        suggested(person).first.click()
        person.page.wait_for_url("**/productos/hogar")


def with_a_second_page(route: Route) -> None:
    """The list of all as if there was one more, whatever other tests have added."""
    more = '<nav class="pages"><a rel="next" href="/productos?q=manta">+</a></nav>'
    lists = re.compile(r'(<ul class="cards".*?\n *</ul>)(\s*<nav class="pages".*?</nav>)?', re.DOTALL)
    answer = route.fetch()
    route.fulfill(response=answer, body=lists.sub(rf"\1{more}", answer.text(), count=1))


def test_more_products_come_below_and_are_there_again_after_a_reload(visit: Open) -> None:
    person = visit(width=390)
    person.page.route(re.compile(r"/productos$"), with_a_second_page)
    person.page.route_web_socket("**/live", lambda _: None)  # which a page that was made up here may not open
    person.go("/productos")
    cards, link = person.page.locator("ul.cards > li"), person.page.locator("a[rel=next]")
    number = cards.count()
    last = cards.nth(number)
    link.click()
    expect(last.locator("h2 a")).to_be_focused()
    assert last.get_attribute("data-live-from") == f"{person.page.url}?q=manta"
    expect(link).to_have_count(0)
    person.page.reload()
    expect(cards).to_have_count(number + 1)
    expect(last).to_contain_text("Manta de lana")
    person.follow(last.locator("h2 a"))
    person.page.go_back()
    expect(cards).to_have_count(number + 1)
    assert person.page.url.endswith("/productos")


def test_a_page_that_cannot_be_had_is_gone_to(visit: Open) -> None:
    person = visit()
    person.go("/productos")
    bring(person.page, "more")
    person.page.evaluate(
        """() => document.querySelector("ul.cards").insertAdjacentHTML("afterend",
             '<nav class="pages"><a rel="next" href="/productos?q=nada">+</a></nav>')"""
    )
    person.page.locator("a[rel=next]").first.click()
    person.page.wait_for_url("**/productos?q=nada")


def test_an_address_is_handed_on(visit: Open) -> None:
    person = visit()
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.go("/productos")
    bring(person.page, "share")
    person.page.evaluate(
        """() => {
          delete Navigator.prototype.share;
          document.querySelector("main").insertAdjacentHTML("beforeend",
            '<p><a id="s" href="mailto:" data-share="http://a/b" data-title="T" data-copied="Ya">S</a><i></i></p>');
        }"""
    )
    person.page.locator("#s").click()
    expect(person.page.locator("#s + i")).to_have_text("Ya")
    assert person.page.evaluate("() => navigator.clipboard.readText()") == "http://a/b"
    person.page.evaluate("() => { navigator.share = (what) => { window.shared = what; return Promise.resolve() } }")
    person.page.locator("#s").click()
    assert person.page.evaluate("() => window.shared") == {"title": "T", "url": "http://a/b"}


def test_linked_facts_are_no_script_to_the_policy(visit: Open) -> None:
    """What is not run is not refused either: no page would complain about its own JSON-LD."""
    person = visit()
    person.go("/productos")
    person.page.evaluate(
        """() => {
          const block = document.createElement("script");
          block.type = "application/ld+json";
          block.textContent = "{}";
          document.head.append(block);
        }"""
    )
    assert person.complaints == []
