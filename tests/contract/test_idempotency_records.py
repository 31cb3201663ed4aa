"""What every engine owes the port IdempotencyRecords."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.samples import NOW

from zoco.kit.errors import StaleWrite
from zoco.kit.idempotency import IdempotencyKey, IdempotencyRecords, KeyReused
from zoco.kit.store import Store

KEY = IdempotencyKey("eva /api/carts/1/purchase", "clave", "abc")
TICK = timedelta(milliseconds=1)


@pytest.fixture
async def kept(store: Store) -> Store:
    async with store.write() as tx:
        await tx[IdempotencyRecords].add(KEY, "order 1", NOW)
    return store


async def test_what_a_key_led_to_is_remembered(kept: Store) -> None:
    async with kept.write() as tx:
        assert await tx[IdempotencyRecords].result(KEY, NOW - TICK) == "order 1"
        assert await tx[IdempotencyRecords].results() == ["order 1"]


async def test_a_key_that_never_came_led_to_nothing(store: Store) -> None:
    async with store.write() as tx:
        assert await tx[IdempotencyRecords].result(KEY, NOW) is None
        assert await tx[IdempotencyRecords].results() == []


@pytest.mark.parametrize(
    "other",
    [
        IdempotencyKey("luis /api/carts/1/purchase", "clave", "abc"),
        IdempotencyKey("eva /api/carts/2/purchase", "clave", "abc"),
        IdempotencyKey("eva /api/carts/1/purchase", "Clave", "abc"),
    ],
    ids=["caller", "path", "case"],
)
async def test_keys_of_other_callers_and_paths_are_others(kept: Store, other: IdempotencyKey) -> None:
    async with kept.write() as tx:
        assert await tx[IdempotencyRecords].result(other, NOW - TICK) is None
        await tx[IdempotencyRecords].add(other, "order 2", NOW)
        assert sorted(await tx[IdempotencyRecords].results()) == ["order 1", "order 2"]


async def test_the_same_key_for_something_else_is_refused(kept: Store) -> None:
    async with kept.write() as tx:
        with pytest.raises(KeyReused):
            await tx[IdempotencyRecords].result(IdempotencyKey(KEY.scope, KEY.key, "xyz"), NOW - TICK)


async def test_the_same_key_twice_is_stale(kept: Store) -> None:
    with pytest.raises(StaleWrite):
        async with kept.write() as tx:
            await tx[IdempotencyRecords].add(KEY, "order 2", NOW)
    async with kept.read() as tx:
        assert await tx[IdempotencyRecords].results() == ["order 1"]


@pytest.mark.parametrize("fingerprint", ["abc", "xyz"])
async def test_a_key_that_is_too_old_counts_as_new_whatever_is_asked(kept: Store, fingerprint: str) -> None:
    again = IdempotencyKey(KEY.scope, KEY.key, fingerprint)
    async with kept.write() as tx:
        assert await tx[IdempotencyRecords].result(again, NOW) is None
        await tx[IdempotencyRecords].add(again, "order 2", NOW + TICK)
        assert await tx[IdempotencyRecords].result(again, NOW) == "order 2"
        assert await tx[IdempotencyRecords].results() == ["order 2"]


async def test_a_transaction_that_fails_leaves_no_record(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            await tx[IdempotencyRecords].add(KEY, "order 1", NOW)
            raise RuntimeError
    async with store.read() as tx:
        assert await tx[IdempotencyRecords].results() == []


async def test_what_is_older_than_a_moment_is_forgotten(kept: Store) -> None:
    later = IdempotencyKey("eva /api/carts/1/purchase", "otra", "abc")
    async with kept.write() as tx:
        await tx[IdempotencyRecords].add(later, "order 2", NOW + TICK)
        await tx[IdempotencyRecords].prune(NOW)
        assert sorted(await tx[IdempotencyRecords].results()) == ["order 1", "order 2"]
        await tx[IdempotencyRecords].prune(NOW + TICK)
        assert await tx[IdempotencyRecords].results() == ["order 2"]
