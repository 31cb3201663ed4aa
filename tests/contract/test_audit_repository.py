"""What every engine owes the port Deeds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.samples import NOW

from zoco.features.audit.models import Deed, DeedQuery
from zoco.features.audit.repository import Deeds
from zoco.kit.errors import Invalid
from zoco.kit.ids import DeedId, UserId, ordered_id
from zoco.kit.store import Store


def a_deed(**given: Any) -> Deed:
    usual: dict[str, Any] = {
        "id": DeedId(ordered_id()),
        "at": NOW,
        "actor": UserId("nora"),
        "name": "Nora",
        "email": "Nora@example.com",
        "action": "orders.move",
    }
    return Deed(**usual | given)


async def done(store: Store, *deeds: Deed) -> None:
    async with store.write() as tx:
        for deed in deeds:
            await tx[Deeds].add(deed)


async def found(store: Store, limit: int = 50, **asked: Any) -> list[Deed]:
    """Of all pages, one after another."""
    deeds, after = list[Deed](), None
    while True:
        async with store.read() as tx:
            page = await tx[Deeds].page(DeedQuery(after=after, limit=limit, **asked))
        deeds += page.items
        if (after := page.next) is None:
            return deeds


async def test_a_deed_comes_back_as_it_was_stored(store: Store) -> None:
    deed = a_deed(subject="order 12", details={"from": "a", "count": 2**40, "undone": True, "none": None, "€": "ñ"})
    await done(store, deed)
    assert await found(store) == [deed]


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_the_latest_come_first_in_pages_of_any_size(store: Store, limit: int) -> None:
    deeds = [a_deed(at=NOW + timedelta(seconds=place // 2)) for place in range(5)]
    await done(store, *deeds[::-1])
    assert await found(store, limit) == deeds[::-1]


async def test_they_are_narrowed_by_person_action_subject_and_time(store: Store) -> None:
    early = a_deed(at=NOW - timedelta(days=1), subject="order 1")
    late = a_deed(action="chat.block", subject="order 1")
    other = a_deed(actor=UserId("otto"), email="otto@example.com", at=NOW + timedelta(days=1))
    await done(store, early, late, other)
    assert await found(store, person="otto") == [other]
    assert await found(store, 1, person="nora@example.com") == [late, early]
    assert await found(store, action="chat.block") == [late]
    assert await found(store, subject="order 1", person="nora") == [late, early]
    assert await found(store, 1, since=NOW) == [other, late]
    assert await found(store, until=NOW) == [early]
    assert await found(store, since=NOW, until=NOW + timedelta(days=1), person="nora") == [late]
    assert await found(store, person="nobody") == []


async def test_the_actions_are_those_that_were_done(store: Store) -> None:
    await done(store, a_deed(), a_deed(action="chat.block"), a_deed())
    async with store.read() as tx:
        assert await tx[Deeds].actions() == ["chat.block", "orders.move"]


@pytest.mark.parametrize("after", ["x", "WzEsMl0", "WyJhIl0"])
async def test_a_cursor_that_was_made_up_is_refused(store: Store, after: str) -> None:
    async with store.read() as tx:
        with pytest.raises(Invalid):
            await tx[Deeds].page(DeedQuery(after=after))


async def test_all_of_it_can_be_carried_away_and_taken_in(store: Store) -> None:
    deeds = [a_deed(details={"place": place}) for place in range(3)]
    await done(store, *deeds)
    async with store.read() as tx:
        first = await tx[Deeds].records(None, 2)
        assert [deed for _, deed in first + await tx[Deeds].records(first[-1][0], 2)] == deeds
    fresh = a_deed()
    async with store.write() as tx:
        await tx[Deeds].restore(fresh)
    assert fresh in await found(store)
