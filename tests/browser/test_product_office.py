"""Products, categories and files of products in the back office, in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import STAFF, Open
from tests.browser.test_accessible import wrong, wrong_here
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser
ROWS = "Handle,Title,Type,Variant Price,Variant Inventory Qty"
WAIT = 30_000
LINES = """cell => {
  const words = document.createRange();
  words.selectNodeContents(cell);
  return words.getClientRects().length;
}"""


def at_the_desk(visit: Open, address: str, *, width: int = 1280, script: bool = True, language: str = "es") -> Visit:
    nora = visit(width=width, script=script, language=language)
    nora.go("/login")
    nora.sign_in(STAFF)
    nora.go(address)
    return nora


def a_file(folder: Path, rows: int, name: str) -> Path:
    file = folder / f"{name}.csv"
    file.write_text("\n".join([ROWS, *(f"{name}-{n},{name} {n},Platos,3.50,4" for n in range(rows)), "x,,Platos,?,4"]))
    return file


@pytest.mark.parametrize(
    ("language", "scheme", "width"),
    [("es", "light", 390), ("en", "dark", 390), ("es", "dark", 1280), ("en", "light", 1280)],
)
def test_axe_finds_nothing(
    visit: Open, language: str, scheme: Literal["light", "dark"], width: int, tmp_path: Path
) -> None:
    nora = at_the_desk(visit, "/panel/productos", width=width, language=language)
    nora.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = []
    for address in ("/panel/productos", "/panel/productos/nuevo", "/panel/categorias", "/panel/categorias/hogar"):
        found += wrong(nora, address)
    nora.go("/panel/productos")
    nora.follow(nora.page.locator("td[data-label] a").first)
    found += wrong_here(nora, "one product")
    nora.go("/panel/productos")
    nora.page.locator("main input[name=product]").first.check()
    nora.page.locator("#f-action").select_option("percent")
    nora.page.locator("#f-value").fill("mucho")
    nora.follow(nora.page.locator(".bulk button"))
    found += wrong_here(nora, "a change that is refused")
    nora.page.locator("#f-value").fill("10")
    nora.follow(nora.page.locator(".bulk button"))
    found += wrong_here(nora, "a change")
    nora.go("/panel/productos/importar")
    nora.page.locator("#f-file").set_input_files(a_file(tmp_path, 3, "sopera"))
    nora.follow(nora.page.locator("main form button").first)
    found += wrong_here(nora, "a file")
    found += wrong(nora, "/panel/productos/importar")
    nora.complaints = [said for said in nora.complaints if "422" not in said]
    assert found == []


def test_a_long_name_leaves_the_prices_whole(visit: Open) -> None:
    nora = at_the_desk(visit, "/panel/productos/nuevo", width=1100)
    for name, value in {"title": "A" * 150, "category": "Hogar", "price": "12,50", "stock": "3"}.items():
        nora.page.locator(f"[name={name}]").fill(value)
    nora.follow(nora.page.locator("main form button:not([type])").last)
    nora.go("/panel/productos?q=aaa")
    price = nora.page.locator("td.number", has_text="12,50")
    assert price.evaluate(LINES) == 1
    assert nora.page.locator("td .badge", has_text="a la vista").evaluate(LINES) == 1


@pytest.mark.parametrize("width", [1024, 1280])
def test_a_long_name_breaks_no_word_of_its_neighbours(visit: Open, width: int) -> None:
    nora = at_the_desk(visit, "/panel/productos/nuevo", width=width)
    title = f"Farol de papel plegado a mano {width} " + "con su vela y su caja " * 6
    for name, value in {"title": title, "category": "Iluminación", "price": "12,50", "stock": "3"}.items():
        nora.page.locator(f"[name={name}]").fill(value)
    nora.follow(nora.page.locator("main form button:not([type])").last)
    nora.go(f"/panel/productos?q=plegado+{width}")
    assert nora.page.locator("td", has_text="Iluminación").evaluate(LINES) == 1


def test_a_phone_without_javascript_changes_prices_and_back(visit: Open) -> None:
    nora = at_the_desk(visit, "/panel/productos?q=cesta", width=390, script=False, language="en")
    price = nora.page.locator("td[data-label=Price]").first
    before = price.inner_text()
    nora.page.locator("main input[name=product]").first.check()
    nora.page.locator("#f-action").select_option("price")
    nora.page.locator("#f-value").fill("77")
    nora.click("Look at it first", "button")
    nora.sees("77.00")
    nora.click("Change it", "button")
    expect(price).to_contain_text("77.00")
    nora.click("Undo", "button")
    nora.go("/panel/productos?q=cesta")
    assert price.inner_text() == before


def test_a_file_is_looked_at_taken_in_and_its_progress_seen(visit: Open, tmp_path: Path) -> None:
    nora = at_the_desk(visit, "/panel/productos/importar", language="en")
    nora.page.locator("#f-file").set_input_files(a_file(tmp_path, 60, "fuente"))
    nora.click("Look at the file", "button")
    nora.sees("Nothing is taken in yet.")
    nora.click("Take them in", "button")
    expect(nora.page.locator("#import .badge")).to_have_text("done", timeout=WAIT)  # without loading the page again
    expect(nora.page.locator("#import .figure").first).to_have_text("60")
    nora.go("/panel/productos?q=fuente&sort=title")
    nora.sees("fuente 0")
