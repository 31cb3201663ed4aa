"""Idempotency records: the same key leads to the same result, for as long as it is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zoco.kit.errors import StaleWrite
from zoco.kit.idempotency import IdempotencyKey, IdempotencyRecords, KeyReused
from zoco.storage.sqlite import SqliteStore
from zoco.testing.clock import FrozenClock

KEY = IdempotencyKey("ana /purchase", "one", "print")
DAY = timedelta(days=1)


async def add(store: SqliteStore, key: IdempotencyKey, result: str, clock: FrozenClock) -> None:
    async with store.write() as tx:
        await tx[IdempotencyRecords].add(key, result, clock.now())


async def result(store: SqliteStore, key: IdempotencyKey, clock: FrozenClock) -> str | None:
    async with store.write() as tx:
        return await tx[IdempotencyRecords].result(key, clock.now() - DAY)


async def test_the_same_call_leads_to_the_same_result(store: SqliteStore, clock: FrozenClock) -> None:
    assert await result(store, KEY, clock) is None
    await add(store, KEY, "order 1", clock)
    clock.move(hours=23)
    assert await result(store, KEY, clock) == "order 1"
    async with store.read() as tx:
        assert await tx[IdempotencyRecords].results() == ["order 1"]


async def test_the_same_key_with_another_request_is_refused(store: SqliteStore, clock: FrozenClock) -> None:
    await add(store, KEY, "order 1", clock)
    with pytest.raises(KeyReused):
        await result(store, IdempotencyKey(KEY.scope, KEY.key, "another print"), clock)


async def test_a_key_belongs_to_its_scope(store: SqliteStore, clock: FrozenClock) -> None:
    await add(store, KEY, "order 1", clock)
    assert await result(store, IdempotencyKey("eva /purchase", KEY.key, "another print"), clock) is None


async def test_an_old_key_is_forgotten_and_may_be_used_again(store: SqliteStore, clock: FrozenClock) -> None:
    await add(store, KEY, "order 1", clock)
    clock.move(days=1)
    assert await result(store, KEY, clock) is None
    await add(store, KEY, "order 2", clock)
    assert await result(store, KEY, clock) == "order 2"


async def test_a_key_that_came_meanwhile_makes_the_use_case_run_again(store: SqliteStore, clock: FrozenClock) -> None:
    await add(store, KEY, "order 1", clock)
    with pytest.raises(StaleWrite):
        await add(store, KEY, "order 2", clock)
    assert await result(store, KEY, clock) == "order 1"
