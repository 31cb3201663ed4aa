"""Case 9: whatever the description of the API allows or forbids is asked of every operation, by everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

from zoco.app import Shop, build_shop, create_app, installed
from zoco.features.cart.models import Address
from zoco.features.catalogue.schemas import AddProduct, MoneyIn
from zoco.kit.permissions import GUEST, Actor, Role
from zoco.settings import load
from zoco.testing.clock import FrozenClock
from zoco.testing.hashing import CHEAP_HASHING
from zoco.testing.people import PASSWORD, account

EXAMPLES = 20
PEOPLE: dict[str, Role | None] = {"guest": None, "customer": Role.CUSTOMER, "admin": Role.ADMIN}
api = schemathesis.pytest.from_fixture("described")


class Known:
    """What exists in the shop: ids by the names that the addresses give them, and who asks."""

    def __init__(self, shop: Shop, role: Role | None) -> None:
        self._shop = shop
        self._role = role
        self.ids: dict[str, list[str]] = {"number": []}

    async def fill(self) -> None:
        """A product with a picture to come, a cart that can be bought, another user, the one who asks."""
        catalogue, cart = self._shop.services["catalogue"], self._shop.services["cart"]
        other = await account(self._shop)
        self.actor = await account(self._shop, self._role) if self._role else GUEST
        seller = self.actor if self.actor.id else other
        address = Address(recipient="Eva", line1="Calle 1", city="Madrid", country="España")
        for number in range(4):
            data = AddProduct(title=f"Taza {number}", category="Tazas", price=MoneyIn(900), stock=100_000)
            product = await catalogue.add(seller, data)
            opened, _ = await cart.open(self.actor)
            await cart.add(self.actor, opened.id, product.id, 1)
            await cart.set_address(self.actor, opened.id, address)
            self.ids.setdefault("pid", []).append(product.id)
            self.ids.setdefault("cid", []).append(opened.id)
        self.ids["uid"] = [str(other.id), str(self.actor.id or other.id)]


@pytest.fixture(scope="module", params=PEOPLE)
def described(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("api")
