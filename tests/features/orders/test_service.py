"""Purchases, what follows them, and who sees them."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from tests.features.conftest import Offer
from tests.features.orders.conftest import Buy, Fill, key
from tests.samples import HOME

from zoco.app import Shop
from zoco.features.cart.errors import CartEmpty, CartMissing, CartPurchased, CartTooDear, PriceChanged
from zoco.features.cart.events import CartChanged
from zoco.features.cart.models import CartStatus
from zoco.features.cart.service import CartService
from zoco.features.catalogue.errors import NotForSale, OutOfStock, ProductMissing
from zoco.features.catalogue.events import StockChanged
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import ChangeProduct
from zoco.features.catalogue.service import CatalogueService
from zoco.features.orders.errors import OrderMissing, StatusOutOfOrder
from zoco.features.orders.events import OrderMoved, OrderPlaced
from zoco.features.orders.models import Order, OrderLine, OrderStatus
from zoco.features.orders.schemas import PlaceOrder
from zoco.features.orders.service import OrderService
from zoco.kit.errors import Declined, Forbidden, Invalid, Unauthenticated
from zoco.kit.events import Event
from zoco.kit.idempotency import KeyReused
from zoco.kit.ids import CartId, OrderId
from zoco.kit.money import Money
from zoco.kit.permissions import GUEST, Actor
from zoco.testing.clock import FrozenClock
from zoco.testing.people import person

AWAY = msgspec.structs.replace(HOME, city="Oviedo")


async def sound(shop: Shop) -> bool:
    """Whether `zoco check` finds nothing."""
    return all(not broken for _, _, broken in await shop.check())


class TestPlacing:
    async def test_an_order_keeps_words_and_prices_of_the_moment(
        self, orders: OrderService, cart: CartService, catalogue: CatalogueService, offer: Offer, fill: Fill,
        customer: Actor, ana: Actor, clock: FrozenClock,
    ) -> None:  # fmt: skip
        taza = await offer(description="De barro")
        jarra = await offer(title="Jarra", price={"amount": 3000})
        which = await fill(customer, jarra, taza)
        order, replayed = await orders.place(customer, which, PlaceOrder(), key(), "en")
        assert not replayed
        assert order == Order(
            id=order.id,
            number=1,
            reference=order.reference,
            status=OrderStatus.GENERADA,
            buyer=customer.id,
            cart=which,
            email=customer.email,
            language="en",
            lines=(
                OrderLine(taza.id, "Taza", "De barro", Money(1250, "USD"), 2, taza.seller),
                OrderLine(jarra.id, "Jarra", "", Money(3000, "USD"), 2, jarra.seller),
            ),
            total=Money(8500, "USD"),
            delivery_address=HOME,
            created_at=clock.now(),
            updated_at=clock.now(),
            version=1,
        )
        await catalogue.change(ana, taza.id, ChangeProduct(title="Otra", description="Otra"))
        await catalogue.remove(ana, jarra.id)
        assert await orders.show(customer, 1) == order
        assert (await cart.show(customer, which)).cart.status is CartStatus.PURCHASED

    async def test_stock_falls_and_the_facts_are_told(
        self, orders: OrderService, catalogue: CatalogueService, offer: Offer, fill: Fill, customer: Actor,
        facts: list[Event], shop: Shop,
    ) -> None:  # fmt: skip
        taza, jarra = await offer(), await offer(title="Jarra")
        which = await fill(customer, taza, jarra)
        facts.clear()
        order, _ = await orders.place(customer, which, PlaceOrder(), key(), "es")
        assert [(await catalogue.show(GUEST, one.id)).stock for one in (taza, jarra)] == [8, 8]
        assert [type(fact) for fact in facts] == [CartChanged, StockChanged, OrderPlaced]
        assert facts[-1] == OrderPlaced(id=facts[-1].id, order=order.id, number=1, buyer=customer.id)
        assert await sound(shop)

    async def test_address_and_email_of_the_purchase_win_over_those_of_the_cart(
        self, orders: OrderService, offer: Offer, fill: Fill, customer: Actor
    ) -> None:
        which = await fill(customer, await offer())
        data = PlaceOrder(delivery_address=AWAY, email=" otra@example.com ")
        order, _ = await orders.place(customer, which, data, key(), "es")
        assert (order.delivery_address, order.email) == (AWAY, "otra@example.com")

    async def test_who_has_a_new_address_since_the_cart_was_opened_gets_the_mail_there(
        self, orders: OrderService, offer: Offer, fill: Fill, customer: Actor
    ) -> None:
        which = await fill(customer, await offer())
        moved = msgspec.structs.replace(customer, email="nueva@example.com")
        order, _ = await orders.place(moved, which, PlaceOrder(), key(), "es")
        assert order.email == "nueva@example.com"

    async def test_a_guest_buys_with_an_address_to_write_to(
        self, orders: OrderService, offer: Offer, fill: Fill, shop: Shop
    ) -> None:
        which = await fill(GUEST, await offer())
        order, _ = await orders.place(GUEST, which, PlaceOrder(email="eva@example.com"), key(), "es")
        assert (order.buyer, order.email) == (None, "eva@example.com")
        assert await orders.show_by_reference(order.reference) == order
        assert await sound(shop)

    async def test_somebody_who_signed_in_and_buys_a_guests_cart_is_the_buyer_and_gets_the_mail(
        self, orders: OrderService, offer: Offer, fill: Fill, customer: Actor
    ) -> None:
        which = await fill(GUEST, await offer())
        order, _ = await orders.place(customer, which, PlaceOrder(), key(), "es")
        assert (order.buyer, order.email) == (customer.id, customer.email)

    @pytest.mark.parametrize(
        ("email", "code"),
        [(None, "required"), ("   ", "required")]
        + [
            (wrong, "email")
            for wrong in ("eva", "eva@example", "@example.com", "eva@.com", "a b@c.de", "a@b.c, d@e.f", "a@b.c\nBcc: x")
        ],
    )
    async def test_an_address_to_write_to_is_needed_and_checked(
        self, orders: OrderService, offer: Offer, fill: Fill, shop: Shop, email: str | None, code: str
    ) -> None:
        which = await fill(GUEST, await offer())
        with pytest.raises(Invalid) as refusal:
            await orders.place(GUEST, which, PlaceOrder(email=email), key(), "es")
        assert [(error.field, error.code) for error in refusal.value.errors] == [("email", code)]
        assert await sound(shop)

    async def test_numbers_have_no_gap_although_some_purchases_fail(
        self, orders: OrderService, offer: Offer, fill: Fill, buy: Buy, shop: Shop
    ) -> None:
        taza = await offer(stock=5)
        assert (await buy(person(), taza)).number == 1
        which = await fill(GUEST, taza)
        with pytest.raises(Invalid):
            await orders.place(GUEST, which, PlaceOrder(), key(), "es")
        assert (await buy(person(), taza)).number == 2
        with pytest.raises(OutOfStock):
            await orders.place(GUEST, which, PlaceOrder(email="a@b.cd"), key(), "es")
        assert (await buy(person(), taza, quantity=1)).number == 3
        assert await sound(shop)


class TestRefusals:
    @pytest.fixture
    async def taza(self, offer: Offer) -> Product:
        return await offer(stock=2)

    async def refusal(self, orders: OrderService, actor: Actor, which: CartId) -> Declined:
        with pytest.raises(Declined) as refusal:
            await orders.place(actor, which, PlaceOrder(email="eva@example.com"), key(), "es")
        return refusal.value

    async def test_nothing_is_bought_of_an_empty_cart_and_none_twice(
        self, orders: OrderService, taza: Product, fill: Fill, customer: Actor, shop: Shop
    ) -> None:
        assert isinstance(await self.refusal(orders, customer, await fill(customer)), CartEmpty)
        which = await fill(customer, taza)
        await orders.place(customer, which, PlaceOrder(), key(), "es")
        assert isinstance(await self.refusal(orders, customer, which), CartPurchased)
        assert await sound(shop)

    async def test_nobody_buys_somebody_elses_cart(
        self, orders: OrderService, taza: Product, fill: Fill, customer: Actor, staff: Actor
    ) -> None:
        which = await fill(customer, taza)
        for actor in (GUEST, person(), staff):
            assert isinstance(await self.refusal(orders, actor, which), CartMissing)

    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            ({"price": {"amount": 1}}, PriceChanged),
            ({"stock": 1}, OutOfStock),
            ({"stock": 0}, OutOfStock),
            ({"status": "hidden"}, NotForSale),
        ],
        ids=str,
    )
    async def test_what_changed_under_the_buyers_hands_is_told_and_nothing_is_bought(
        self, orders: OrderService, catalogue: CatalogueService, taza: Product, offer: Offer, fill: Fill, shop: Shop,
        customer: Actor, ana: Actor, given: dict[str, Any], kind: type[Declined],
    ) -> None:  # fmt: skip
        other = await offer(title="Jarra")
        which = await fill(customer, other, taza)
        changed = await catalogue.change(ana, taza.id, msgspec.convert(given, ChangeProduct))
        refusal = await self.refusal(orders, customer, which)
        assert isinstance(refusal, kind)
        assert refusal.params["title"] == "Taza"
        assert [(await catalogue.show(ana, one.id)).stock for one in (other, taza)] == [10, changed.stock]
        assert await sound(shop)

    async def test_a_product_that_was_removed_stops_it_and_the_cart_tells(
        self, orders: OrderService, cart: CartService, catalogue: CatalogueService, taza: Product, offer: Offer,
        fill: Fill, customer: Actor, ana: Actor,
    ) -> None:  # fmt: skip
        which = await fill(customer, taza, await offer(title="Jarra"))
        await catalogue.remove(ana, taza.id)
        assert isinstance(await self.refusal(orders, customer, which), ProductMissing)
        view = await cart.show(customer, which)
        assert [change.code for change in view.changes] == ["gone"]
        await orders.place(customer, which, PlaceOrder(), key(), "es")

    async def test_more_than_an_order_can_cost(
        self, orders: OrderService, offer: Offer, fill: Fill, customer: Actor, shop: Shop
    ) -> None:
        gold = await offer(price={"amount": 10**15}, stock=10**9)
        which = await fill(customer, gold, quantity=1_000_000)
        assert isinstance(await self.refusal(orders, customer, which), CartTooDear)
        assert await sound(shop)


class TestTheSameCallTwice:
    async def test_the_same_key_is_the_same_order(
        self, orders: OrderService, offer: Offer, fill: Fill, customer: Actor, facts: list[Event], shop: Shop
    ) -> None:
        which, again = await fill(customer, await offer()), key("clave")
        order, _ = await orders.place(customer, which, PlaceOrder(), again, "es")
        facts.clear()
        assert await orders.place(customer, which, PlaceOrder(), again, "es") == (order, True)
        assert facts == []
        assert await sound(shop)

    async def test_it_answers_the_order_as_it_is_now(
        self, orders: OrderService, offer: Offer, fill: Fill, customer: Actor, staff: Actor
    ) -> None:
        which, again = await fill(customer, await offer()), key("clave")
        await orders.place(customer, which, PlaceOrder(), again, "es")
        moved = await orders.move(staff, 1, OrderStatus.PAGADA)
        assert await orders.place(customer, which, PlaceOrder(), again, "es") == (moved, True)

    async def test_sent_fifty_times_at_once_it_is_one_order(
        self, orders: OrderService, offer: Offer, fill: Fill, customer: Actor, shop: Shop
    ) -> None:
        which, again = await fill(customer, await offer()), key("clave")
        made = await asyncio.gather(*(orders.place(customer, which, PlaceOrder(), again, "es") for _ in range(50)))
        assert {order.number for order, _ in made} == {1}
        assert [replayed for _, replayed in made].count(False) == 1
        assert await sound(shop)

    async def test_the_same_key_with_another_body_is_refused(
        self, orders: OrderService, offer: Offer, fill: Fill, customer: Actor
    ) -> None:
        which = await fill(customer, await offer())
        await orders.place(customer, which, PlaceOrder(), key("clave", b"1"), "es")
        with pytest.raises(KeyReused):
            await orders.place(customer, which, PlaceOrder(), key("clave", b"2"), "es")

    async def test_a_purchase_that_failed_leaves_its_key_free(
        self, orders: OrderService, offer: Offer, fill: Fill
    ) -> None:
        which = await fill(GUEST, await offer())
        with pytest.raises(Invalid):
            await orders.place(GUEST, which, PlaceOrder(), key("clave", b"1"), "es")
        _, replayed = await orders.place(GUEST, which, PlaceOrder(email="a@b.cd"), key("clave", b"2"), "es")
        assert not replayed

    async def test_after_a_day_the_key_is_forgotten_and_the_cart_still_bought_once(
        self, orders: OrderService, offer: Offer, fill: Fill, customer: Actor, clock: FrozenClock, shop: Shop
    ) -> None:
        which, again = await fill(customer, await offer()), key("clave")
        order, _ = await orders.place(customer, which, PlaceOrder(), again, "es")
        clock.move(hours=23, minutes=59)
        assert await orders.place(customer, which, PlaceOrder(), again, "es") == (order, True)
        clock.move(minutes=1)
        with pytest.raises(CartPurchased):
            await orders.place(customer, which, PlaceOrder(), again, "es")
        second = await fill(customer, await offer())
        assert (await orders.place(customer, second, PlaceOrder(), again, "es"))[0].number == 2
        assert await sound(shop)


class TestSeeing:
    async def test_everybody_sees_their_own_and_staff_all(
        self, orders: OrderService, offer: Offer, buy: Buy, customer: Actor, staff: Actor
    ) -> None:
        taza, other = await offer(), person()
        first, second, third = await buy(customer, taza), await buy(other, taza), await buy(customer, taza)
        assert (await orders.page(customer, None, 20)).items == [third, first]
        assert (await orders.page(other, None, 20)).items == [second]
        assert (await orders.page(staff, None, 20)).items == []
        assert (await orders.page(staff, None, 20, all_buyers=True)).items == [third, second, first]
        assert await orders.show(staff, 2) == second
        for actor in (customer, staff):
            page = await orders.page(actor, None, 1, all_buyers=actor is staff)
            assert page.next

    async def test_nobody_sees_what_is_not_theirs(
        self, orders: OrderService, offer: Offer, buy: Buy, customer: Actor
    ) -> None:
        await buy(customer, await offer())
        with pytest.raises(OrderMissing):
            await orders.show(person(), 1)
        with pytest.raises(Unauthenticated):
            await orders.show(GUEST, 1)
        with pytest.raises(Unauthenticated):
            await orders.page(GUEST, None, 20)
        with pytest.raises(Forbidden):
            await orders.page(customer, None, 20, all_buyers=True)

    @pytest.mark.parametrize("number", [0, -1, 2, 2**53, 2**53 + 1, 10**30, -(10**30)])
    async def test_numbers_that_no_order_has_are_missing(
        self, orders: OrderService, offer: Offer, buy: Buy, staff: Actor, number: int
    ) -> None:
        await buy(staff, await offer())
        with pytest.raises(OrderMissing):
            await orders.show(staff, number)
        with pytest.raises(OrderMissing):
            await orders.move(staff, number, OrderStatus.PAGADA)

    async def test_references_and_ids_that_no_order_has_are_missing(self, orders: OrderService, shop: Shop) -> None:
        with pytest.raises(OrderMissing):
            await orders.show_by_reference("nothing")
        async with shop.store.read() as tx:
            with pytest.raises(OrderMissing):
                await orders.of_id(tx, OrderId("nothing"))


class TestMoving:
    async def test_an_order_goes_its_way_and_tells(
        self, orders: OrderService, offer: Offer, buy: Buy, customer: Actor, staff: Actor, clock: FrozenClock,
        facts: list[Event], shop: Shop,
    ) -> None:  # fmt: skip
        order = await buy(customer, await offer())
        facts.clear()
        clock.move(seconds=1)
        for version, status in enumerate((OrderStatus.PAGADA, OrderStatus.ENVIADA, OrderStatus.ENTREGADA), 2):
            moved = await orders.move(staff, 1, status)
            assert moved == msgspec.structs.replace(order, status=status, version=version, updated_at=clock.now())
            (fact,) = facts
            assert fact == OrderMoved(
                id=fact.id, order=order.id, number=1, status=status, reference=order.reference, buyer=customer.id
            )
            facts.clear()
        assert await orders.show(customer, 1) == moved
        assert await sound(shop)

    async def test_one_that_is_called_off_gives_its_pieces_back_once(
        self, orders: OrderService, catalogue: CatalogueService, offer: Offer, buy: Buy, customer: Actor, staff: Actor,
        ana: Actor, facts: list[Event], shop: Shop,
    ) -> None:  # fmt: skip
        taza, gone = await offer(), await offer(title="Jarra")
        await buy(customer, taza, gone)
        await catalogue.remove(ana, gone.id)
        facts.clear()
        await orders.move(staff, 1, OrderStatus.CANCELADA)
        assert [type(fact) for fact in facts] == [StockChanged, OrderMoved]
        with pytest.raises(StatusOutOfOrder):
            await orders.move(staff, 1, OrderStatus.CANCELADA)
        assert (await catalogue.show(GUEST, taza.id)).stock == 10
        assert await sound(shop)

    async def test_two_who_move_it_at_once_move_it_once(
        self, orders: OrderService, catalogue: CatalogueService, offer: Offer, buy: Buy, customer: Actor, staff: Actor
    ) -> None:
        taza = await offer()
        await buy(customer, taza)
        outcomes = await asyncio.gather(
            *(orders.move(staff, 1, OrderStatus.CANCELADA) for _ in range(5)), return_exceptions=True
        )
        assert sum(isinstance(outcome, StatusOutOfOrder) for outcome in outcomes) == 4
        assert (await catalogue.show(GUEST, taza.id)).stock == 10

    async def test_only_staff_move_orders_sellers_and_buyers_do_not(
        self, orders: OrderService, offer: Offer, buy: Buy, customer: Actor, ana: Actor
    ) -> None:
        await buy(customer, await offer())
        for actor in (customer, ana):
            with pytest.raises(Forbidden):
                await orders.move(actor, 1, OrderStatus.PAGADA)
        with pytest.raises(Unauthenticated):
            await orders.move(GUEST, 1, OrderStatus.PAGADA)
