"""Two people with something of everything, and calls that would succeed if the right person made them."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.browsing import browsing, enter

from zoco.app import Shop
from zoco.features.cart.models import Address
from zoco.features.catalogue.schemas import AddProduct, MoneyIn
from zoco.features.orders.schemas import PlaceOrder
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.permissions import Actor
from zoco.testing.people import PASSWORD, account, signed_in

ADDRESS = {"recipient": "Eva", "line1": "Calle 8", "city": "Lugo", "country": "España"}
REGISTER = {
    "name": "Eva",
    "phone": "+34 600 000 000",
    "email": "eva@example.com",
    "password": PASSWORD,
    "password_confirm": PASSWORD,
}
PRODUCT = {"title": "Taza", "category": "Tazas", "price": {"amount": 1}, "stock": 3, "description": "De barro."}
BODIES: dict[str, dict[str, Any]] = {
    "refreshTokens": {"refresh_token": "none"},
    "signIn": {"email": "eva@example.com", "password": PASSWORD},
    "forgotPassword": {"email": "eva@example.com"},
    "resetPassword": {"token": "none", "password": PASSWORD, "password_confirm": PASSWORD},
    "changeUser": {"name": "Otra", "phone": "+34 600 000 001", "email": "otra@example.com"},
    "register": REGISTER,
    "addProduct": PRODUCT,
    "changeProduct": PRODUCT,
    "arrangeProductImages": {"images": []},
    "changeQuantity": {"quantity": 2},
    "addToCart": {"quantity": 1},
    "changeCart": {"delivery_address": ADDRESS},
    "purchaseCart": {"delivery_address": ADDRESS, "email": "eva@example.com"},
    "moveOrder": {"status": "pagada"},
    "postMessage": {"body": "Hola"},
    "readMessages": {"seq": 1},
}
"""A body that each operation understands."""


def picture_of(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (30, 20), colour).save(file, "PNG")
    return file.getvalue()


PICTURE = picture_of("green")


@dataclass
class Person:
    """Somebody, the ids of what is theirs, and what their calls carry."""

    actor: Actor
    ids: dict[str, str]
    headers: dict[str, str] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """An address with this person's ids in its places."""
        return path.format(**self.ids)


async def person(shop: Shop, client: httpx.AsyncClient, name: str) -> Person:
    """Somebody who sells a product, has bought it themselves, and has it in a cart again."""
    actor = await account(shop, name=name)
    catalogue, cart = shop.services["catalogue"], shop.services["cart"]
    data = AddProduct(title=f"Taza de {name}", category="Tazas", price=MoneyIn(1250), stock=10)
    product = await catalogue.add(actor, data, picture_of("teal"), picture_of("pink"))

    async def filled() -> str:
        opened, _ = await cart.open(actor)
        await cart.add(actor, opened.id, product.id, 1)
        await cart.set_address(actor, opened.id, Address(**ADDRESS))
        return str(opened.id)

    bought = await filled()
    key = IdempotencyKey.of("key", name, b"")
    order, _ = await shop.services["orders"].place(actor, bought, PlaceOrder(), key, "es")
    ids = {
        "uid": str(actor.id),
        "pid": product.id,
        "cid": await filled(),
        "number": str(order.number),
        "seq": "1",
        "email": actor.email,
    }
    ids["image"] = ids["name"] = product.pictures[1].name
    headers = await signed_in(client, actor)
    ids["sid"] = str((await shop.services["accounts"].sessions(actor))[0].id)
    return Person(actor, ids, headers)


@pytest.fixture
async def ana(shop: Shop, client: httpx.AsyncClient) -> Person:
    return await person(shop, client, "Ana")


@pytest.fixture
async def bea(shop: Shop, client: httpx.AsyncClient) -> Person:
    return await person(shop, client, "Bea")


@pytest.fixture
async def browser(client: httpx.AsyncClient, ana: Person) -> httpx.AsyncClient:
    """Ana in front of the pages."""
    await enter(browsing(client), ana.actor)
    client.headers["content-type"] = "application/x-www-form-urlencoded"
    return client
