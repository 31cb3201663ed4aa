"""What changes is seen by everybody who looks at it, without loading the page again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from tests.browser.conftest import Open
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser


def tab(person: Visit, address: str) -> Page:
    """One more window of the same browser."""
    page = person.context.new_page()
    page.on("console", person._said)
    page.on("pageerror", lambda error: person.complaints.append(str(error)))
    page.on("response", person._answered)
    page.goto(address)
    return page


def offer(seller: Visit, title: str, stock: int) -> str:
    """The address of a new product."""
    seller.go("/vender/nuevo")
    for name, value in {"title": title, "category": "Hogar", "price": "12,50", "stock": str(stock)}.items():
        seller.page.locator(f"main form [name={name}]").first.fill(value)
    seller.page.locator("main form button").first.click()
    seller.page.wait_for_url(re.compile(r"/productos/hogar/"))
    return seller.page.url


def take(person: Visit, address: str, quantity: int = 1) -> None:
    person.go(address)
    person.page.locator("#buy [name=quantity]").fill(str(quantity))
    person.page.locator("#buy button:not([type=button])").last.click()
    person.page.wait_for_url("**/carrito")


def stays(page: Page) -> None:
    """Mark the document, so that a page that was loaded again would be seen."""
    page.evaluate("window.same = true")


def has_stayed(page: Page) -> bool:
    return bool(page.evaluate("window.same"))


def test_the_cart_follows_in_all_windows_of_a_person(visit: Open) -> None:
    person = visit()
    person.register()
    list_, cart = tab(person, "/productos"), tab(person, "/carrito")
    for page in (list_, cart):
        stays(page)
    expect(list_.locator("#to-cart .count")).to_have_count(0)
    person.go("/productos")
    person.put_into_cart("Taza de barro", 2)
    expect(list_.locator("#to-cart .count")).to_contain_text("2")
    expect(cart.locator("main .line h2")).to_have_text("Taza de barro")
    person.put_into_cart("Cesta de mimbre")
    expect(list_.locator("#to-cart .count")).to_contain_text("3")
    expect(cart.locator("main .line")).to_have_count(2)
    expect(cart.locator("#sums")).to_contain_text("37,50")
    person.buy()
    expect(list_.locator("#to-cart .count")).to_have_count(0)
    expect(cart.locator("main .line")).to_have_count(0)
    assert has_stayed(list_)
    assert has_stayed(cart)


def test_a_guests_first_cart_and_the_sign_in_reach_the_other_window(visit: Open) -> None:
    person = visit()
    email = person.register()
    person.put_into_cart("Manta de lana", 4)
    guest = visit(width=390, language="en")
    other = tab(guest, "/productos")
    stays(other)
    guest.go("/productos")
    guest.put_into_cart("Jarra azul")
    expect(other.locator("#to-cart .count")).to_contain_text("1")
    guest.go("/login")
    guest.sign_in(email)
    expect(other.locator("#to-cart .count")).to_contain_text("5")
    guest.page.locator("footer form[action='/logout'] button").click()
    expect(other.locator("#to-cart .count")).to_have_count(0)
    assert has_stayed(other)


def test_sold_out_is_seen_before_the_click(visit: Open) -> None:
    seller = visit()
    seller.register("Ana")
    address = offer(seller, "Faro de sal", 3)
    watcher, buyer = visit(), visit(language="en")
    watcher.go(address)
    list_ = tab(watcher, "/productos?q=faro+de+sal")
    for page in (watcher.page, list_):
        stays(page)
    expect(list_.locator(".product-card")).to_contain_text("3")
    take(buyer, address, 2)
    buyer.buy("bea@example.com")
    expect(watcher.page.locator("#stock .few")).to_contain_text("1")
    expect(list_.locator(".product-card .few")).to_contain_text("1")
    take(buyer, address)
    buyer.buy("bea@example.com")
    expect(watcher.page.locator("#stock .none")).to_be_visible()
    expect(watcher.page.locator("article form[action='/carrito']")).to_have_count(0)
    expect(list_.locator(".product-card.gone .stock.none")).to_be_visible()  # the list leaves it out when read anew
    assert has_stayed(watcher.page)
    assert has_stayed(list_)


def test_a_new_price_is_seen_and_a_removed_product_is_gone(visit: Open) -> None:
    seller, watcher = visit(), visit()
    seller.register("Ana")
    address = offer(seller, "Cuenco de olivo", 3)
    watcher.go(address)
    stays(watcher.page)
    seller.page.locator("main a[href^='/vender/']").first.click()
    seller.page.locator("main form [name=price]").fill("99,10")
    seller.page.locator("main form button").first.click()
    expect(watcher.page.locator("#price")).to_contain_text("99,10")
    seller.page.wait_for_url("**/vender")
    seller.page.locator("main a[href$='/borrar']").first.click()
    seller.page.locator("main form button").first.click()
    expect(watcher.page.locator("#buy")).to_have_count(0)
    assert has_stayed(watcher.page)
    assert "404" in watcher.complaints.pop()  # what the browser notes of the page that is no longer there


def test_new_products_arrive_while_somebody_looks(visit: Open) -> None:
    watcher, seller = visit(width=390, language="en"), visit()
    seller.register("Ana")
    offer(seller, "Vela de abeja", 5)
    watcher.go("/realTimeProducts")
    stays(watcher.page)
    offer(seller, "Vela de soja", 5)
    expect(watcher.page.locator("#newest .product-card").first).to_contain_text("Vela de soja")
    expect(watcher.page.locator("#newest .product-card").nth(1)).to_contain_text("Vela de abeja")
    assert has_stayed(watcher.page)
    watcher.look()


def test_what_is_being_typed_is_left_alone(visit: Open) -> None:
    person = visit()
    person.register()
    person.go("/productos")
    person.put_into_cart("Taza de barro", 2)
    other = tab(person, "/carrito")
    quantity = other.locator("main .line [name=quantity]")
    quantity.fill("7")
    person.put_into_cart("Taza de barro", 3)
    expect(other.locator("#to-cart .count")).to_contain_text("5")
    expect(other.locator("#sums")).to_contain_text("62,50")
    expect(quantity).to_have_value("7")
    expect(quantity).to_be_focused()
    quantity.fill("2")  # as it was
    quantity.blur()
    expect(quantity).to_have_value("5")


def test_a_lost_connection_comes_back_and_catches_up(visit: Open) -> None:
    person = visit()
    person.register()
    routes: list[WebSocketRoute] = []
    other = person.context.new_page()

    def connected(route: WebSocketRoute) -> None:
        routes.append(route)
        if len(routes) != 2:  # the second try fails
            route.connect_to_server()
        else:
            route.close()

    other.route_web_socket("**/live", connected)
    other.goto("/productos")
    stays(other)
    while not routes:
        other.evaluate("() => new Promise(requestAnimationFrame)")
    other.wait_for_timeout(300)
    routes[0].close(code=1012)
    person.go("/productos")
    person.put_into_cart("Taza de barro", 2)
    expect(other.locator("#to-cart .count")).to_contain_text("2", timeout=15_000)
    assert len(routes) >= 3
    assert has_stayed(other)


def test_the_script_is_small(visit: Open) -> None:
    person = visit()
    sizes: list[int] = []
    person.page.on("response", lambda answer: sizes.append(len(answer.body())) if ".js" in answer.url else None)
    person.go("/productos")
    assert 0 < sum(sizes) < 30_000
