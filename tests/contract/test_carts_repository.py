"""What every engine owes the port Carts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from tests.samples import HOME, NOW, a_cart, a_product, an_item, usd

from zoco.app import installed
from zoco.features.cart.models import MOST_ITEMS, Cart, CartStatus
from zoco.features.cart.repository import Carts
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import CartId, UserId
from zoco.kit.store import Store
from zoco.storage.engine import Engine
from zoco.storage.engines import open_engine
from zoco.testing.clock import FrozenClock

EVA, LUIS = UserId("eva"), UserId("luis")
TAZA, JARRA = a_product(), a_product()


@pytest.fixture
async def other(database: str, clock: FrozenClock) -> AsyncIterator[Engine]:
    """The same carts as another process sees them."""
    opened = open_engine(database, clock, installed())
    await opened.start()
    yield opened
    await opened.close()


async def added(store: Store, cart: Cart) -> Cart:
    async with store.write() as tx:
        assert await tx[Carts].add(cart)
    return cart


async def get(store: Store, cart: Cart, user: UserId | None = None) -> Cart | None:
    async with store.read() as tx:
        return await tx[Carts].get(cart.id, user)


async def test_a_cart_comes_back_as_it_was_stored(store: Store) -> None:
    moment = NOW.replace(microsecond=1_000)
    items = an_item(JARRA, 1_000_000, unit_price=usd(10**15)), an_item(TAZA, status=CartStatus.PURCHASED)
    cart = await added(
        store, a_cart(*items, email="eva@ñ.es", delivery_address=HOME, created_at=moment, updated_at=moment)
    )
    assert await get(store, cart) == cart


async def test_an_empty_cart_is_a_cart(store: Store) -> None:
    cart = await added(store, a_cart())
    assert await get(store, cart) == cart


async def test_what_was_never_stored_is_not_found(store: Store) -> None:
    async with store.read() as tx:
        assert await tx[Carts].get(CartId("nothing"), None) is None
        assert await tx[Carts].get(CartId("nothing"), EVA) is None
        assert await tx[Carts].of(EVA) is None
        assert await tx[Carts].purchased() == []


async def test_an_owners_cart_is_only_theirs_and_a_guests_is_anybodys_that_knows_it(store: Store) -> None:
    owned, free = await added(store, a_cart(owner=EVA)), await added(store, a_cart())
    assert [await get(store, owned, user) for user in (EVA, LUIS, None)] == [owned, None, None]
    assert [await get(store, free, user) for user in (EVA, LUIS, None)] == [free, free, free]


async def test_somebody_has_at_most_one_active_cart(store: Store) -> None:
    first = await added(store, a_cart(an_item(TAZA), owner=EVA))
    second = a_cart(an_item(JARRA), owner=EVA)
    async with store.write() as tx:
        assert not await tx[Carts].add(second)
    assert await get(store, second, EVA) is None
    async with store.read() as tx:
        assert await tx[Carts].of(EVA) == first
        assert await tx[Carts].of(LUIS) is None


async def test_guests_have_as_many_active_carts_as_they_open(store: Store) -> None:
    one, other = await added(store, a_cart()), await added(store, a_cart())
    assert [await get(store, one), await get(store, other)] == [one, other]


async def test_a_bought_cart_is_nobodys_active_one_and_makes_room_for_the_next(store: Store) -> None:
    first = await added(store, a_cart(an_item(TAZA), owner=EVA))
    async with store.write() as tx:
        bought = await tx[Carts].save(first.purchased())
        assert await tx[Carts].of(EVA) is None
    second = await added(store, a_cart(owner=EVA))
    async with store.read() as tx:
        assert await tx[Carts].of(EVA) == second
        assert await tx[Carts].purchased() == [first.id]
    assert await get(store, first, EVA) == bought


async def test_saving_replaces_items_and_answers_the_next_version(store: Store) -> None:
    cart = await added(store, a_cart(an_item(TAZA), an_item(JARRA)))
    later = NOW + timedelta(milliseconds=1)
    changed = msgspec.structs.replace(
        cart, items=(an_item(JARRA, 3),), delivery_address=HOME, email="eva@example.com", updated_at=later
    )
    async with store.write() as tx:
        saved = await tx[Carts].save(changed)
    assert saved == msgspec.structs.replace(changed, version=2)
    assert await get(store, cart) == saved


async def test_items_stand_in_the_order_in_which_they_were_stored(store: Store) -> None:
    products = [a_product() for _ in range(MOST_ITEMS)]
    cart = await added(store, a_cart(*map(an_item, reversed(products))))
    found = await get(store, cart)
    assert found
    assert [item.product_id for item in found.items] == [product.id for product in reversed(products)]


async def test_every_change_of_the_items_is_seen_here_and_elsewhere(store: Store, other: Store) -> None:
    cart = await added(store, a_cart(an_item(TAZA), an_item(JARRA)))
    two = an_item(TAZA), an_item(JARRA, 3)
    bought = tuple(msgspec.structs.replace(item, status=CartStatus.PURCHASED) for item in two)
    for items in ((an_item(JARRA), an_item(TAZA)), (an_item(JARRA),), (), two, bought):
        assert await get(store, cart) == await get(other, cart) == cart
        async with store.write() as tx:
            status = items[0].status if items else CartStatus.ACTIVE
            cart = await tx[Carts].save(msgspec.structs.replace(cart, items=items, status=status))
    assert await get(store, cart) == await get(other, cart) == cart


async def test_items_that_came_undone_are_never_seen_again(store: Store, other: Store) -> None:
    cart = await added(store, a_cart(an_item(TAZA)))
    undone = msgspec.structs.replace(cart, items=(an_item(TAZA, 7),))
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            assert await tx[Carts].get(cart.id, None) == cart
            assert await tx[Carts].save(undone) == await tx[Carts].get(cart.id, None)
            raise RuntimeError
    async with other.write() as tx:
        saved = await tx[Carts].save(msgspec.structs.replace(cart, items=(an_item(JARRA),)))
    assert await get(store, cart) == saved


async def test_an_address_can_be_forgotten_again(store: Store) -> None:
    cart = await added(store, a_cart(delivery_address=HOME))
    async with store.write() as tx:
        await tx[Carts].save(msgspec.structs.replace(cart, delivery_address=None))
    found = await get(store, cart)
    assert found
    assert found.delivery_address is None


async def test_saving_an_older_version_is_stale_and_changes_nothing(store: Store) -> None:
    cart = await added(store, a_cart(an_item(TAZA)))
    async with store.write() as tx:
        saved = await tx[Carts].save(msgspec.structs.replace(cart, items=()))
    with pytest.raises(StaleWrite):
        async with store.write() as tx:
            await tx[Carts].save(msgspec.structs.replace(cart, items=(an_item(JARRA),)))
    assert await get(store, cart) == saved


async def test_of_many_who_change_the_same_version_one_succeeds(store: Store) -> None:
    cart = await added(store, a_cart())

    async def change(quantity: int) -> None:
        async with store.write() as tx:
            await tx[Carts].save(msgspec.structs.replace(cart, items=(an_item(TAZA, quantity),)))

    outcomes = await asyncio.gather(*map(change, range(1, 21)), return_exceptions=True)
    assert sorted(str(type(outcome).__name__) for outcome in outcomes) == ["NoneType"] + ["StaleWrite"] * 19
    found = await get(store, cart)
    assert found
    assert (found.version, len(found.items)) == (2, 1)


async def test_saving_what_is_not_there_is_stale(store: Store) -> None:
    with pytest.raises(StaleWrite):
        async with store.write() as tx:
            await tx[Carts].save(a_cart())


async def test_a_removed_cart_is_gone_with_its_items(store: Store) -> None:
    cart = await added(store, a_cart(an_item(TAZA), owner=EVA))
    async with store.write() as tx:
        await tx[Carts].remove(cart.id)
        await tx[Carts].remove(CartId("nothing"))
        assert await tx[Carts].add(msgspec.structs.replace(cart, items=()))
        assert await tx[Carts].get(cart.id, EVA) == msgspec.structs.replace(cart, items=())


async def test_a_transaction_that_fails_leaves_no_cart(store: Store) -> None:
    cart = a_cart(an_item(TAZA), owner=EVA)
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            await tx[Carts].add(cart)
            raise RuntimeError
    assert await get(store, cart, EVA) is None
    await added(store, cart)


async def test_what_somebody_bought_becomes_nobodys_and_their_active_cart_stays_theirs(store: Store) -> None:
    bought, others = await added(store, a_cart(an_item(TAZA), owner=EVA)), await added(store, a_cart(owner=LUIS))
    async with store.write() as tx:
        bought = await tx[Carts].save(bought.purchased())
    active = await added(store, a_cart(owner=EVA))
    async with store.write() as tx:
        await tx[Carts].release(EVA)
    assert await get(store, bought, LUIS) == msgspec.structs.replace(bought, owner=None)
    assert await get(store, active, EVA) == active
    assert await get(store, others, LUIS) == others


async def test_carts_of_nobody_are_forgotten_where_nobody_has_touched_them(store: Store) -> None:
    old, later = NOW - timedelta(days=1), NOW
    guest = await added(store, a_cart(an_item(TAZA), updated_at=old))
    young = await added(store, a_cart(an_item(TAZA), updated_at=later))
    owned = await added(store, a_cart(an_item(TAZA), owner=EVA, updated_at=old))
    bought = await added(store, a_cart(an_item(TAZA), status=CartStatus.PURCHASED, updated_at=old))
    async with store.read() as tx:
        assert await tx[Carts].forgotten(NOW, 10) == [guest.id]
        assert await tx[Carts].forgotten(NOW, 1) == [guest.id]
    async with store.write() as tx:
        await tx[Carts].forget([cart.id for cart in (guest, young, owned, bought)], NOW)
    assert [await get(store, cart, EVA) for cart in (guest, young, owned, bought)] == [None, young, owned, bought]
