"""Several photos of a product: chosen, dragged, arranged by its seller, and looked through by everybody."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from tests.browser.conftest import Open
from tests.browser.test_accessible import wrong, wrong_here
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

DROP = """async ([place, bytes]) => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], "soltada.png", { type: "image/png" }));
  for (const kind of ["dragover", "drop"]) {
    place.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    """Three that differ."""
    for number, colour in enumerate(("teal", "orange", "navy")):
        Image.new("RGB", (600, 400), colour).save(tmp_path / f"{number}.png")
    return sorted(tmp_path.glob("*.png"))


def offered(seller: Visit, photos: list[Path], title: str) -> str:
    """The address where the photos of a new product are arranged."""
    seller.register("Ana")
    seller.go("/vender/nuevo")
    for name, value in {"title": title, "category": "Lámparas", "price": "12,50", "stock": "3"}.items():
        seller.page.locator(f"main form [name={name}]").first.fill(value)
    seller.page.locator("[name=image]").set_input_files(photos)
    seller.page.locator("main form button").first.click()
    seller.page.wait_for_url(re.compile(r"/productos/lamparas/"))
    seller.look()
    return seller.page.get_by_role("link", name=seller.words("Change this product")).get_attribute("href") or ""


def names(seller: Visit) -> list[str | None]:
    return [item.get_attribute("id") for item in seller.page.locator(".arranged > li").all()]


@pytest.mark.parametrize("script", [False, True])
def test_they_are_arranged_and_taken_away(visit: Open, photos: list[Path], *, script: bool) -> None:
    seller = visit(script=script, width=390)
    address = offered(seller, photos, f"Lámpara {script}")
    assert seller.page.locator("#views img").count() == len(photos)
    seller.go(address)
    seller.click("Arrange the photos")
    before = names(seller)
    item = seller.page.locator(f"#{before[2]}")
    item.get_by_role("textbox").fill("De noche")
    seller.click("Forward", "button", inside=item)
    seller.sees(seller.words("The photos are saved."))
    assert names(seller) == [before[0], before[2], before[1]]
    expect(seller.page.locator(f"#{before[2]}").get_by_role("textbox")).to_have_value("De noche")
    seller.page.locator(f"#{before[0]}").get_by_role("checkbox").check()
    seller.page.get_by_role("button", name=seller.words("Save"), exact=True).last.click()
    seller.page.wait_for_load_state()
    assert names(seller) == [before[2], before[1]]


def test_they_are_dropped_seen_and_dragged(visit: Open, photos: list[Path]) -> None:
    seller = visit()
    seller.go(f"{offered(seller, photos, 'Candil')}/fotos")
    before = names(seller)
    file = BytesIO()
    Image.new("RGB", (300, 500), "pink").save(file, "PNG")
    place = seller.page.locator("[data-pictures]")
    place.evaluate("(place, given) => (" + DROP + ")([place, given])", list(file.getvalue()))
    expect(place.get_by_role("img", name="soltada.png")).to_be_visible()
    target = {"x": 60.0, "y": 110.0}
    seller.page.drag_and_drop(f"#{before[0]} img", f"#{before[2]} img", target_position=target)  # type: ignore[arg-type]
    seller.sees(seller.words("The photos are saved."))
    seller.page.wait_for_load_state()  # what is said stands above them
    assert names(seller)[:3] == [before[1], before[2], before[0]]
    assert len(names(seller)) == len(photos) + 1  # what was chosen is sent along


def test_they_are_looked_through_without_moving_the_page(visit: Open, photos: list[Path]) -> None:
    seller, visitor = visit(), visit(width=390)
    address = offered(seller, photos, "Linterna")
    visitor.go(f"/productos/{address.rpartition('/')[2]}")
    visitor.page.emulate_media(reduced_motion="reduce")
    picks, frame = visitor.page.locator(".picks a"), visitor.page.locator("#views")
    picks.nth(1).click()
    expect(picks.nth(1)).to_have_attribute("aria-current", "true")
    assert visitor.page.evaluate("scrollY") == 0
    frame.focus()
    frame.press("ArrowRight")
    expect(picks.nth(2)).to_have_attribute("aria-current", "true")
    expect(picks.nth(1)).not_to_have_attribute("aria-current", "true")
    frame.press("ArrowRight")
    expect(picks.nth(2)).to_have_attribute("aria-current", "true")
    visitor.look()


def test_axe_finds_nothing(visit: Open, photos: list[Path]) -> None:
    seller = visit(width=390)
    address = offered(seller, photos, "Vela")
    seller.page.emulate_media(reduced_motion="reduce")
    seller.go(f"/productos/{address.rpartition('/')[2]}")
    found = wrong_here(seller, "product")
    for place in (address, f"{address}/fotos"):
        found += wrong(seller, place)
    assert found == []
