"""A shop that moves arrives whole, or does not move: from every engine into a file, and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from zoco.app import Shop, build_shop
from zoco.features.catalogue.models import Product, ProductQuery
from zoco.features.catalogue.schemas import AddProduct, MoneyIn
from zoco.features.orders.schemas import PlaceOrder
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.permissions import GUEST, Actor
from zoco.settings import elsewhere
from zoco.storage.engine import DatabaseUnusable
from zoco.storage.moving import movable, move
from zoco.storage.outbox import Relay

BUYER = PlaceOrder(email="eva@example.com")


async def buy(shop: Shop, product: Product) -> int:
    carts, orders = shop.services["cart"], shop.services["orders"]
    cart, _ = await carts.open(GUEST)
    await carts.add(GUEST, cart.id, product.id, 2)
    order, _ = await orders.place(GUEST, cart.id, BUYER, IdempotencyKey.of(cart.id, "guest", b""), "es")
    return int(order.number)


async def everything(shop: Shop) -> dict[str, Any]:
    """What is kept, by port, in an order that no engine decides."""
    found = {}
    for port in movable(shop.modules):
        async with shop.store.read() as tx:
            records = await tx[port].records(None, 1_000)
        found[port.__name__] = sorted(msgspec.json.encode(record, order="sorted") for _, record in records)
    return found


@pytest.fixture
def png() -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
async def other(shop: Shop, tmp_path: Path) -> AsyncIterator[Shop]:
    """An empty shop in a file."""
    opened = build_shop(elsewhere(shop.settings, f"sqlite:///{tmp_path / 'other.db'}"), shop.clock, shop.modules)
    await opened.store.start()
    yield opened
    await opened.store.close()


@pytest.fixture
async def used(shop: Shop, product: Product, seller: Actor, relay: Relay, png: bytes) -> Shop:
    """Some of everything: a picture, a removed product, an open cart, two orders, mails, facts that still wait."""
    catalogue = shop.services["catalogue"]
    await catalogue.set_image(seller, product.id, png)
    gone = await catalogue.add(seller, AddProduct(title="Jarra", category="Jarras", price=MoneyIn(1), stock=3))
    await buy(shop, product)
    await relay.drain()
    await catalogue.remove(seller, gone.id)
    await buy(shop, product)
    await shop.services["cart"].open(seller)
    return shop


async def test_it_arrives_whole_and_goes_on_counting(used: Shop, other: Shop, product: Product) -> None:
    told = list[tuple[str, int, int]]()
    counts = await move(used.store, other.store, movable(used.modules), lambda *step: told.append(step))
    before = await everything(used)
    assert await everything(other) == before
    assert counts == {name: len(before[port]) for name, port in zip(counts, before, strict=True)}
    assert counts["products"] == counts["orders"] == 2
    assert min(counts[name] for name in ("users", "carts", "mails", "pictures", "outbox", "idempotency records")) > 0
    assert {step for step, done, total in told if done == total} == {"Copying", "Verifying"}
    assert [found for _, _, found in await other.check() if found] == []
    assert await buy(other, product) == 3
    found = await other.services["catalogue"].page(ProductQuery(q="taza"))
    assert [one.id for one in found.items] == [product.id]


async def test_what_is_there_is_never_written_over(used: Shop, other: Shop) -> None:
    await move(used.store, other.store, movable(used.modules), lambda *_: None)
    before = await everything(other)
    with pytest.raises(DatabaseUnusable, match="not empty"):
        await move(used.store, other.store, movable(used.modules), lambda *_: None)
    assert await everything(other) == before


async def test_a_sale_in_the_middle_is_noticed(used: Shop, other: Shop, product: Product) -> None:
    class Target:
        """As soon as the first record is written there, somebody buys where it came from."""

        read = other.store.read
        sold = 0

        @asynccontextmanager
        async def write(self) -> AsyncIterator[Any]:
            self.sold = self.sold or await buy(used, product)
            async with other.store.write() as tx:
                yield tx

    target: Any = Target()
    with pytest.raises(DatabaseUnusable, match="not all"):
        await move(used.store, target, movable(used.modules), lambda *_: None)
    assert target.sold == 3


async def test_it_goes_back_again(used: Shop, other: Shop, tmp_path: Path) -> None:
    await move(used.store, other.store, movable(used.modules), lambda *_: None)
    third = build_shop(elsewhere(used.settings, f"sqlite:///{tmp_path / 'third.db'}"), used.clock, used.modules)
    try:
        await move(other.store, third.store, movable(used.modules), lambda *_: None)
        assert await everything(third) == await everything(used)
    finally:
        await third.store.close()
