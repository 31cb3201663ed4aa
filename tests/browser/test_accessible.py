"""Every page as axe-core sees it: names, roles, contrast, sizes; in both languages and both colour schemes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
import pytest
from playwright.sync_api import expect
from tests.browser.conftest import BOSS, Open
from tests.browser.visit import PASSWORD, Visit

pytestmark = pytest.mark.browser

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FOR_ALL = (
    "/", "/login", "/register", "/productos", "/productos?q=nada", "/productos/hogar", "/productos/hogar/taza-de-barro",
    "/productos/no-hay", "/carrito", "/carrito/comprar", "/realTimeProducts", "/chat", "/no-hay", "/docs",
)  # fmt: skip
OWN = ("/ordenes", "/chat", "/cuenta", "/cuenta/correo", "/cuenta/direccion", "/vender", "/vender/nuevo")


def wrong(visit: Visit, address: str) -> list[str]:
    """What axe finds on a page; the inside of Swagger UI is not ours."""
    visit.go(address)
    return wrong_here(visit, address)


def wrong_here(visit: Visit, address: str) -> list[str]:
    visit.page.wait_for_load_state()
    visit.page.evaluate(AXE)
    found: dict[str, Any] = visit.page.evaluate(
        "rules => axe.run({ exclude: ['#docs'] }, { runOnly: rules })",
        RULES,
    )
    assert found["passes"]
    return [f"{address} {one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("es", "light", 390), ("en", "dark", 390), ("es", "dark", 1280), ("en", "light", 1280)],
)
def test_axe_finds_nothing(visit: Open, language: str, scheme: Literal["light", "dark"], width: int) -> None:
    person = visit(language=language, width=width)
    person.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    person.go("/productos")
    person.page.locator("main form[action='/carrito'] button").first.click()
    found = [line for address in FOR_ALL for line in wrong(person, address)]
    person.register()
    found += [line for address in OWN for line in wrong(person, address)]
    person.put_into_cart("Taza de barro")
    person.buy()
    found += wrong(person, person.page.url)
    person.complaints = [
        said for said in person.complaints if "404" not in said
    ]  # pages that are not there were asked for
    assert found == []


@pytest.mark.parametrize(("language", "scheme"), [("es", "dark"), ("en", "light")])
def test_axe_finds_nothing_in_what_opens(visit: Open, language: str, scheme: Literal["light", "dark"]) -> None:
    """Suggestions, filters, notices with and without a way back, and what a form says is wrong."""
    person = visit(language=language, width=390)
    person.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    person.go("/productos")
    person.page.locator("header [name=q]").press_sequentially("taz", delay=20)
    person.page.locator("zoco-suggest [role=option]").first.wait_for()
    found = wrong_here(person, "suggestions")
    person.page.keyboard.press("Escape")
    person.page.locator("summary").first.click()
    person.page.locator(".product-card form button").first.click()
    person.page.locator(".notices .toast").wait_for()
    found += wrong_here(person, "filters and a notice")
    person.go("/carrito")
    person.click("Buy")
    person.page.locator("main form").first.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    person.page.locator("main [aria-invalid]").first.wait_for()
    found += wrong_here(person, "a wrong form")
    person.go("/carrito")
    person.click("Remove", "button")
    person.page.get_by_role("button", name=person.words("Undo")).wait_for()
    found += wrong_here(person, "undo")
    person.page.emulate_media(media="print")
    found += wrong_here(person, "print")
    person.complaints = [said for said in person.complaints if "422" not in said]
    assert found == []


@pytest.mark.parametrize("script", [True, False])
def test_whoever_sent_a_wrong_form_goes_on_at_what_is_wrong(visit: Open, *, script: bool) -> None:
    """By the keyboard alone: the first error is one key away, and leads to its field."""
    person = visit(script=script)
    person.go("/register")
    person.type("Full name", "Eva")
    for name, text in {"phone": "600000000", "email": "eva@example.com", "password": PASSWORD}.items():
        person.page.locator(f"main [name={name}]").fill(text)
    person.page.locator("[name=password_confirm]").fill("otra clave larga")
    person.page.locator("[name=password_confirm]").press("Enter")
    expect(person.page.locator("main [role=alert]")).to_be_focused()
    person.page.keyboard.press("Tab")
    person.page.keyboard.press("Enter")
    expect(person.page.locator("[name=password_confirm]")).to_be_focused()
    person.complaints = [said for said in person.complaints if "422" not in said]


@pytest.mark.parametrize("script", [True, False])
def test_what_is_wrong_far_below_is_seen(visit: Open, *, script: bool) -> None:
    """Where a page has no summary, it begins at the field: here below all the categories."""
    olga = visit(width=390, script=script)
    olga.go("/login")
    olga.sign_in(BOSS)
    olga.go("/panel/categorias")
    field = olga.page.locator("main [name=name]")
    for _ in range(2):
        field.fill("Vidrio")
        olga.follow(olga.page.locator("main form.card button"))
    expect(olga.page.locator(".wrong")).to_be_in_viewport()
    expect(field).to_be_focused()
    olga.complaints = [said for said in olga.complaints if "422" not in said]


def test_axe_would_find_something(visit: Open) -> None:
    """The proof that silence means something."""
    reader = visit()
    reader.go("/productos")
    reader.page.evaluate("() => { document.querySelector('input[type=search]').labels[0].remove() }")
    reader.page.evaluate("() => { document.querySelector('input[type=search]').placeholder = '' }")
    reader.page.evaluate(AXE)
    found = reader.page.evaluate("() => axe.run()")
    assert "label" in {one["id"] for one in found["violations"]}
