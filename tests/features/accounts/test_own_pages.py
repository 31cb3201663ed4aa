"""One's own sessions, one's own data, and the end of an account."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from tests.browsing import browsing, enter, hidden, text
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.cart.models import Address
from zoco.features.cart.service import CartService
from zoco.features.orders import service
from zoco.features.orders.schemas import PlaceOrder
from zoco.features.orders.service import OrderService
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.permissions import GUEST, SYSTEM, Actor, Role
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock
from zoco.testing.people import PASSWORD, account, signed_in

HOME = Address(recipient="Eva", line1="Calle 8", city="Lugo", country="ES")
ENDING = re.compile(r'action="(/cuenta/sesiones/[^"]+)"')


@pytest.fixture
async def eva(shop: Shop) -> Actor:
    return await account(shop, name="Eva")


@pytest.fixture
async def browser(client: httpx.AsyncClient, eva: Actor) -> httpx.AsyncClient:
    """Eva in front of the pages."""
    await enter(browsing(client), eva)
    return client


@pytest.fixture
async def bought(offer: Offer, eva: Actor, cart: CartService, orders: OrderService) -> int:
    """The number of Eva's order; she has something in her next cart."""
    product = await offer(title="Jarra")
    for times in range(2):
        opened, _ = await cart.open(eva)
        await cart.add(eva, opened.id, product.id, 1)
        if not times:
            await cart.set_address(eva, opened.id, HOME)
            order, _ = await orders.place(eva, opened.id, PlaceOrder(), IdempotencyKey.of("k", "eva", b""), "es")
    return order.number


async def test_one_sees_ones_sessions_and_which_one_is_here(
    browser: httpx.AsyncClient, shop: Shop, eva: Actor, clock: FrozenClock
) -> None:
    clock.move(minutes=7)
    await shop.services["accounts"].issue_tokens(eva.email, PASSWORD)
    page = await browser.get("/cuenta")
    words = text(page)
    assert (words.count("Navegador"), words.count("Programa"), words.count("La de ahora")) == (1, 1, 1)
    assert words.index("Programa") < words.index("Navegador") < words.index("La de ahora")
    assert "Desde el 2 ene 2030, 3:04" in words
    assert len(ENDING.findall(page.text)) == 2
    own = (await shop.services["accounts"].sessions(eva))[1]
    assert own.used_at == clock.now()


async def test_sessions_that_are_over_are_not_shown(
    browser: httpx.AsyncClient, shop: Shop, eva: Actor, clock: FrozenClock
) -> None:
    clock.move(days=365)
    await enter(browser, eva)
    assert len(ENDING.findall((await browser.get("/cuenta")).text)) == 1


async def test_one_ends_another_session_and_stays(
    browser: httpx.AsyncClient, client: httpx.AsyncClient, shop: Shop, eva: Actor
) -> None:
    headers = await signed_in(client, eva)
    program, *_ = [one for one in await shop.services["accounts"].sessions(eva) if one.kind == "api"]
    page = await browser.get("/cuenta")
    path = f"/cuenta/sesiones/{program.id}"
    answer = await browser.post(path, data=hidden(page, path))
    assert (answer.status_code, answer.headers["location"]) == (303, "/cuenta")
    assert "Esa sesión ha terminado." in text(await browser.get("/cuenta"))
    assert (await client.get("/api/auth/me", headers=headers)).status_code == 401
    again = await browser.post(path)
    assert again.status_code == 404
    assert "Esta sesión ya había terminado." in text(again)


async def test_who_ends_the_session_that_is_here_is_signed_out(browser: httpx.AsyncClient) -> None:
    (path,) = ENDING.findall((await browser.get("/cuenta")).text)
    answer = await browser.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Has cerrado la sesión." in text(await browser.get("/"))
    assert "session" not in browser.cookies


async def test_nobody_ends_the_sessions_of_others(browser: httpx.AsyncClient, shop: Shop) -> None:
    other = await account(shop)
    await shop.services["accounts"].sign_in(other.email, PASSWORD)
    (session,) = await shop.services["accounts"].sessions(other)
    assert (await browser.post(f"/cuenta/sesiones/{session.id}")).status_code == 404
    assert len(await shop.services["accounts"].sessions(other)) == 1


async def test_whether_the_address_is_confirmed_is_shown_with_a_way_to_it(
    browser: httpx.AsyncClient, shop: Shop, eva: Actor
) -> None:
    page = await browser.get("/cuenta")
    assert "Aún sin confirmar" in text(page)
    answer = await browser.post("/cuenta/verificar", data=hidden(page, "/cuenta/verificar"))
    assert answer.headers["location"] == "/cuenta"
    assert "El correo va de camino." in text(await browser.get("/cuenta"))
    accounts = shop.services["accounts"]
    await accounts.verify(accounts.verify_token(eva.id, eva.email))
    page = await browser.get("/cuenta")
    assert "Confirmado" in text(page)
    assert 'action="/cuenta/verificar"' not in page.text


async def test_who_changes_the_address_is_told_of_the_mail(browser: httpx.AsyncClient, eva: Actor) -> None:
    assert 'href="/cuenta/correo"' in (await browser.get("/cuenta")).text
    known = {"current_password": PASSWORD}
    await browser.post("/cuenta/correo", data=known | {"email": eva.email.upper()})
    assert "correo nuevo" not in text(await browser.get("/cuenta"))
    assert (await browser.post("/cuenta/correo", data=known | {"email": "eva@example.com"})).status_code == 303
    assert "Te hemos escrito al correo nuevo" in text(await browser.get("/cuenta"))


