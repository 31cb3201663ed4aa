"""What is written to people about their accounts."""

from __future__ import annotations

import httpx
import pytest
from tests.features.accounts.letters import letters, link
from tests.features.mail.letters import part

from zoco.app import Shop
from zoco.features.accounts.models import User
from zoco.features.accounts.schemas import ChangeUser, Register
from zoco.features.accounts.service import AccountService
from zoco.kit.permissions import SYSTEM
from zoco.storage.outbox import Relay

PASSWORD, OTHER = "una clave larga", "otra clave larga"
REGISTRATION = {
    "name": "Ana <b>Pérez</b>",
    "phone": "+34 600 000 000",
    "email": "ana@example.com",
    "password": PASSWORD,
    "password_confirm": PASSWORD,
}


@pytest.fixture
def own(shop: Shop) -> AccountService:
    """The service of the shop that writes the mails."""
    service: AccountService = shop.services["accounts"]
    return service


@pytest.fixture(params=["es", "en"])
async def ana(request: pytest.FixtureRequest, own: AccountService, shop: Shop, relay: Relay) -> User:
    """Somebody who has registered in one of the languages, and has read her mail."""
    user = await own.register(Register(**REGISTRATION), request.param)
    await letters(shop, relay)
    return user


async def test_who_registers_is_welcomed_and_the_shop_is_told(
    client: httpx.AsyncClient, shop: Shop, relay: Relay
) -> None:
    await client.post("/api/users", json=REGISTRATION, headers={"accept-language": "en"})
    found = {letter["To"]: letter for letter in await letters(shop, relay)}
    assert set(found) == {"ana@example.com", "tienda@example.com"}
    assert found["ana@example.com"]["Subject"] == "Welcome to Zoco"
    assert found["tienda@example.com"]["Subject"] == "Cuenta nueva: Ana <b>Pérez</b>"
    assert "Hello Ana <b>Pérez</b>, your account is ready." in part(found["ana@example.com"])
    assert "Ana &lt;b&gt;Pérez&lt;/b&gt;" in part(found["ana@example.com"], "html")


@pytest.mark.parametrize(
    ("language", "words"), [("es", "Confirma que este correo"), ("en", "Confirm that this address")]
)
async def test_the_welcome_carries_a_link_that_verifies_the_address(
    own: AccountService, shop: Shop, relay: Relay, language: str, words: str
) -> None:
    user = await own.register(Register(**REGISTRATION), language)
    welcome, _ = await letters(shop, relay)
    assert words in part(welcome)
    await own.verify(link(welcome, "/verificar").rpartition("/")[2])
    assert (await own.get(SYSTEM, user.id)).verified


async def test_an_account_made_by_hand_writes_to_nobody(own: AccountService, shop: Shop, relay: Relay) -> None:
    await own.create(SYSTEM, name="Ana", email="ana@example.com", password=PASSWORD)
    assert await letters(shop, relay) == []


@pytest.mark.parametrize(
    ("language", "subject"), [("es", "Elige una contraseña nueva para Zoco"), ("en", "Choose a new password for Zoco")]
)
async def test_who_forgot_a_password_gets_a_link_in_the_language_in_which_they_asked(
    own: AccountService, ana: User, shop: Shop, relay: Relay, language: str, subject: str
) -> None:
    await own.forgot("ANA@example.com", language)
    (letter,) = await letters(shop, relay)
    assert (letter["To"], letter["Subject"]) == ("ana@example.com", subject)
    await own.reset(link(letter, "/clave").rpartition("/")[2], OTHER, OTHER)


async def test_an_address_that_nobody_has_is_not_written_to(
    own: AccountService, ana: User, shop: Shop, relay: Relay
) -> None:
    await own.forgot("nobody@example.com", "es")
    assert await letters(shop, relay) == []


async def test_a_new_password_is_told_however_it_came_about(
    own: AccountService, ana: User, shop: Shop, relay: Relay
) -> None:
    await own.forgot(ana.email, "es")
    (asked,) = await letters(shop, relay)
    await own.reset(link(asked, "/clave").rpartition("/")[2], OTHER, OTHER)
    await own.change(ana.actor, ana.id, ChangeUser(password=PASSWORD, current_password=OTHER))
    first, second = await letters(shop, relay)
    assert part(first) == part(second)
    said = {"es": "Tu contraseña de Zoco ha cambiado", "en": "Your password for Zoco was changed"}
    assert (first["To"], first["Subject"]) == (ana.email, said[ana.language])
    assert "/clave\n" in part(first)


async def test_another_address_gets_a_link_and_the_old_one_is_told(
    own: AccountService, ana: User, shop: Shop, relay: Relay
) -> None:
    await own.change(ana.actor, ana.id, ChangeUser(email="paz@example.com", current_password=PASSWORD))
    found = {letter["To"]: letter for letter in await letters(shop, relay)}
    assert set(found) == {"paz@example.com", "ana@example.com"}
    asked = {"es": "Confirma tu correo electrónico para Zoco", "en": "Confirm your e-mail address for Zoco"}
    told = {"es": "Tu cuenta de Zoco tiene otro correo", "en": "Your account at Zoco has another e-mail address"}
    assert found["paz@example.com"]["Subject"] == asked[ana.language]
    assert found["ana@example.com"]["Subject"].startswith(told[ana.language])
    assert "paz@example.com" in part(found["ana@example.com"])
    assert "/verificar/" not in part(found["ana@example.com"])
    await own.verify(link(found["paz@example.com"], "/verificar").rpartition("/")[2])


async def test_the_link_comes_again_unless_it_was_used_meanwhile(
    own: AccountService, ana: User, shop: Shop, relay: Relay
) -> None:
    await own.ask_verification(ana.actor)
    (letter,) = await letters(shop, relay)
    await own.ask_verification(ana.actor)
    await own.verify(link(letter, "/verificar").rpartition("/")[2])
    assert await letters(shop, relay) == []


async def test_nobody_is_written_to_who_has_left_meanwhile(
    own: AccountService, ana: User, shop: Shop, relay: Relay
) -> None:
    await own.forgot(ana.email, "es")
    await own.ask_verification(ana.actor)
    await own.change(SYSTEM, ana.id, ChangeUser(email="paz@example.com", password=OTHER))
    await own.remove(ana.actor, ana.id)
    assert await letters(shop, relay) == []
