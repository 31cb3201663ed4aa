"""What people do with their carts, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from tests.features.conftest import Offer
from tests.samples import HOME

from zoco.app import Shop
from zoco.features.cart.errors import CartEmpty, CartMissing, CartPurchased, ItemMissing, PriceChanged
from zoco.features.cart.events import CartChanged
from zoco.features.cart.models import MOST_ITEMS, Cart, CartStatus, CartView, Change, ItemView
from zoco.features.cart.repository import Carts
from zoco.features.cart.service import NOTICES, CartService
from zoco.features.catalogue.errors import NotForSale, OutOfStock, ProductMissing
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import ChangeProduct
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import Invalid
from zoco.kit.events import Event
from zoco.kit.ids import CartId, ProductId
from zoco.kit.permissions import GUEST, Actor
from zoco.testing.clock import FrozenClock
from zoco.testing.people import person

Edit = Callable[..., Awaitable[Product]]
NOTHING = ProductId("nothing")


@pytest.fixture
def edit(catalogue: CatalogueService, ana: Actor) -> Edit:
    """Change a product of Ana's."""

    async def edit(product: Product, **given: Any) -> Product:
        return await catalogue.change(ana, product.id, msgspec.convert(given, ChangeProduct))

    return edit


def held(cart: Cart) -> list[tuple[str, int, int]]:
    return [(item.product_id, item.quantity, item.unit_price.amount) for item in cart.items]


async def bought(shop: Shop, cart: CartService, actor: Actor, which: CartId) -> CartView:
    async with shop.store.write() as tx:
        return await cart.buy(tx, actor, which)


