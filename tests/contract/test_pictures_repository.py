"""What every engine owes the port Pictures."""

from __future__ import annotations

import pytest

from zoco.features.media.models import Picture
from zoco.features.media.repository import Pictures
from zoco.kit.store import Store

FIRST, SECOND = Picture("aa", 1600, 900), Picture("bb", 1, 1)


async def test_whoever_has_no_picture_has_none(store: Store) -> None:
    async with store.read() as tx:
        assert await tx[Pictures].of("taza") is None


async def test_a_new_picture_takes_the_place_of_the_old_one(store: Store) -> None:
    async with store.write() as tx:
        await tx[Pictures].save("taza", FIRST)
        assert await tx[Pictures].of("taza") == FIRST
        await tx[Pictures].save("taza", SECOND)
    async with store.read() as tx:
        assert await tx[Pictures].of("taza") == SECOND
        assert await tx[Pictures].of("TAZA") is None


async def test_two_may_have_the_same_picture(store: Store) -> None:
    async with store.write() as tx:
        await tx[Pictures].save("taza", FIRST)
        await tx[Pictures].save("jarra", FIRST)
        await tx[Pictures].save("taza", SECOND)
        assert await tx[Pictures].of("jarra") == FIRST


async def test_a_picture_is_removed_from_its_owner_alone(store: Store) -> None:
    async with store.write() as tx:
        for owner in ("taza", "taza/aa", "jarra"):
            await tx[Pictures].save(owner, FIRST)
        await tx[Pictures].remove("taza/aa")
        await tx[Pictures].remove("nobody")
    async with store.read() as tx:
        assert [await tx[Pictures].of(owner) for owner in ("taza", "taza/aa", "jarra")] == [FIRST, None, FIRST]


async def test_a_transaction_that_fails_keeps_the_old_picture(store: Store) -> None:
    async with store.write() as tx:
        await tx[Pictures].save("taza", FIRST)
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            await tx[Pictures].save("taza", SECOND)
            raise RuntimeError
    async with store.read() as tx:
        assert await tx[Pictures].of("taza") == FIRST
