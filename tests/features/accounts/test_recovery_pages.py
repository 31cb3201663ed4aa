"""A lost password and a mailed link, in a browser without scripts and over REST."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from tests.answers import problem, wrong
from tests.browsing import browsing, enter, field, hidden, text
from tests.features.accounts.letters import letters, link

from zoco.app import Shop
from zoco.kit.permissions import Actor
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock
from zoco.testing.people import PASSWORD, account, signed_in
from zoco.web.ratelimit import RULES

NEW = "otra clave larga y buena"
NEW_TWICE = {"password": NEW, "password_confirm": NEW}
Post = Callable[[], Awaitable[str]]


@pytest.fixture
async def ana(shop: Shop) -> Actor:
    return await account(shop, name="Ana")


@pytest.fixture
def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    return browsing(client)


@pytest.fixture
def mailed(shop: Shop, relay: Relay) -> Callable[[str], Awaitable[str]]:
    """The path of the link in the mail that was written last."""

    async def path(place: str) -> str:
        return link((await letters(shop, relay))[-1], place)

    return path


@pytest.fixture
async def reset(ana: Actor, browser: httpx.AsyncClient, mailed: Callable[[str], Awaitable[str]]) -> str:
    """The path of the link by which Ana can choose a new password."""
    await browser.post("/clave", data={"email": ana.email})
    return await mailed("/clave")


@pytest.mark.parametrize("path", ["/", "/login"])
async def test_the_sign_in_leads_to_it(browser: httpx.AsyncClient, path: str) -> None:
    assert 'href="/clave"' in (await browser.get(path)).text
    page = await browser.get("/clave")
    assert page.status_code == 200
    assert hidden(page, "/clave") == {"csrf_token": hidden(page, "/clave")["csrf_token"]}


async def test_the_answer_is_the_same_for_everybody(browser: httpx.AsyncClient, ana: Actor) -> None:
    answers = [await browser.post("/clave", data={"email": email}) for email in (ana.email, "nobody@example.com")]
    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, "/login")] * 2
    assert answers[0].headers["set-cookie"] == answers[1].headers["set-cookie"]
    assert "Si hay una cuenta con este correo" in text(await browser.get("/login"))


async def test_what_is_no_address_is_kept_and_said(browser: httpx.AsyncClient) -> None:
    for typed, shown in (("ana<b>", "ana<b>"), ("", "")):
        page = await browser.post("/clave", data={"email": typed})
        assert page.status_code == 422
        assert field(page, "email") == shown
        assert 'id="f-email-error"' in page.text


async def test_the_link_leads_to_a_form_and_that_to_the_sign_in(
    browser: httpx.AsyncClient, shop: Shop, ana: Actor, reset: str
) -> None:
    await enter(browser, ana)
    page = await browser.get(reset)
    assert page.status_code == 200
    assert ana.email in text(page)
    assert hidden(page, reset)
    answer = await browser.post(reset, data=NEW_TWICE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "Tu contraseña nueva está lista" in text(await browser.get("/login"))
    assert (await browser.get("/cuenta")).status_code == 303
    known = await shop.services["accounts"].sign_in(ana.email, NEW)
    assert known.user.verified


async def test_a_new_password_that_is_none_is_said_beside_it_and_not_repeated(
    browser: httpx.AsyncClient, reset: str
) -> None:
    for data, name in (({"password": NEW, "password_confirm": "x"}, "password_confirm"), ({}, "password")):
        page = await browser.post(reset, data=data)
        assert page.status_code == 422
        assert f'id="f-{name}-error"' in page.text
        assert NEW not in page.text
    assert (await browser.post(reset, data=NEW_TWICE)).status_code == 303


@pytest.mark.parametrize("how", ["used", "late", "cut", "made up"])
async def test_a_link_that_no_longer_works_says_so_and_what_to_do(
    browser: httpx.AsyncClient, clock: FrozenClock, reset: str, how: str
) -> None:
    if how == "used":
        await browser.post(reset, data=NEW_TWICE)
    elif how == "late":
        clock.move(hours=1)
    path = {"cut": reset[:-3], "made up": "/clave/x"}.get(how, reset)
    for page in (await browser.get(path), await browser.post(path, data=NEW_TWICE), await browser.post(path)):
        assert page.status_code == 404
        assert 'href="/clave"' in page.text
        assert "Este enlace ya no sirve" in text(page)


@pytest.mark.parametrize("path", ["/clave", "/api/auth/forgot"])
async def test_one_address_and_one_visitor_can_ask_a_few_times_only(browser: httpx.AsyncClient, path: str) -> None:
    async def asked(email: str) -> int:
        data = {"email": email}
        answer = await (browser.post(path, json=data) if "api" in path else browser.post(path, data=data))
        return answer.status_code

    usual = 204 if "api" in path else 303
    assert [await asked("ana@example.com") for _ in range(6)] == [usual] * 5 + [429]
    left = RULES["POST", path].tries - 6
    assert [await asked(f"ana{number}@example.com") for number in range(left + 1)] == [usual] * left + [429]


async def test_programs_ask_and_set_a_new_password(
    client: httpx.AsyncClient, ana: Actor, mailed: Callable[[str], Awaitable[str]]
) -> None:
    headers = await signed_in(client, ana)
    for email in (ana.email, "nobody@example.com"):
        answer = await client.post("/api/auth/forgot", json={"email": email})
        assert (answer.status_code, answer.content) == (204, b"")
    token = (await mailed("/clave")).rpartition("/")[2]
    short = await client.post("/api/auth/reset", json={"token": token, "password": "x", "password_confirm": "x"})
    assert wrong(short) == {("password", "too_short")}
    answer = await client.post("/api/auth/reset", json={"token": token} | NEW_TWICE)
    assert (answer.status_code, answer.content) == (204, b"")
    problem(await client.post("/api/auth/reset", json={"token": token} | NEW_TWICE), 404, "accounts.link_over")
    assert (await client.get("/api/auth/me", headers=headers)).status_code == 401
    for password, status in ((PASSWORD, 401), (NEW, 200)):
        answer = await client.post("/api/auth/login", json={"email": ana.email, "password": password})
        assert answer.status_code == status
    me = await client.get("/api/auth/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    assert me.json()["verified"]


async def test_a_program_that_sends_no_address_is_told(client: httpx.AsyncClient) -> None:
    assert wrong(await client.post("/api/auth/forgot", json={"email": "ana"})) == {("email", "email")}


@pytest.mark.parametrize(("signed", "place"), [(True, "/cuenta"), (False, "/productos")])
async def test_a_mailed_link_verifies_the_address_once_its_reader_says_so(
    browser: httpx.AsyncClient,
    shop: Shop,
    ana: Actor,
    mailed: Callable[[str], Awaitable[str]],
    *,
    signed: bool,
    place: str,
) -> None:
    await enter(browser, ana)
    assert (await browser.post("/cuenta/verificar")).headers["location"] == "/cuenta"
    path = await mailed("/verificar")
    if not signed:
        await browser.post("/logout")
    page = await browser.get(path)
    assert f"¿Es tuyo {ana.email}?" in text(page)
    assert not (await shop.services["accounts"].get(ana, ana.id)).verified  # looking alone changes nothing
    answer = await browser.post(path, data=hidden(page, path))
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    assert "Tu correo electrónico está confirmado." in text(await browser.get(place))
    assert (await shop.services["accounts"].get(ana, ana.id)).verified
    assert "ya está confirmado" in text(await browser.get(path))
    assert (await browser.post(path)).status_code == 303


async def test_a_link_that_verifies_nothing(browser: httpx.AsyncClient, reset: str) -> None:
    for path in ("/verificar/x", reset.replace("/clave/", "/verificar/")):
        for page in (await browser.get(path), await browser.post(path)):
            assert page.status_code == 404
            assert 'href="/cuenta"' in page.text


async def test_the_pages_speak_english_too(browser: httpx.AsyncClient, reset: str) -> None:
    browser.headers["accept-language"] = "en"
    for path, words in (
        ("/clave", "Forgot your password?"),
        (reset, "Choose a new password"),
        ("/verificar/x", "This link no longer works"),
    ):
        assert words in re.sub(r"\s+", " ", (await browser.get(path)).text)