class TestOpening:
    async def test_somebody_has_one_active_cart_with_their_address(
        self, cart: CartService, customer: Actor, clock: FrozenClock
    ) -> None:
        opened, new = await cart.open(customer)
        assert new
        assert opened == Cart(
            id=opened.id,
            owner=customer.id,
            status=CartStatus.ACTIVE,
            items=(),
            email=customer.email,
            delivery_address=None,
            created_at=clock.now(),
            updated_at=clock.now(),
            version=1,
        )
        assert await cart.open(customer) == (opened, False)

    async def test_a_guest_gets_a_new_one_each_time_under_an_id_that_nobody_can_guess(self, cart: CartService) -> None:
        (first, _), (second, new) = await cart.open(GUEST), await cart.open(GUEST)
        assert new
        assert first.id != second.id
        assert (first.owner, first.id[14]) == (None, "4")

    async def test_twenty_tabs_open_one_cart(self, cart: CartService, customer: Actor) -> None:
        opened = await asyncio.gather(*(cart.open(customer) for _ in range(20)))
        assert len({one.id for one, _ in opened}) == 1
        assert [new for _, new in opened].count(True) == 1

    async def test_one_that_somebody_else_opened_in_between_is_found_when_it_runs_again(
        self, shop: Shop, cart: CartService, customer: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        opened, _ = await cart.open(customer)
        async with shop.store.read() as tx:
            carts = type(tx[Carts])
        plain, calls = carts.of, 0

        async def not_yet(self: Any, user: Any) -> Cart | None:
            nonlocal calls
            calls += 1
            return None if calls == 1 else await plain(self, user)

        monkeypatch.setattr(carts, "of", not_yet)
        assert await cart.open(customer) == (opened, False)


class TestFilling:
    async def test_adding_again_adds_up(
        self, cart: CartService, offer: Offer, customer: Actor, clock: FrozenClock, facts: list[Event]
    ) -> None:
        taza, jarra = await offer(), await offer(title="Jarra", price={"amount": 3000})
        opened, _ = await cart.open(customer)
        clock.move(seconds=1)
        await cart.add(customer, opened.id, taza.id, 2)
        await cart.add(customer, opened.id, jarra.id, 1)
        added, view = await cart.add(customer, opened.id, taza.id, 3), await cart.show(customer, opened.id)
        assert (added, added.item) == (ItemView(view.cart, taza), view.cart.items[0])
        assert held(view.cart) == [(taza.id, 5, 1250), (jarra.id, 1, 3000)]
        assert view.products == {taza.id: taza, jarra.id: jarra}
        assert (view.cart.version, view.cart.updated_at, view.changes) == (4, clock.now(), ())
        changed = [fact for fact in facts if isinstance(fact, CartChanged)]
        assert [(fact.cart, fact.version) for fact in changed] == [(opened.id, version) for version in (2, 3, 4)]

    async def test_ten_tabs_that_add_at_once_add_up(self, cart: CartService, offer: Offer, customer: Actor) -> None:
        taza = await offer()
        opened, _ = await cart.open(customer)
        await asyncio.gather(*(cart.add(customer, opened.id, taza.id, 1) for _ in range(10)))
        assert held((await cart.show(customer, opened.id)).cart) == [(taza.id, 10, 1250)]

    async def test_the_stock_must_cover_them_all_together(
        self, cart: CartService, offer: Offer, customer: Actor
    ) -> None:
        taza = await offer(stock=3)
        opened, _ = await cart.open(customer)
        await cart.add(customer, opened.id, taza.id, 2)
        with pytest.raises(OutOfStock) as refusal:
            await cart.add(customer, opened.id, taza.id, 2)
        assert refusal.value.params == {"title": "Taza", "available": 3}
        assert await cart.count(customer, None) == 2

    async def test_what_is_hidden_or_was_never_there_does_not_go_in(
        self, cart: CartService, offer: Offer, customer: Actor
    ) -> None:
        hidden = await offer(status="hidden")
        opened, _ = await cart.open(customer)
        with pytest.raises(NotForSale):
            await cart.add(customer, opened.id, hidden.id, 1)
        with pytest.raises(ProductMissing):
            await cart.add(customer, opened.id, NOTHING, 1)

    async def test_a_quantity_is_set(self, cart: CartService, offer: Offer, customer: Actor) -> None:
        taza = await offer(stock=3)
        opened, _ = await cart.open(customer)
        with pytest.raises(ItemMissing):
            await cart.set_quantity(customer, opened.id, taza.id, 1)
        await cart.add(customer, opened.id, taza.id, 1)
        assert held((await cart.set_quantity(customer, opened.id, taza.id, 3)).cart) == [(taza.id, 3, 1250)]
        with pytest.raises(OutOfStock):
            await cart.set_quantity(customer, opened.id, taza.id, 4)

    async def test_all_items_are_replaced_and_one_named_twice_counts_together(
        self, cart: CartService, offer: Offer, customer: Actor
    ) -> None:
        taza, jarra = await offer(), await offer(title="Jarra", stock=3)
        opened, _ = await cart.open(customer)
        await cart.add(customer, opened.id, taza.id, 1)
        view = await cart.replace(customer, opened.id, [(jarra.id, 1), (jarra.id, 2)])
        assert held(view.cart) == [(jarra.id, 3, 1250)]
        assert (await cart.replace(customer, opened.id, [])).cart.items == ()

    async def test_replacing_is_all_or_nothing(self, cart: CartService, offer: Offer, customer: Actor) -> None:
        taza, jarra = await offer(), await offer(title="Jarra", stock=3)
        opened, _ = await cart.open(customer)
        before = (await cart.add(customer, opened.id, taza.id, 1)).cart
        for wanted, refusal in (([(jarra.id, 4)], OutOfStock), ([(jarra.id, 1), (NOTHING, 1)], Invalid)):
            with pytest.raises(refusal):
                await cart.replace(customer, opened.id, wanted)
        assert (await cart.show(customer, opened.id)).cart == before

    async def test_an_address_is_set(self, cart: CartService, customer: Actor) -> None:
        opened, _ = await cart.open(customer)
        await cart.set_address(customer, opened.id, HOME)
        assert (await cart.show(customer, opened.id)).cart.delivery_address == HOME

    async def test_one_product_is_taken_out_or_all(self, cart: CartService, offer: Offer, customer: Actor) -> None:
        taza, jarra = await offer(), await offer(title="Jarra")
        opened, _ = await cart.open(customer)
        await cart.replace(customer, opened.id, [(taza.id, 1), (jarra.id, 1)])
        assert held((await cart.remove(customer, opened.id, taza.id)).cart) == [(jarra.id, 1, 1250)]
        with pytest.raises(ItemMissing):
            await cart.remove(customer, opened.id, taza.id)
        assert (await cart.empty(customer, opened.id)).cart.items == ()


class TestWhoseItIs:
    async def attempts(
        self, shop: Shop, cart: CartService, actor: Actor, which: CartId, product: ProductId
    ) -> list[Awaitable[Any]]:
        return [
            cart.show(actor, which),
            cart.add(actor, which, product, 1),
            cart.set_quantity(actor, which, product, 1),
            cart.replace(actor, which, [(product, 1)]),
            cart.set_address(actor, which, HOME),
            cart.remove(actor, which, product),
            cart.empty(actor, which),
            bought(shop, cart, actor, which),
        ]

    async def test_an_owners_cart_is_missing_for_everybody_else_staff_too(
        self, shop: Shop, cart: CartService, offer: Offer, customer: Actor, staff: Actor
    ) -> None:
        taza, (opened, _) = await offer(), await cart.open(customer)
        await cart.add(customer, opened.id, taza.id, 1)
        before = await cart.show(customer, opened.id)
        for actor in (GUEST, person(), staff):
            for attempt in await self.attempts(shop, cart, actor, opened.id, taza.id):
                with pytest.raises(CartMissing):
                    await attempt
        assert await cart.show(customer, opened.id) == before

    async def test_what_was_never_opened_is_missing(
        self, shop: Shop, cart: CartService, offer: Offer, customer: Actor
    ) -> None:
        for attempt in await self.attempts(shop, cart, customer, CartId("nothing"), (await offer()).id):
            with pytest.raises(CartMissing):
                await attempt

    async def test_a_guests_cart_is_whose_that_knows_its_id(
        self, cart: CartService, offer: Offer, customer: Actor
    ) -> None:
        taza = await offer()
        opened, _ = await cart.open(GUEST)
        await cart.add(GUEST, opened.id, taza.id, 1)
        assert held((await cart.add(customer, opened.id, taza.id, 1)).cart) == [(taza.id, 2, 1250)]

    async def test_the_current_cart_is_ones_own_whatever_cart_is_named(
        self, cart: CartService, offer: Offer, customer: Actor
    ) -> None:
        taza = await offer()
        free, _ = await cart.open(GUEST)
        assert await cart.current(customer, free.id) is None
        assert await cart.count(customer, free.id) == 0
        opened, _ = await cart.open(customer)
        await cart.add(customer, opened.id, taza.id, 4)
        assert await cart.current(customer, free.id) == await cart.show(customer, opened.id)
        assert await cart.count(customer, None) == 4
        assert await cart.current(GUEST, opened.id) is None

    async def test_a_guests_current_cart_is_the_one_they_name_while_it_is_active(
        self, shop: Shop, cart: CartService, offer: Offer
    ) -> None:
        assert await cart.current(GUEST, None) is None
        assert await cart.current(GUEST, CartId("nothing")) is None
        opened, _ = await cart.open(GUEST)
        await cart.add(GUEST, opened.id, (await offer()).id, 1)
        assert await cart.current(GUEST, opened.id) == await cart.show(GUEST, opened.id)
        await bought(shop, cart, GUEST, opened.id)
        assert await cart.current(GUEST, opened.id) is None


class TestChangesOfTheShop:
    async def test_what_can_no_longer_be_had_is_taken_out_or_lowered_once_and_told_once(
        self, cart: CartService, catalogue: CatalogueService, offer: Offer, edit: Edit, customer: Actor, ana: Actor
    ) -> None:
        gone, removed, fewer, dearer = [await offer(title=title) for title in ("Una", "Dos", "Tres", "Cuatro")]
        opened, _ = await cart.open(customer)
        await cart.replace(customer, opened.id, [(one.id, 5) for one in (gone, removed, fewer, dearer)])
        await edit(gone, status="hidden")
        await catalogue.remove(ana, removed.id)
        await edit(fewer, stock=2)
        await edit(dearer, price={"amount": 9000})
        view = await cart.show(customer, opened.id)
        assert held(view.cart) == [(fewer.id, 2, 1250), (dearer.id, 5, 9000)]
        assert view.changes == (
            Change("gone", "Una"),
            Change("gone", ""),
            Change("fewer", "Tres", 2),
            Change("price", "Cuatro"),
        )
        again = await cart.current(customer, None)
        assert again
        assert (again.cart, again.changes) == (view.cart, ())

    async def test_a_bought_cart_stays_as_it_was(
        self, shop: Shop, cart: CartService, offer: Offer, edit: Edit, customer: Actor
    ) -> None:
        taza = await offer()
        opened, _ = await cart.open(customer)
        await cart.add(customer, opened.id, taza.id, 5)
        view = await bought(shop, cart, customer, opened.id)
        await edit(taza, price={"amount": 1}, stock=0)
        shown = await cart.show(customer, opened.id)
        assert (shown.cart, shown.changes) == (view.cart, ())

    @pytest.mark.parametrize("code", NOTICES)
    def test_every_change_has_its_sentence(self, code: str) -> None:
        assert NOTICES[code].format(title="Taza", quantity=2)


class TestSigningIn:
    async def test_a_guests_cart_is_added_up_capped_and_told(
        self, cart: CartService, offer: Offer, customer: Actor
    ) -> None:
        taza, jarra = await offer(stock=4), await offer(title="Jarra")
        own, _ = await cart.open(customer)
        await cart.add(customer, own.id, taza.id, 3)
        guest, _ = await cart.open(GUEST)
        await cart.replace(GUEST, guest.id, [(taza.id, 2), (jarra.id, 1)])
        await cart.set_address(GUEST, guest.id, HOME)
        notices = await cart.signed_in(customer.signed_in(), customer.email, guest.id)
        assert [(one.code, one.params) for one in notices] == [("cart.fewer", {"title": "Taza", "quantity": 4})]
        view = await cart.current(customer, None)
        assert view
        assert held(view.cart) == [(taza.id, 4, 1250), (jarra.id, 1, 1250)]
        assert (view.cart.id, view.cart.delivery_address) == (own.id, HOME)
        with pytest.raises(CartMissing):
            await cart.show(GUEST, guest.id)

    async def test_who_had_no_cart_gets_one_under_a_new_id(
        self, cart: CartService, offer: Offer, customer: Actor
    ) -> None:
        guest, _ = await cart.open(GUEST)
        await cart.add(GUEST, guest.id, (await offer()).id, 2)
        assert await cart.signed_in(customer.signed_in(), customer.email, guest.id) == []
        view = await cart.current(customer, None)
        assert view
        assert (view.cart.email, await cart.count(customer, None)) == (customer.email, 2)
        assert view.cart.id != guest.id

    async def test_what_does_not_fit_is_told(self, cart: CartService, offer: Offer, customer: Actor) -> None:
        products = [await offer(title=f"Taza {number}") for number in range(MOST_ITEMS + 1)]
        own, _ = await cart.open(customer)
        await cart.replace(customer, own.id, [(one.id, 1) for one in products[:-1]])
        guest, _ = await cart.open(GUEST)
        await cart.add(GUEST, guest.id, products[-1].id, 1)
        (notice,) = await cart.signed_in(customer.signed_in(), customer.email, guest.id)
        assert (notice.code, notice.params["title"]) == ("cart.full", f"Taza {MOST_ITEMS}")

    async def test_nothing_happens_without_a_guests_cart_that_holds_something(
        self, shop: Shop, cart: CartService, offer: Offer, customer: Actor
    ) -> None:
        user, taza = customer.signed_in(), await offer()
        empty, _ = await cart.open(GUEST)
        done, _ = await cart.open(GUEST)
        await cart.add(GUEST, done.id, taza.id, 1)
        await bought(shop, cart, GUEST, done.id)
        others, _ = await cart.open(other := person())
        await cart.add(other, others.id, taza.id, 1)
        for named in (None, empty.id, done.id, others.id, CartId("nothing")):
            assert await cart.signed_in(user, customer.email, named) == []
        assert await cart.current(customer, None) is None
        assert await cart.count(other, None) == 1


class TestBuying:
    async def test_the_cart_and_its_items_are_marked(
        self, shop: Shop, cart: CartService, offer: Offer, customer: Actor, facts: list[Event]
    ) -> None:
        taza = await offer()
        opened, _ = await cart.open(customer)
        await cart.add(customer, opened.id, taza.id, 2)
        view = await bought(shop, cart, customer, opened.id)
        assert {view.cart.status, *(item.status for item in view.cart.items)} == {CartStatus.PURCHASED}
        assert view.products == {taza.id: taza}
        assert facts[-1] == CartChanged(id=facts[-1].id, cart=opened.id, version=3, owner=opened.owner)
        async with shop.store.read() as tx:
            assert await cart.purchased(tx) == [opened.id]
        assert (await cart.open(customer))[1]

    async def test_a_price_that_the_buyer_has_not_seen_stops_it(
        self, shop: Shop, cart: CartService, offer: Offer, edit: Edit, customer: Actor
    ) -> None:
        taza = await offer()
        opened, _ = await cart.open(customer)
        await cart.add(customer, opened.id, taza.id, 2)
        await edit(taza, price={"amount": 1})
        with pytest.raises(PriceChanged) as refusal:
            await bought(shop, cart, customer, opened.id)
        assert refusal.value.params == {"title": "Taza"}
        assert (await cart.show(customer, opened.id)).changes == (Change("price", "Taza"),)
        await bought(shop, cart, customer, opened.id)

    async def test_an_empty_cart_is_not_bought(self, shop: Shop, cart: CartService, customer: Actor) -> None:
        opened, _ = await cart.open(customer)
        with pytest.raises(CartEmpty):
            await bought(shop, cart, customer, opened.id)

    async def test_a_bought_cart_is_neither_bought_nor_changed_again(
        self, shop: Shop, cart: CartService, offer: Offer, customer: Actor
    ) -> None:
        taza = await offer(stock=1)
        opened, _ = await cart.open(customer)
        await cart.add(customer, opened.id, taza.id, 1)
        await bought(shop, cart, customer, opened.id)
        for attempt in (
            cart.add(customer, opened.id, taza.id, 1),
            cart.set_quantity(customer, opened.id, taza.id, 1),
            cart.replace(customer, opened.id, []),
            cart.set_address(customer, opened.id, HOME),
            cart.remove(customer, opened.id, taza.id),
            cart.empty(customer, opened.id),
            bought(shop, cart, customer, opened.id),
        ):
            with pytest.raises(CartPurchased):
                await attempt
