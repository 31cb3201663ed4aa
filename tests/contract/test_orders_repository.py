"""What every engine owes the port Orders."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.samples import HOME, NOW, a_cart, a_line, an_order, usd

from zoco.features.cart.repository import Carts
from zoco.features.orders.models import Order, OrderAccount, OrderEntry, OrderQuery, OrderStatus
from zoco.features.orders.repository import OrderEntries, Orders
from zoco.kit.errors import Invalid, StaleWrite
from zoco.kit.ids import EntryId, OrderId, UserId, ordered_id
from zoco.kit.store import Store

EVA, LUIS = UserId("eva"), UserId("luis")


async def placed(store: Store, **given: Any) -> Order:
    """An order of a bought cart, with the next number."""
    async with store.write() as tx:
        cart = a_cart()
        await tx[Carts].add(cart)
        order = an_order(**{"cart": cart.id, "number": await tx[Orders].next_number()} | given)
        await tx[Orders].add(order)
    return order


async def numbers(store: Store, buyer: UserId | None, limit: int = 100) -> list[int]:
    """Of all pages, one after another."""
    found, after = list[int](), None
    while True:
        async with store.read() as tx:
            page = await tx[Orders].page(buyer, after, limit)
        found += [order.number for order in page.items]
        if (after := page.next) is None:
            return found


async def test_an_order_comes_back_as_it_was_stored_whoever_asks_how(store: Store) -> None:
    moment = NOW.replace(microsecond=1_000)
    order = await placed(
        store,
        buyer=EVA,
        lines=(a_line("b", 1, 10**15), a_line("a", 1_000_000, 1)),
        total=usd(10**15 + 10**6),
        delivery_address=HOME,
        language="en",
        created_at=moment,
        updated_at=moment,
    )
    async with store.read() as tx:
        assert await tx[Orders].get(1, None) == order
        assert await tx[Orders].get(1, EVA) == order
        assert await tx[Orders].of_id(order.id) == order
        assert await tx[Orders].of_reference(order.reference) == order
        assert (await tx[Orders].page(EVA, None, 1)).items == [order]


async def test_somebody_elses_order_and_a_guests_are_not_theirs(store: Store) -> None:
    await placed(store, buyer=EVA)
    await placed(store)
    async with store.read() as tx:
        assert await tx[Orders].get(1, LUIS) is None
        assert await tx[Orders].get(2, LUIS) is None
    assert await numbers(store, LUIS) == []


async def test_what_was_never_stored_is_not_found(store: Store) -> None:
    async with store.read() as tx:
        assert await tx[Orders].get(1, None) is None
        assert await tx[Orders].of_id(OrderId("nothing")) is None
        assert await tx[Orders].of_reference("nothing") is None
        assert (await tx[Orders].page(None, None, 1)).items == []
        assert await tx[Orders].accounts() == []


async def test_numbers_count_from_one(store: Store) -> None:
    async with store.write() as tx:
        assert [await tx[Orders].next_number() for _ in range(3)] == [1, 2, 3]
    async with store.write() as tx:
        assert await tx[Orders].next_number() == 4


@pytest.mark.parametrize("before", [0, 2])
async def test_a_transaction_that_is_undone_leaves_no_gap_in_the_numbers(store: Store, before: int) -> None:
    for _ in range(before):
        await placed(store)
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            assert await tx[Orders].next_number() == before + 1
            raise RuntimeError
    async with store.write() as tx:
        assert await tx[Orders].next_number() == before + 1


async def test_many_at_once_get_each_their_own_number_although_some_give_up(store: Store) -> None:
    async def take(place: int) -> int:
        async with store.write() as tx:
            number = await tx[Orders].next_number()
            if place % 3 == 0:
                raise RuntimeError
        return number

    taken = await asyncio.gather(*map(take, range(30)), return_exceptions=True)
    assert sorted(number for number in taken if isinstance(number, int)) == list(range(1, 21))


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_orders_stand_newest_first_in_pages_of_any_size(store: Store, limit: int) -> None:
    for place in range(7):
        await placed(store, buyer=(EVA, LUIS, None)[place % 3])
    assert await numbers(store, None, limit) == [7, 6, 5, 4, 3, 2, 1]
    assert await numbers(store, EVA, limit) == [7, 4, 1]
    assert await numbers(store, LUIS, limit) == [5, 2]


async def test_orders_placed_while_somebody_turns_pages_repeat_and_hide_none(store: Store) -> None:
    for _ in range(4):
        await placed(store)
    async with store.read() as tx:
        first = await tx[Orders].page(None, None, 2)
    await placed(store)
    async with store.read() as tx:
        second = await tx[Orders].page(None, first.next, 2)
    assert [order.number for order in (*first.items, *second.items)] == [4, 3, 2, 1]
    assert second.next is None


@pytest.mark.parametrize("after", ["x", "WzEsMl0", "WyJhIl0", "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwXQ"])
async def test_a_cursor_that_was_made_up_is_refused(store: Store, after: str) -> None:
    async with store.read() as tx:
        with pytest.raises(Invalid):
            await tx[Orders].page(None, after, 2)


async def test_saving_stores_the_status_and_answers_the_next_version(store: Store) -> None:
    order = await placed(store)
    changed = msgspec.structs.replace(order, status=OrderStatus.PAGADA, updated_at=NOW + timedelta(milliseconds=1))
    async with store.write() as tx:
        saved = await tx[Orders].save(changed)
    assert saved == msgspec.structs.replace(changed, version=2)
    async with store.read() as tx:
        assert await tx[Orders].get(1, None) == saved


async def test_saving_an_older_version_is_stale_and_changes_nothing(store: Store) -> None:
    order = await placed(store)
    async with store.write() as tx:
        saved = await tx[Orders].save(order.moved_to(OrderStatus.PAGADA))
    with pytest.raises(StaleWrite):
        async with store.write() as tx:
            await tx[Orders].save(order.moved_to(OrderStatus.CANCELADA))
    async with store.read() as tx:
        assert await tx[Orders].get(1, None) == saved


async def test_a_transaction_that_fails_leaves_neither_order_nor_lines(store: Store) -> None:
    order = an_order()
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            await tx[Carts].add(a_cart(id=order.cart))
            await tx[Orders].add(order)
            raise RuntimeError
    async with store.read() as tx:
        assert await tx[Orders].accounts() == []


async def test_the_accounts_show_every_order_by_number_in_figures(store: Store) -> None:
    one = await placed(store, lines=(a_line("p", 2, 10), a_line("q", 1, 5)), total=usd(25))
    two = await placed(store, lines=(), total=usd(7), status=OrderStatus.CANCELADA)
    async with store.read() as tx:
        accounts = await tx[Orders].accounts()
    assert [(a.id, a.number, a.status, a.cart, a.total, a.created_at) for a in accounts] == [
        (one.id, 1, OrderStatus.GENERADA, one.cart, 25, NOW),
        (two.id, 2, OrderStatus.CANCELADA, two.cart, 7, NOW),
    ]
    assert all(isinstance(account, OrderAccount) for account in accounts)
    assert [[tuple(line) for line in a.lines] for a in accounts] == [[("p", 2, 10), ("q", 1, 5)], []]


async def test_the_orders_of_a_buyer_become_nobodys(store: Store) -> None:
    own, other = await placed(store, buyer=EVA), await placed(store, buyer=LUIS)
    async with store.write() as tx:
        await tx[Orders].release(EVA)
    async with store.read() as tx:
        assert await tx[Orders].of_id(own.id) == msgspec.structs.replace(own, buyer=None)
        assert await tx[Orders].of_id(other.id) == other
    assert await numbers(store, EVA) == []


async def looked_for(store: Store, limit: int = 100, **asked: Any) -> list[int]:
    """The numbers of all pages of a query, one after another."""
    found, after = list[int](), None
    while True:
        async with store.read() as tx:
            page = await tx[Orders].find(OrderQuery(after=after, limit=limit, **asked))
        found += [order.number for order in page.items]
        if (after := page.next) is None:
            return found


async def test_orders_are_looked_for_by_all_that_staff_know_of_them(store: Store) -> None:
    day = timedelta(days=1)
    await placed(store, email="Eva@example.com", created_at=NOW - day)
    await placed(store, status=OrderStatus.PAGADA, delivery_address=HOME, lines=(a_line(),))
    await placed(store, email="eva@example.com", created_at=NOW + day, status=OrderStatus.PAGADA)
    await placed(store, email="100%_sure!@example.com")
    assert await looked_for(store) == [3, 4, 2, 1]
    assert await looked_for(store, status=OrderStatus.PAGADA) == [3, 2]
    assert await looked_for(store, number=2) == [2]
    assert await looked_for(store, number=2, status=OrderStatus.GENERADA) == []
    assert await looked_for(store, email="EVA@example.com") == [3, 2, 1]
    assert await looked_for(store, words="eva perez") == [2]
    assert await looked_for(store, words="taz", until=NOW) == [1]
    assert await looked_for(store, words="%_sure!") == [4]
    assert await looked_for(store, words="%") == [4]
    assert await looked_for(store, words="a_a") == []
    assert await looked_for(store, since=NOW) == [3, 4, 2]
    assert await looked_for(store, since=NOW, until=NOW + day) == [4, 2]
    assert await looked_for(store, email="nobody@example.com") == []


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_what_is_looked_for_comes_latest_first_in_pages_of_any_size(store: Store, limit: int) -> None:
    for place in range(5):
        await placed(store, created_at=NOW + timedelta(seconds=place // 2), email=f"{place % 2}@example.com")
    assert await looked_for(store, limit) == [5, 4, 3, 2, 1]
    assert await looked_for(store, limit, email="0@example.com", words="taza") == [5, 3, 1]


@pytest.mark.parametrize("after", ["x", "WzEsMl0", "WyJhIl0"])
async def test_a_made_up_cursor_of_what_is_looked_for_is_refused(store: Store, after: str) -> None:
    async with store.read() as tx:
        with pytest.raises(Invalid):
            await tx[Orders].find(OrderQuery(after=after))


def an_entry(order: OrderId, **given: Any) -> OrderEntry:
    usual: dict[str, Any] = {
        "id": EntryId(ordered_id()),
        "order": order,
        "at": NOW,
        "author": UserId("nora"),
        "author_name": "Nora",
    }
    return OrderEntry(**usual | given)


async def test_what_became_of_an_order_comes_back_oldest_first(store: Store) -> None:
    order, other = await placed(store), await placed(store)
    first = an_entry(order.id, status=OrderStatus.PAGADA)
    second = an_entry(order.id, note="Llamó por teléfono.\n“Mañana” 🐦")
    early = an_entry(order.id, at=NOW - timedelta(seconds=1), note="x")
    elsewhere = an_entry(other.id, note="y")
    async with store.write() as tx:
        for entry in (second, elsewhere, first, early):
            await tx[OrderEntries].add(entry)
    async with store.read() as tx:
        assert await tx[OrderEntries].of(order.id) == [early, first, second]
        assert await tx[OrderEntries].of(OrderId("nothing")) == []
        all_of_it = await tx[OrderEntries].records(None, 2)
        all_of_it += await tx[OrderEntries].records(all_of_it[-1][0], 9)
        assert [entry for _, entry in all_of_it] == [first, second, early, elsewhere]
    fresh = an_entry(other.id)
    async with store.write() as tx:
        await tx[OrderEntries].restore(fresh)
    async with store.read() as tx:
        assert await tx[OrderEntries].of(other.id) == [elsewhere, fresh]
