"""Case 10: somebody shops at random while a seller changes things; a model in plain Python says what has to come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import hypothesis
import msgspec
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.faults.conftest import offered

from zoco.app import Shop, build_shop
from zoco.features.cart.errors import CartEmpty, ItemMissing, PriceChanged
from zoco.features.catalogue.errors import OutOfStock
from zoco.features.catalogue.schemas import ChangeProduct, MoneyIn
from zoco.features.orders.errors import StatusOutOfOrder
from zoco.features.orders.models import Order, OrderStatus
from zoco.features.orders.schemas import PlaceOrder
from zoco.kit.errors import Declined
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.ids import CartId
from zoco.kit.permissions import SYSTEM, Role
from zoco.settings import Settings
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import Databases, on_database
from zoco.testing.people import person

pytestmark = pytest.mark.fault

EXAMPLES, STEPS = 25, 40
PRODUCTS = st.integers(0, 2)
PIECES = st.integers(1, 4)


class Thing(msgspec.Struct):
    """A product as the model knows it."""

    stock: int
    price: int = 1250


class Shopper(RuleBasedStateMachine):
    """One buyer, one seller and three products."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.buyer, self.staff = person(), person(Role.STAFF)
        self.shop = self.runner.run(self.opened(settings))
        self.catalogue, self.carts = self.shop.services["catalogue"], self.shop.services["cart"]
        self.orders = self.shop.services["orders"]
        self.products = self.runner.run(offered(self.shop, ("Taza", 3), ("Jarra", 1), ("Plato", 0)))
        self.things = [Thing(3), Thing(1), Thing(0)]
        self.cart: dict[int, tuple[int, int]] = {}  # pieces, and the price that the buyer has seen
        self.bought: list[dict[int, int] | None] = []  # by order number; None once it is called off
        self.which = self.new_cart()

    @staticmethod
    async def opened(settings: Settings) -> Shop:
        shop = build_shop(settings, FrozenClock())
        await shop.store.start()
        return shop

    def new_cart(self) -> CartId:
        made: CartId = self.runner.run(self.carts.open(self.buyer))[0].id
        return made

    def outcome(self, doing: Awaitable[Any]) -> Any:
        """What it answers, or the kind of its refusal."""

        async def done() -> Any:
            try:
                return await doing
            except Declined as refusal:
                return type(refusal)

        return self.runner.run(done())

    @rule(product=PRODUCTS, pieces=PIECES)
    def add(self, product: int, pieces: int) -> None:
        wanted = self.cart.get(product, (0, 0))[0] + pieces
        answer = self.outcome(self.carts.add(self.buyer, self.which, self.products[product].id, pieces))
        self.put(product, wanted, answer)

    @rule(product=PRODUCTS, pieces=PIECES)
    def change(self, product: int, pieces: int) -> None:
        answer = self.outcome(self.carts.set_quantity(self.buyer, self.which, self.products[product].id, pieces))
        if product in self.cart:
            self.put(product, pieces, answer)
        else:
            assert answer is ItemMissing

    def put(self, product: int, wanted: int, answer: Any) -> None:
        if wanted > self.things[product].stock:
            assert answer is OutOfStock
        else:
            self.cart[product] = (wanted, self.things[product].price)
            assert answer.cart.quantity_of(self.products[product].id) == wanted

    @rule(product=PRODUCTS)
    def remove(self, product: int) -> None:
        answer = self.outcome(self.carts.remove(self.buyer, self.which, self.products[product].id))
        assert (answer is ItemMissing) == (self.cart.pop(product, None) is None)

    @rule()
    def look(self) -> None:
        self.runner.run(self.carts.show(self.buyer, self.which))
        self.cart = {
            product: (min(pieces, self.things[product].stock), self.things[product].price)
            for product, (pieces, _) in self.cart.items()
            if self.things[product].stock
        }

    @rule()
    def buy(self) -> None:
        key = IdempotencyKey.of(self.which, "buyer", b"")
        answer = self.outcome(self.orders.place(self.buyer, self.which, PlaceOrder(), key, "es"))
        if not self.cart:
            assert answer is CartEmpty
        elif any(price != self.things[product].price for product, (_, price) in self.cart.items()):
            assert answer is PriceChanged
        elif any(pieces > self.things[product].stock for product, (pieces, _) in self.cart.items()):
            assert answer is OutOfStock
        else:
            order: Order = answer[0]
            self.bought.append({product: pieces for product, (pieces, _) in self.cart.items()})
            assert order.number == len(self.bought)
            assert order.total.amount == sum(pieces * price for pieces, price in self.cart.values())
            for product, (pieces, _) in self.cart.items():
                self.things[product].stock -= pieces
            self.cart, self.which = {}, self.new_cart()

    @rule(number=st.integers(1, 4))
    def call_off(self, number: int) -> None:
        if number > len(self.bought):
            return
        answer = self.outcome(self.orders.move(self.staff, number, OrderStatus.CANCELADA))
        lines, self.bought[number - 1] = self.bought[number - 1], None
        assert (answer is StatusOutOfOrder) == (lines is None)
        for product, pieces in (lines or {}).items():
            self.things[product].stock += pieces

    @rule(product=PRODUCTS, stock=st.integers(0, 5))
    def restock(self, product: int, stock: int) -> None:
        self.edit(product, ChangeProduct(stock=stock))
        self.things[product].stock = stock

    @rule(product=PRODUCTS, price=st.sampled_from([0, 1000, 1250]))
    def reprice(self, product: int, price: int) -> None:
        self.edit(product, ChangeProduct(price=MoneyIn(price)))
        self.things[product].price = price

    def edit(self, product: int, data: ChangeProduct) -> None:
        self.runner.run(self.catalogue.change(self.staff, self.products[product].id, data))

    @invariant()
    def nothing_differs(self) -> None:
        self.runner.run(self.compare())

    async def compare(self) -> None:
        places = {product.id: place for place, product in enumerate(self.products)}
        for product, thing in zip(self.products, self.things, strict=True):
            found = await self.catalogue.show(SYSTEM, product.id)
            assert (found.stock, found.price.amount) == (thing.stock, thing.price)
        cart = (await self.carts.open(self.buyer))[0]
        assert cart.id == self.which
        items = {places[item.product_id]: (item.quantity, item.unit_price.amount) for item in cart.items}
        assert items == self.cart

    def teardown(self) -> None:
        self.runner.run(self.leave())
        self.runner.close()

    async def leave(self) -> None:
        await self.shop.relay().drain()
        broken = [sentence for _, _, found in await self.shop.check() for sentence in found]
        await self.shop.store.close()
        assert broken == []


def test_no_shopper_finds_what_the_model_does_not(
    engine: str, databases: Databases, settings: Settings, tmp_path: Path
) -> None:
    def fresh() -> Shopper:
        return Shopper(on_database(settings, databases.fresh(engine, tmp_path / "var")))

    run_state_machine_as_test(
        fresh,  # type: ignore[arg-type]  # whatever makes one is welcome
        settings=hypothesis.settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, derandomize=True, database=None
        ),
    )
