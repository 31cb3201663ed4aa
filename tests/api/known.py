"""A shop with something of everything in it, whose ids a fuzzer could never guess."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import requests
from PIL import Image

from zoco.app import Shop, build_shop, installed
from zoco.features.cart.models import Address
from zoco.features.catalogue.schemas import AddProduct, MoneyIn
from zoco.features.orders.schemas import PlaceOrder
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.permissions import GUEST, Actor, Role
from zoco.settings import load
from zoco.testing.clock import FrozenClock
from zoco.testing.hashing import CHEAP_HASHING
from zoco.testing.people import PASSWORD, account

_EACH = 4


class Known:
    """The shop, who asks, and ids by the names that the addresses give them."""

    url: str
    client: requests.Session

    def __init__(self, shop: Shop, actor: Actor) -> None:
        self.shop = shop
        self._actor = actor
        self.ids: dict[str, list[Any]] = {}
        self._headers: dict[str, str] = {}

    def instead_of(self, made_up: dict[str, Any], *, last: bool) -> dict[str, Any]:
        """Ids that exist in the place of every second made up one, the same each time; `last` is the one to be lost."""
        exist = {}
        for name, value in made_up.items():
            number = len(str(value))
            if number % 2:
                exist[name] = self.ids[name][-1 if last else number // 2 % len(self.ids[name])]
        return exist

    def headers(self) -> dict[str, str]:
        """Of a session that no call before has ended."""
        if self._actor.id and not self._headers:
            proof = {"email": self._actor.email, "password": PASSWORD}
            answer = self.client.post(f"{self.url}/api/auth/login", json=proof)
            self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        return self._headers

    async def broken(self) -> list[str]:
        """What does not add up in the shop, now that nobody serves it."""
        shop = build_shop(self.shop.settings)
        found = [sentence for _, _, broken in await shop.check() for sentence in broken]
        await shop.store.close()
        return found

    def forget(self) -> None:
        self._headers = {}


async def open_known(folder: Path, role: Role | None) -> Known:
    """Products of the one who asks, carts that can be bought, orders, another person."""
    file = folder / "zoco.toml"
    file.touch()
    environ = {"ZOCO_DATA_DIR": str(folder / "var"), "ZOCO_LOG__LEVEL": "error", "ZOCO_RATELIMIT__ENABLED": "false"}
    shop = build_shop(load(file, "development", environ), FrozenClock(), [CHEAP_HASHING, *installed()])
    actor, other, third = await account(shop, role) if role else GUEST, await account(shop), await account(shop)
    known = Known(shop, actor)
    known.ids["uid"] = [other.id, third.id]
    catalogue, cart = shop.services["catalogue"], shop.services["cart"]
    pictures = [_picture("teal"), _picture("pink")]
    for number in range(_EACH):
        data = AddProduct(title=f"Taza {number}", category="Tazas", price=MoneyIn(900), stock=100_000)
        product = await catalogue.add(actor if actor.id else other, data, *pictures)
        opened, _ = await cart.open(actor)
        await cart.add(actor, opened.id, product.id, 1)
        await cart.set_address(actor, opened.id, Address(recipient="Eva", line1="Calle 1", city="Lugo", country="ES"))
        if not number:
            key = IdempotencyKey.of("known", "known", b"")
            order, _ = await shop.services["orders"].place(actor, opened.id, PlaceOrder(email=other.email), key, "es")
            known.ids["number"] = [order.number, order.number + 1]
        message, _ = await shop.services["chat"].say(actor if actor.id else other, "", f"¿Hay más? {number}")
        known.ids.setdefault("seq", []).append(message.seq)
        known.ids.setdefault("pid", []).append(product.id)
        known.ids["image"] = known.ids["name"] = [photo.name for photo in product.pictures]
        known.ids.setdefault("cid", []).append(opened.id)
    return known


def _picture(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (30, 20), colour).save(file, "PNG")
    return file.getvalue()
