"""What every engine promises of the port `Replies`."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from zoco.features.inbox.models import SavedReply
from zoco.features.inbox.repository import Replies
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import ReplyId, ordered_id
from zoco.kit.store import Store
from zoco.testing.clock import FrozenClock


def a_reply(**given: Any) -> SavedReply:
    now = FrozenClock().now()
    usual: dict[str, Any] = {
        "id": ReplyId(ordered_id()),
        "title": "Horario",
        "body": "De 9 a 18 h.",
        "created_at": now,
        "updated_at": now,
    }
    return SavedReply(**usual | given)


async def kept(store: Store, *replies: SavedReply) -> None:
    async with store.write() as tx:
        for reply in replies:
            await tx[Replies].add(reply)


async def test_a_reply_comes_back_as_it_was_stored(store: Store) -> None:
    reply = a_reply(title="Envíos", body="Hola {nombre}:\nllega en 3 días. 🐦")
    await kept(store, reply)
    async with store.read() as tx:
        assert await tx[Replies].get(reply.id) == reply
        assert await tx[Replies].get(ReplyId("another")) is None


async def test_all_come_oldest_first(store: Store) -> None:
    replies = [a_reply(title=title) for title in "cab"]
    await kept(store, *replies[::-1])
    async with store.read() as tx:
        assert await tx[Replies].all() == replies


async def test_a_change_counts_the_version_on(store: Store, clock: FrozenClock) -> None:
    reply = a_reply()
    await kept(store, reply)
    later = clock.move(hours=1)
    changed = msgspec.structs.replace(reply, title="Horas", body="De 10 a 18 h.", updated_at=later)
    async with store.write() as tx:
        saved = await tx[Replies].save(changed)
    assert saved == msgspec.structs.replace(changed, version=2)
    async with store.read() as tx:
        assert await tx[Replies].get(reply.id) == saved


async def test_who_changes_an_old_version_is_told(store: Store) -> None:
    reply = a_reply()
    await kept(store, reply)
    async with store.write() as tx:
        await tx[Replies].save(reply)
    with pytest.raises(StaleWrite):
        async with store.write() as tx:
            await tx[Replies].save(reply)


async def test_what_is_removed_is_gone(store: Store) -> None:
    reply, other = a_reply(), a_reply()
    await kept(store, reply, other)
    async with store.write() as tx:
        assert await tx[Replies].remove(reply.id)
        assert not await tx[Replies].remove(reply.id)
    async with store.read() as tx:
        assert await tx[Replies].all() == [other]


async def test_records_come_by_rising_key_and_can_be_restored(store: Store) -> None:
    replies = [a_reply() for _ in range(3)]
    await kept(store, *replies)
    async with store.read() as tx:
        first = await tx[Replies].records(None, 2)
        further = await tx[Replies].records(first[-1][0], 2)
    assert [record for _, record in first + further] == replies
    async with store.write() as tx:
        await tx[Replies].remove(replies[0].id)
        await tx[Replies].restore(replies[0])
    async with store.read() as tx:
        assert await tx[Replies].get(replies[0].id) == replies[0]
