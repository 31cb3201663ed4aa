"""What follows a registration."""

from __future__ import annotations

import email.policy
from email.parser import BytesParser
from typing import Any

import httpx

from zoco.app import Shop
from zoco.kit.permissions import SYSTEM
from zoco.storage.outbox import Relay

REGISTRATION = {
    "name": "Ana <b>Pérez</b>",
    "phone": "+34 600 000 000",
    "email": "ana@example.com",
    "password": "una clave larga",
    "password_confirm": "una clave larga",
}


def letters(shop: Shop) -> dict[str, Any]:
    """What lies in the mail folder, by the address that it goes to."""
    parser = BytesParser(policy=email.policy.default)
    files = (shop.settings.data_dir / "mail").glob("*.eml")
    return {letter["To"]: letter for letter in (parser.parsebytes(file.read_bytes()) for file in files)}


async def test_who_registers_is_welcomed_and_the_shop_is_told(
    client: httpx.AsyncClient, shop: Shop, relay: Relay
) -> None:
    await client.post("/api/users", json=REGISTRATION, headers={"accept-language": "en"})
    await relay.drain()
    found = letters(shop)
    assert set(found) == {"ana@example.com", "tienda@example.com"}
    assert found["ana@example.com"]["Subject"] == "Welcome to Zoco"
    assert found["tienda@example.com"]["Subject"] == "Cuenta nueva: Ana <b>Pérez</b>"
    text, html = found["ana@example.com"].get_body(("plain",)), found["ana@example.com"].get_body(("html",))
    assert "Hello Ana <b>Pérez</b>, your account is ready." in text.get_content()
    assert "Ana &lt;b&gt;Pérez&lt;/b&gt;" in html.get_content()


async def test_an_account_made_by_hand_writes_to_nobody(shop: Shop, relay: Relay) -> None:
    await shop.services["accounts"].create(SYSTEM, name="Ana", email="ana@example.com", password="una clave larga")
    await relay.drain()
    assert letters(shop) == {}
