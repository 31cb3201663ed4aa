"""The way in, the way out and one's own page, as a browser without scripts sees them."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie

import httpx
import pytest

from zoco.app import Shop
from zoco.features.accounts.pages import local
from zoco.features.accounts.providers import Notice, SignInStep
from zoco.kit.ids import CartId, UserId
from zoco.kit.permissions import SYSTEM, Role
from zoco.kit.text import N_

PASSWORD, OTHER = "una clave larga", "otra clave larga"
REGISTRATION = {
    "name": "Ana Pérez",
    "phone": "+34 600 000 000",
    "email": "ana@example.com",
    "password": PASSWORD,
    "password_confirm": PASSWORD,
}
LOGIN = {"email": "ana@example.com", "password": PASSWORD}
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Tells, as browsers do, that forms come from the shop's own pages."""
    client.headers.update(SAME_ORIGIN)
    return client


@pytest.fixture
async def ana(browser: httpx.AsyncClient) -> httpx.AsyncClient:
    """The browser of somebody who has just registered."""
    assert (await browser.post("/register", data=REGISTRATION)).status_code == 303
    return browser


def went(answer: httpx.Response) -> str:
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_the_start_page_offers_a_guest_both_ways_in(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/")
    assert page.status_code == 200
    assert 'action="/login"' in page.text
    assert 'action="/register"' in page.text
    ids = [part.split('"')[0] for part in page.text.split(' id="')[1:]]
    assert len(set(ids)) == len(ids)
    assert "style=" not in page.text


async def test_who_is_signed_in_goes_on_to_the_products(ana: httpx.AsyncClient) -> None:
    assert went(await ana.get("/")) == "/productos"
    assert went(await ana.get("/register")) == "/productos"
    assert went(await ana.get("/login?next=/carrito")) == "/carrito"


@pytest.mark.parametrize("path", ["/login", "/register", "/login?next=/carrito?a=1", "/register?next=/carrito"])
async def test_the_ways_in_have_pages_of_their_own(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)
    assert page.status_code == 200
    assert ("/carrito" in page.text.split("<main")[1]) is ("next" in path)


async def test_the_ways_in_speak_english_too(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/", headers={"accept-language": "en"})
    assert "Welcome to Zoco" in page.text
    assert "Full name" in page.text


async def test_who_registers_is_signed_in(ana: httpx.AsyncClient) -> None:
    page = await ana.get("/cuenta")
    assert page.status_code == 200
    assert 'value="Ana Pérez"' in page.text


async def test_what_was_typed_is_kept_beside_what_is_wrong_but_never_a_password(browser: httpx.AsyncClient) -> None:
    typed = {**REGISTRATION, "email": "no<b>", "password_confirm": "different secret", "next": "/carrito"}
    page = await browser.post("/register", data=typed)
    assert page.status_code == 422
    assert 'value="Ana Pérez"' in page.text
    assert 'value="no&lt;b&gt;"' in page.text
    assert 'value="/carrito"' in page.text
    assert "Escribe un correo electrónico como ana@example.com." in page.text
    assert "Las dos contraseñas no son iguales." in page.text
    assert PASSWORD not in page.text
    assert "different secret" not in page.text


async def test_a_password_is_never_cut_where_it_is_typed(browser: httpx.AsyncClient) -> None:
    """Browsers cut what is pasted at `maxlength` and say nothing: the two would differ, and nobody see why."""
    found = re.search(r'<input[^>]+name="password"[^>]*>', (await browser.get("/register")).text)
    assert found
    assert "maxlength" not in found[0]


async def test_an_empty_form_names_all_that_is_needed(browser: httpx.AsyncClient) -> None:
    page = await browser.post("/register", data={"name": ""})
    assert page.status_code == 422
    assert page.text.count('class="wrong"') == 5


async def test_what_is_missing_and_what_is_wrong_are_said_at_once(browser: httpx.AsyncClient) -> None:
    page = await browser.post("/register", data={**REGISTRATION, "name": "", "email": "no", "password_confirm": "x"})
    assert page.status_code == 422
    assert page.text.count('class="wrong"') == 3
    assert "Escribe un correo electrónico como ana@example.com." in page.text
    assert "Las dos contraseñas no son iguales." in page.text


async def test_an_address_that_is_taken_is_said_beside_it(browser: httpx.AsyncClient, shop: Shop) -> None:
    await shop.services["accounts"].create(SYSTEM, name="Ana", email="ana@example.com", password=PASSWORD)
    page = await browser.post("/register", data=REGISTRATION)
    assert page.status_code == 409
    assert 'id="f-email-error"' in page.text


async def test_signing_in_leads_back_to_where_one_came_from(ana: httpx.AsyncClient) -> None:
    assert went(await ana.post("/logout")) == "/"
    assert (await ana.get("/")).status_code == 200
    assert went(await ana.post("/login", data={**LOGIN, "next": "/carrito?a=1"})) == "/carrito?a=1"
    assert (await ana.get("/cuenta")).status_code == 200


async def test_wrong_credentials_are_said_and_the_address_kept(browser: httpx.AsyncClient) -> None:
    page = await browser.post("/login", data={**LOGIN, "next": "//evil.example"})
    assert page.status_code == 401
    assert 'value="ana@example.com"' in page.text
    assert "El correo electrónico o la contraseña no son correctos." in page.text
    assert PASSWORD not in page.text
    assert "evil" not in page.text


async def test_a_sign_in_without_anything_names_what_is_needed(browser: httpx.AsyncClient) -> None:
    page = await browser.post("/login", data={"email": ""})
    assert page.status_code == 422
    assert page.text.count('class="wrong"') == 2


async def test_the_session_is_new_at_each_sign_in_and_the_old_one_ends(ana: httpx.AsyncClient) -> None:
    first = ana.cookies["session"]
    await ana.post("/login", data=LOGIN)
    assert ana.cookies["session"] != first
    ana.cookies.clear()
    assert (await ana.get("/", headers={"cookie": f"session={first}"})).status_code == 200


async def test_a_planted_session_is_not_taken_over(ana: httpx.AsyncClient) -> None:
    ana.cookies.clear()
    answer = await ana.post("/login", data=LOGIN, headers={"cookie": "session=planted"})
    cookie = SimpleCookie(answer.headers["set-cookie"])["session"]
    assert cookie.value != "planted"
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"


async def test_a_guests_cart_joins_and_what_changed_is_told_on_the_next_page(
    ana: httpx.AsyncClient, shop: Shop
) -> None:
    given = list[tuple[str, CartId | None]]()

    class Step:
        async def signed_in(self, user: UserId, email: str, guest_cart: CartId | None) -> list[Notice]:
            assert user
            given.append((email, guest_cart))
            return [Notice("cart.gone", N_("Your changes are saved."))]

    await ana.post("/logout")
    shop.providers[SignInStep][:] = [Step()]
    answer = await ana.post("/login", data=LOGIN, headers={"cookie": "cart=c1"})
    assert given == [("ana@example.com", "c1")]
    assert any(cookie.startswith("cart=") for cookie in answer.headers.get_list("set-cookie"))
    assert "Tus cambios se han guardado." in (await ana.get("/cuenta")).text


async def test_all_that_changed_at_a_sign_in_is_told_on_the_next_page(ana: httpx.AsyncClient, shop: Shop) -> None:
    class Step:
        async def signed_in(self, user: UserId, email: str, guest_cart: CartId | None) -> list[Notice]:
            assert user
            assert (email, guest_cart) == ("ana@example.com", None)
            return [Notice("a", N_("Your changes are saved.")), Notice("b", N_("Sign in first."))]

    shop.providers[SignInStep][:] = [Step()]
    await ana.post("/login", data=LOGIN)
    page = (await ana.get("/cuenta")).text
    assert page.index("Tus cambios se han guardado.") < page.index("Primero inicia sesión.")
    assert "Primero inicia sesión." not in (await ana.get("/cuenta")).text


async def test_every_page_leads_to_ones_own(ana: httpx.AsyncClient) -> None:
    elsewhere, there = (await ana.get("/productos")).text, (await ana.get("/cuenta")).text
    assert '<a href="/cuenta">' in elsewhere
    assert '<a href="/cuenta" aria-current="page">' in there
    assert "Mi cuenta" in elsewhere
    await ana.post("/logout")
    assert "/cuenta" not in (await ana.get("/productos")).text


async def test_the_english_name_leads_to_the_spanish_one(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/account?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (301, "/cuenta?lang=en")


async def test_ones_own_page_is_for_people_who_are_signed_in(browser: httpx.AsyncClient) -> None:
    assert went(await browser.get("/cuenta")) == "/login?next=/cuenta"
    for path in ("/cuenta", "/cuenta/clave", "/cuenta/sesiones"):
        assert (await browser.post(path, data={})).status_code == 401
    assert went(await browser.post("/logout")) == "/"


async def test_one_changes_ones_details(ana: httpx.AsyncClient) -> None:
    new = {"name": "Ana Paz", "phone": "1234567"}
    assert went(await ana.post("/cuenta", data=new)) == "/cuenta"
    page = await ana.get("/cuenta")
    assert "Tus cambios se han guardado." in page.text
    assert 'value="Ana Paz"' in page.text


async def test_wrong_details_are_shown_as_typed(ana: httpx.AsyncClient, shop: Shop) -> None:
    page = await ana.post("/cuenta", data={"name": "Ana Paz", "phone": "no"})
    assert page.status_code == 422
    assert 'value="Ana Paz"' in page.text
    await shop.services["accounts"].create(SYSTEM, name="Eva", email="eva@example.com", password=PASSWORD)
    page = await ana.post("/cuenta/correo", data={"email": "eva@example.com", "current_password": PASSWORD})
    assert page.status_code == 409


async def test_one_changes_ones_password(ana: httpx.AsyncClient) -> None:
    typed = {"current_password": "wrong", "password": OTHER, "password_confirm": OTHER}
    page = await ana.post("/cuenta/clave", data=typed)
    assert page.status_code == 422
    assert 'id="f-current_password-error"' in page.text
    assert OTHER not in page.text
    assert went(await ana.post("/cuenta/clave", data={**typed, "current_password": PASSWORD})) == "/cuenta"
    assert "Tu contraseña ha cambiado" in (await ana.get("/cuenta")).text
    assert (await ana.post("/login", data=LOGIN)).status_code == 401


async def test_one_signs_out_on_every_device(ana: httpx.AsyncClient) -> None:
    session = ana.cookies["session"]
    assert went(await ana.post("/cuenta/sesiones")) == "/"
    assert "Has cerrado la sesión en todos los dispositivos." in (await ana.get("/")).text
    ana.cookies.clear()
    assert (await ana.get("/", headers={"cookie": f"session={session}"})).status_code == 200


async def test_the_setup_link_makes_the_administrator_once(browser: httpx.AsyncClient, shop: Shop) -> None:
    link = f"/setup/{await shop.services['accounts'].setup_token()}"
    assert f'action="{link}"' in (await browser.get(link)).text
    assert (await browser.post(link, data={**REGISTRATION, "phone": "no"})).status_code == 422
    assert went(await browser.post(link, data=REGISTRATION)) == "/productos"
    assert (await shop.services["accounts"].find_by_email(SYSTEM, "ana@example.com")).role is Role.ADMIN
    assert (await browser.get(link)).status_code == 404
    assert (await browser.post(link, data=REGISTRATION)).status_code == 404


async def test_a_form_of_a_foreign_page_does_nothing(ana: httpx.AsyncClient) -> None:
    for path in ("/logout", "/cuenta", "/cuenta/clave", "/cuenta/sesiones", "/login", "/register"):
        answer = await ana.post(path, data={}, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
    assert (await ana.get("/cuenta")).status_code == 200


@pytest.mark.parametrize("address", ["/", "/carrito", "/productos?q=a&after=b#c", "/a//b", "/%2f%2fevil.example"])
def test_an_address_of_the_shop_is_gone_on_to(address: str) -> None:
    assert local(address) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "carrito",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b",
        "https://evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/ /evil.example",
        "/\n/evil.example",
        "/carrito\r\nSet-Cookie: a=b",
        "/ñ",
    ],
)
def test_an_address_that_could_lead_elsewhere_is_dropped(address: str | None) -> None:
    assert local(address) == "/productos"