async def test_another_address_needs_the_password(browser: httpx.AsyncClient, shop: Shop, eva: Actor) -> None:
    """As whoever finds a session open could else have a new password mailed to themselves."""
    for password in ("", "no es esta"):
        page = await browser.post("/cuenta/correo", data={"email": "otra@example.com", "current_password": password})
        assert page.status_code == 422
        assert 'id="f-current_password-error"' in page.text
        assert 'value="otra@example.com"' in page.text
    assert (await shop.services["accounts"].get(eva, eva.id)).email == eva.email


async def test_one_takes_ones_data_along(browser: httpx.AsyncClient, eva: Actor, bought: int) -> None:
    answer = await browser.get("/cuenta/datos")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == 'attachment; filename="mis-datos.json"'
    assert answer.headers["cache-control"] == "no-store"
    data: dict[str, Any] = answer.json()
    assert set(data) == {
        "account", "sessions", "carts", "orders", "products", "conversations", "said_to_everybody"
    }  # fmt: skip
    assert (data["account"]["id"], data["account"]["email"]) == (eva.id, eva.email)
    assert [session["here"] for session in data["sessions"]] == [True]
    assert [item["title"] for cart in data["carts"] for item in cart["items"]] == ["Jarra"]
    assert [(order["number"], order["delivery_address"]["city"]) for order in data["orders"]] == [(bought, "Lugo")]
    assert browser.cookies["session"] not in answer.text
    assert "hash" not in answer.text


async def test_all_orders_come_along_however_many(
    browser: httpx.AsyncClient,
    eva: Actor,
    bought: int,
    orders: OrderService,
    cart: CartService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "LARGEST_LIMIT", 1)
    opened, _ = await cart.open(eva)
    await orders.place(eva, opened.id, PlaceOrder(), IdempotencyKey.of("k2", "eva", b""), "es")
    data = (await browser.get("/cuenta/datos")).json()
    assert [order["number"] for order in data["orders"]] == [bought + 1, bought]


async def test_who_has_nothing_takes_an_account_along(browser: httpx.AsyncClient) -> None:
    data = (await browser.get("/cuenta/datos")).json()
    assert (data["carts"], data["orders"]) == ([], [])


async def test_one_leaves_with_the_password_and_the_orders_stay(
    browser: httpx.AsyncClient,
    shop: Shop,
    relay: Relay,
    eva: Actor,
    bought: int,
    orders: OrderService,
    cart: CartService,
) -> None:
    page = await browser.get("/cuenta/borrar")
    assert "Tus órdenes se conservan" in text(page)
    refused = await browser.post("/cuenta/borrar", data={"current_password": "wrong"})
    assert refused.status_code == 422
    assert 'id="f-current_password-error"' in refused.text
    assert (await browser.post("/cuenta/borrar", data={})).status_code == 422
    form = hidden(page, "/cuenta/borrar") | {"current_password": PASSWORD}
    answer = await browser.post("/cuenta/borrar", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Tu cuenta se ha borrado." in text(await browser.get("/"))
    assert "session" not in browser.cookies
    await relay.drain()
    staff = await account(shop, Role.STAFF)
    order = await orders.show(staff, bought)
    assert (order.buyer, order.email) == (None, eva.email)
    assert await cart.current(eva, None) is None
    assert (await cart.show(GUEST, order.cart)).cart.owner is None
    assert [found for _, _, broken in await shop.check() for found in broken] == []


async def test_the_last_administrator_stays(client: httpx.AsyncClient, shop: Shop) -> None:
    admin = await account(shop, Role.ADMIN)
    await enter(browsing(client), admin)
    page = await client.post("/cuenta/borrar", data={"current_password": PASSWORD})
    assert page.status_code == 409
    assert "Una tienda necesita al menos un administrador. Nombra primero a otra persona" in text(page)
    await account(shop, Role.ADMIN)
    assert (await client.post("/cuenta/borrar", data={"current_password": PASSWORD})).status_code == 303


async def test_the_password_of_an_account_cannot_be_tried_for_long_where_it_is_deleted(
    browser: httpx.AsyncClient, shop: Shop, eva: Actor
) -> None:
    for _ in range(10):
        assert (await browser.post("/cuenta/borrar", data={"current_password": "wrong"})).status_code == 422
    assert (await browser.post("/cuenta/borrar", data={"current_password": PASSWORD})).status_code == 429
    assert await shop.services["accounts"].get(SYSTEM, eva.id)


async def test_all_of_it_is_for_people_who_are_signed_in(client: httpx.AsyncClient) -> None:
    browsing(client)
    for path in ("/cuenta/datos", "/cuenta/borrar"):
        assert (await client.get(path)).headers["location"] == f"/login?next={path}"
    for path in ("/cuenta/borrar", "/cuenta/verificar", "/cuenta/sesiones/x"):
        assert (await client.post(path)).status_code == 401


@pytest.mark.parametrize("path", ["/cuenta", "/cuenta/borrar"])
async def test_the_pages_speak_english_too(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path, headers={"accept-language": "en"})
    assert "Delete my account" in page.text
    assert "ontraseña" not in text(page)


@pytest.mark.parametrize("path", ["/cuenta", "/cuenta/borrar"])
async def test_passwords_can_be_shown_where_there_are_scripts(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)
    source = re.search(r'<script type="module" src="(/[^"]*password\.js[^"]*)"', page.text)
    assert source
    assert (await browser.get(source[1])).status_code == 200
    assert page.text.count('type="password"') == page.text.count("data-show=")
