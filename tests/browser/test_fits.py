"""What every page keeps to: as narrow as 400 % zoom makes it, light to load, and nothing that jumps."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Response, expect
from tests.browser.conftest import Open
from tests.browser.test_accessible import FOR_ALL, OWN
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

MORE = ("/cuenta/direccion", "/cuenta/borrar", "/clave")
LIGHT = 30_000
"""Bytes of style sheets, and of scripts, as they travel."""
STEADY = 0.02
"""Of the cumulative layout shift; what people feel begins at 0.1."""
SHIFTS = """() => new Promise((resolve) => {
  const moved = [];
  const watch = new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries())
      moved.push([value, ...sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
  });
  watch.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(moved), 400);
})"""


def pages(person: Visit) -> list[str]:
    """Every page, those for people who are signed in and have bought something, too."""
    person.go("/productos")
    person.put_into_cart("Taza de barro")
    return [
        *(address for address in FOR_ALL if address != "/docs"),
        *OWN,
        "/cuenta/direccion",
        "/cuenta/borrar",
        "/clave",
    ]


def known(person: Visit) -> None:
    person.complaints = [said for said in person.complaints if "404" not in said]


@pytest.mark.parametrize("language", ["es", "en"])
def test_nothing_sticks_out_at_400_percent(visit: Open, language: str) -> None:
    person = visit(width=320, language=language)
    person.go("/")
    person.go("/login")
    person.register()
    for address in pages(person):
        person.go(address)
    person.go("/carrito")
    person.buy()
    person.go("/ordenes")
    known(person)


def test_pages_are_light_and_do_not_jump(visit: Open) -> None:
    person = visit(width=390)
    person.register()
    found = []
    for address in pages(person):
        sizes = {"stylesheet": 0, "script": 0}
        other = person.context.new_page()
        other.on("response", partial(weigh, sizes))
        other.goto(address)
        moved = other.evaluate(SHIFTS)
        found += [f"{address}: {size} bytes of {kind}" for kind, size in sizes.items() if not 0 < size < LIGHT]
        if shifted(moved):  # a busy machine may once have shown half of it; what moves by itself does so each time
            other.goto(address)
            moved = other.evaluate(SHIFTS)
        found += [f"{address} moves: {moved}"] * shifted(moved)
        other.close()
    assert found == []
    known(person)


def shifted(moved: list[Any]) -> bool:
    return bool(sum(value for value, *_ in moved) > STEADY)


def weigh(sizes: dict[str, int], answer: Response) -> None:
    kind = answer.request.resource_type
    if kind in sizes:
        sizes[kind] += int(answer.headers.get("content-length", 0))


@pytest.mark.parametrize("address", ["/register", "/login", "/cuenta/borrar"])
def test_the_button_that_shows_a_password_moves_nothing(visit: Open, address: str) -> None:
    person = visit(width=390)
    person.register()
    person.page.route("**/password.js*", lambda route: route.abort())
    if address != "/cuenta/borrar":
        person.context.clear_cookies()
    person.page.goto(address)
    button = person.page.locator("main form button").last
    before = button.bounding_box()
    person.page.unroute("**/password.js*")
    person.complaints.clear()
    person.go(address)
    expect(person.page.locator("main [aria-pressed]").first).to_be_visible()
    assert person.page.locator("main form button:not([aria-pressed])").last.bounding_box() == before
    person.complaints.clear()


@pytest.mark.parametrize("script", [True, False])
def test_six_digits_fit_where_quantities_are_typed(visit: Open, *, script: bool) -> None:
    person = visit(width=390, script=script)
    person.go("/productos")
    person.put_into_cart("Taza de barro")
    person.go("/carrito")
    field = person.page.locator("main [name=quantity]")
    field.fill("888888")
    inside, shown = field.evaluate("(field) => [field.scrollWidth, field.clientWidth]")
    assert inside <= shown
