"""A shop that moves arrives whole, or does not move: from every engine into a file, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.storage.filled import buy, fill, say

from zoco.app import Shop, build_shop
from zoco.features.accounts.repository import Sessions
from zoco.features.catalogue.models import Product, ProductQuery
from zoco.kit.permissions import Actor, Role
from zoco.settings import elsewhere
from zoco.storage.engine import DatabaseUnusable
from zoco.storage.moving import movable, move
from zoco.storage.outbox import Relay
from zoco.storage.sql import metadata
from zoco.testing.people import person

NOT_CARRIED = {Sessions}
"""People sign in again."""
TABLES = sorted(set(metadata.tables) - {"sessions", "refresh_tokens", "jobs"})
"""What must look the same in two files; when a job is due, each process finds out."""


async def everything(shop: Shop) -> dict[str, Any]:
    """What is kept, by port, in an order that no engine decides."""
    found = {}
    for port in movable(shop.modules):
        async with shop.store.read() as tx:
            records = await tx[port].records(None, 1_000)
        found[port.__name__] = sorted(msgspec.json.encode(record, order="sorted") for _, record in records)
    return found


def rows(path: Path) -> dict[str, list[str]]:
    """What stands in a file, columns that no record shows too; but the counter that only holds the administrators."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM counters WHERE name = 'administrators'")
        return {table: sorted(map(repr, connection.execute(f"SELECT * FROM {table}"))) for table in TABLES}  # noqa: S608


@pytest.fixture
async def other(shop: Shop, tmp_path: Path) -> AsyncIterator[Shop]:
    """An empty shop in a file."""
    opened = build_shop(elsewhere(shop.settings, f"sqlite:///{tmp_path / 'other.db'}"), shop.clock, shop.modules)
    await opened.store.start()
    yield opened
    await opened.store.close()


@pytest.fixture
async def used(shop: Shop, product: Product, seller: Actor, relay: Relay) -> Shop:
    await fill(shop, relay, product, seller)
    return shop


def test_every_repository_is_carried(shop: Shop) -> None:
    ports = {port for module in shop.modules for port in module.sql}
    assert ports - set(movable(shop.modules)) == NOT_CARRIED


async def test_nothing_is_forgotten_in_a_full_shop(used: Shop) -> None:
    assert [name for name, records in (await everything(used)).items() if not records] == []


async def test_it_arrives_whole_and_goes_on_counting(used: Shop, other: Shop, product: Product) -> None:
    told = list[tuple[str, int, int]]()
    counts = await move(used.store, other.store, movable(used.modules), lambda *step: told.append(step))
    before = await everything(used)
    assert await everything(other) == before
    assert counts == {name: len(before[port]) for name, port in zip(counts, before, strict=True)}
    assert counts["orders"] == 2
    assert {step for step, done, total in told if done == total} == {"Copying", "Verifying"}
    assert [found for _, _, found in await other.check() if found] == []
    assert await buy(other, product) == 3
    found = await other.services["catalogue"].page(ProductQuery(q="taza"))
    assert [one.id for one in found.items] == [product.id]
    assert await say(other, person(Role.STAFF), "general", "Otra vez.") == 2


@pytest.mark.engines("sqlite")
async def test_every_column_arrives(used: Shop, other: Shop, tmp_path: Path) -> None:
    await move(used.store, other.store, movable(used.modules), lambda *_: None)
    before, after = rows(tmp_path / "var" / "zoco.db"), rows(tmp_path / "other.db")
    assert after == before
    assert [table for table, found in before.items() if not found] == []


async def test_what_is_there_is_never_written_over(used: Shop, other: Shop) -> None:
    await move(used.store, other.store, movable(used.modules), lambda *_: None)
    before = await everything(other)
    with pytest.raises(DatabaseUnusable, match="not empty"):
        await move(used.store, other.store, movable(used.modules), lambda *_: None)
    assert await everything(other) == before


async def test_a_sale_in_the_middle_is_noticed(used: Shop, other: Shop, product: Product) -> None:
    class Target:
        """As soon as the first record is written there, somebody buys where it came from."""

        read = other.store.read
        sold = 0

        @asynccontextmanager
        async def write(self) -> AsyncIterator[Any]:
            self.sold = self.sold or await buy(used, product)
            async with other.store.write() as tx:
                yield tx

    target: Any = Target()
    with pytest.raises(DatabaseUnusable, match="not all"):
        await move(used.store, target, movable(used.modules), lambda *_: None)
    assert target.sold == 3


async def test_it_goes_back_again(used: Shop, other: Shop, tmp_path: Path) -> None:
    await move(used.store, other.store, movable(used.modules), lambda *_: None)
    third = build_shop(elsewhere(used.settings, f"sqlite:///{tmp_path / 'third.db'}"), used.clock, used.modules)
    try:
        await move(other.store, third.store, movable(used.modules), lambda *_: None)
        assert await everything(third) == await everything(used)
    finally:
        await third.store.close()
