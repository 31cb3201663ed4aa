"""What a person does in the shop, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("script", "width", "language"), [(False, 390, "es"), (False, 1280, "en"), (True, 390, "en"), (True, 1280, "es")]
)
def test_somebody_registers_and_buys(visit: Open, *, script: bool, width: int, language: str) -> None:
    person = visit(script=script, width=width, language=language)
    email = person.register()
    person.put_into_cart("Taza de barro", 2)
    person.buy()
    person.sees(person.words("Thank you! Your order is placed."))
    person.sees(email)
    person.go("/ordenes")
    assert person.page.locator("main").get_by_text("2 × Taza de barro").count() == 1
    for address in ("/", "/productos", "/cuenta", "/vender", "/vender/nuevo", "/realTimeProducts", "/carrito"):
        person.go(address)


def test_a_guest_buys_and_keeps_the_address_of_the_order(visit: Open) -> None:
    guest = visit(width=390)
    guest.go("/")
    guest.put_into_cart("Cesta de mimbre")
    guest.buy("invitada@example.com")
    guest.sees("invitada@example.com")
    other = visit(language="en")
    other.go(guest.page.url)
    other.sees("Cesta de mimbre")


def test_a_guests_cart_joins_the_persons_own_at_the_sign_in(visit: Open) -> None:
    person = visit()
    email = person.register()
    person.put_into_cart("Taza de barro")
    guest = visit(width=390, script=False)
    guest.go("/productos")
    guest.put_into_cart("Manta de lana", 3)
    guest.go("/login")
    guest.sign_in(email)
    guest.go("/carrito")
    assert guest.cart() == {"Taza de barro": "1", "Manta de lana": "3"}
    person.go("/carrito")
    assert person.cart() == guest.cart()


@pytest.mark.parametrize("script", [False, True])
def test_somebody_sells(visit: Open, tmp_path: Path, picture: bytes, *, script: bool) -> None:
    photo = tmp_path / "foto.png"
    photo.write_bytes(picture)
    seller = visit(script=script, width=390)
    seller.register("Ana")
    title = f"Farol {'con' if script else 'sin'} guion"
    seller.go("/vender/nuevo")
    seller.type("Name", title)
    seller.type("Category", "Faroles y velas")
    seller.page.locator("[name=price]").fill("12,50")
    seller.type("Pieces in stock", "3")
    seller.page.locator("[name=image]").set_input_files(photo)
    seller.page.locator("main form button").first.click()
    seller.page.wait_for_url(re.compile(r"/productos/faroles-y-velas/farol"))
    seller.look()
    image = seller.page.locator("article img")
    assert image.evaluate("async image => { await image.decode(); return image.naturalWidth }") > 100
    seller.sees("12,50")


@pytest.mark.parametrize("script", [False, True])
def test_going_back_and_sending_a_product_again_makes_no_second_one(visit: Open, *, script: bool) -> None:
    """Where the browser asks for the page anew, too, and fills in what was typed."""
    seller = visit(script=script, width=390)
    seller.register("Ana")
    seller.go("/vender/nuevo")
    for name, text in {"title": "Hamaca", "category": "Jardín", "price": "12,50", "stock": "3"}.items():
        seller.page.locator(f"[name={name}]").fill(text)
    offer = seller.page.locator("main form button").first
    seller.follow(offer)
    made = seller.page.url
    seller.page.go_back()
    assert seller.page.locator("[name=title]").input_value() == "Hamaca"
    seller.follow(offer)
    assert seller.page.url == made
    seller.go("/vender")
    assert seller.page.locator("main").get_by_role("link", name="Hamaca", exact=True).count() == 1


def test_the_documentation_can_be_read_and_tried(visit: Open) -> None:
    reader = visit()
    reader.go("/docs")
    reader.page.get_by_text("/api/carts/{cid}/purchase").wait_for()


@pytest.mark.parametrize("script", [False, True])
def test_a_page_that_sticks_out_would_be_seen(visit: Open, *, script: bool) -> None:
    """The proof that silence in the other tests means something."""
    reader = visit(width=390, script=script)
    reader.go("/productos")
    reader.page.evaluate("() => { document.querySelector('main').style.width = '900px' }")
    reader.look()
    assert "wider than the screen" in reader.complaints.pop()
