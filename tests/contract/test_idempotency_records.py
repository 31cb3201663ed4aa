"""What every engine owes the port IdempotencyRecords."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from tests.samples import NOW

from zoco.kit.idempotency import IdempotencyKey, IdempotencyRecords, KeyReused
from zoco.kit.store import Store, Tx, use_case

KEY = IdempotencyKey("eva /api/carts/1/purchase", "clave", "abc")
TICK = timedelta(milliseconds=1)


async def claim(tx: Tx, key: IdempotencyKey, result: str, now: datetime = NOW) -> str | None:
    """What is older than now counts no longer."""
    return await tx[IdempotencyRecords].claim(key, result, now, now - TICK)


@pytest.fixture
async def kept(store: Store) -> Store:
    async with store.write() as tx:
        assert await claim(tx, KEY, "order 1") is None
    return store


async def test_what_a_key_led_to_is_remembered(kept: Store) -> None:
    async with kept.write() as tx:
        assert await claim(tx, KEY, "order 2") == "order 1"
        assert await tx[IdempotencyRecords].results() == ["order 1"]


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
        assert await claim(tx, other, "order 2") is None
        assert sorted(await tx[IdempotencyRecords].results()) == ["order 1", "order 2"]


async def test_the_same_key_for_something_else_is_refused(kept: Store) -> None:
    async with kept.write() as tx:
        with pytest.raises(KeyReused):
            await claim(tx, IdempotencyKey(KEY.scope, KEY.key, "xyz"), "order 2")


@pytest.mark.parametrize("now", [NOW, NOW + TICK], ids=["new", "old"])
async def test_of_many_at_once_one_leads_to_something(store: Store, now: datetime) -> None:
    @use_case
    async def call(number: int) -> str | None:
        async with store.write() as tx:
            return await claim(tx, KEY, f"order {number}", now)

    if now > NOW:
        async with store.write() as tx:
            await claim(tx, KEY, "order 9")
    told = await asyncio.gather(*(call(number) for number in range(8)))
    async with store.read() as tx:
        (made,) = await tx[IdempotencyRecords].results()
    assert made != "order 9"
    assert sorted(told, key=str) == sorted([None, *[made] * 7], key=str)


@pytest.mark.parametrize("fingerprint", ["abc", "xyz"])
async def test_a_key_that_is_too_old_counts_as_new_whatever_is_asked(kept: Store, fingerprint: str) -> None:
    again = IdempotencyKey(KEY.scope, KEY.key, fingerprint)
    async with kept.write() as tx:
        assert await claim(tx, again, "order 2", NOW + TICK) is None
        assert await claim(tx, again, "order 3", NOW + TICK) == "order 2"
        assert await tx[IdempotencyRecords].results() == ["order 2"]


async def test_a_transaction_that_fails_leaves_no_record(store: Store) -> None:
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            await claim(tx, KEY, "order 1")
            raise RuntimeError
    async with store.read() as tx:
        assert await tx[IdempotencyRecords].results() == []


async def test_what_is_older_than_a_moment_is_forgotten(kept: Store) -> None:
    later = IdempotencyKey("eva /api/carts/1/purchase", "otra", "abc")
    async with kept.write() as tx:
        await claim(tx, later, "order 2", NOW + TICK)
        await tx[IdempotencyRecords].prune(NOW)
        assert sorted(await tx[IdempotencyRecords].results()) == ["order 1", "order 2"]
        await tx[IdempotencyRecords].prune(NOW + TICK)
        assert await tx[IdempotencyRecords].results() == ["order 2"]
