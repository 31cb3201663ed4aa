"""Case 6: the database is away, in the middle of a transaction or for a while; the shop says so and heals by itself."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from tests.faults.conftest import PATIENCE, Buyer, Server, bought, offered, refused
from tests.faults.line import Line, line_to

from zoco.app import Shop, build_shop
from zoco.features.catalogue.models import Product
from zoco.kit.errors import Unavailable
from zoco.settings import Settings
from zoco.testing.engines import on_database

pytestmark = pytest.mark.fault

BUYERS = 10


on_servers = pytest.mark.engines("postgresql", "mongodb")
on_files = pytest.mark.engines("sqlite")


@pytest.fixture
def line(database: str) -> Iterator[Line]:
    with line_to(database) as line:
        yield line


@pytest.fixture
async def distant(line: Line, tmp_path: Path) -> AsyncIterator[Server]:
    """Two processes that reach their database over the line."""
    server = Server(tmp_path, line.url, 2)
    yield server
    await server.stop()


@on_servers
async def test_a_shop_whose_database_goes_away_and_comes_back_heals_by_itself(line: Line, distant: Server) -> None:
    (taza,) = await distant.offer(("Taza", 3 * BUYERS))
    await distant.start()
    async with httpx.AsyncClient(base_url=distant.url, timeout=PATIENCE, trust_env=False) as client:
        crowd = [Buyer(client) for _ in range(3 * BUYERS)]
        for buyer in crowd:
            await buyer.fill(taza)
        under_way = [asyncio.create_task(buyer.buy("clave")) for buyer in crowd[:BUYERS]]
        await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        line.cut()
        away = await asyncio.gather(*under_way, *(buyer.buy("clave") for buyer in crowd[BUYERS : 2 * BUYERS]))
        assert sum(map(refused, away)) >= BUYERS
        line.mend()
        answers = await asyncio.gather(*map(bought, crowd))
        numbers = {answer.json()["number"] for answer in answers}
        assert numbers == set(range(1, 3 * BUYERS + 1))
        assert all(answer.json()["number"] in numbers for answer in away if answer.status_code == 201)
    await distant.stop()
    assert await distant.check() == []


@on_servers
async def test_a_connection_lost_in_a_transaction_leaves_nothing_of_it(line: Line, settings: Settings) -> None:
    shop = build_shop(on_database(settings, line.url))
    await shop.store.start()
    (taza,) = await offered(shop, ("Taza", 5))
    with pytest.raises(Unavailable):
        async with shop.store.write() as tx:
            await shop.services["catalogue"].take(tx, [(taza.id, 2)])
            line.cut()
            await shop.services["catalogue"].take(tx, [(taza.id, 1)])
    line.mend()
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                async with shop.store.read() as tx:
                    found: Product = await shop.services["catalogue"].get(tx, taza.id)
                break
            except Unavailable:
                await asyncio.sleep(0.05)  # between two attempts
    assert found.stock == 5
    await shop.store.close()


@pytest.mark.engines("postgresql")
async def test_where_all_connections_are_taken_a_buyer_is_asked_to_come_back(
    shop: Shop, client: httpx.AsyncClient
) -> None:
    (taza,) = await offered(shop, ("Taza", 5))
    buyer = Buyer(client)
    await buyer.fill(taza)
    async with AsyncExitStack() as taken:
        for _ in range(shop.settings.database.pool):
            await taken.enter_async_context(shop.store.read())
        assert refused(await buyer.buy("clave"))
    assert (await bought(buyer)).json()["number"] == 1


@pytest.fixture
def file(database: str) -> Path:
    return Path(database.removeprefix("sqlite:///"))


@on_files
async def test_a_file_that_another_program_keeps_locked_is_waited_for_and_then_refused(
    shop: Shop, file: Path, client: httpx.AsyncClient
) -> None:
    (taza,) = await offered(shop, ("Taza", 5))
    buyer = Buyer(client)
    await buyer.fill(taza)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert refused(await buyer.buy("clave"))
    other.execute("ROLLBACK")
    other.close()
    assert (await bought(buyer)).json()["number"] == 1
    assert [sentence for _, _, found in await shop.check() for sentence in found] == []


@on_files
async def test_a_file_that_cannot_grow_refuses_and_goes_on_once_it_can(
    shop: Shop, file: Path, client: httpx.AsyncClient
) -> None:
    (taza,) = await offered(shop, ("Taza", 200))
    buyers = [Buyer(client) for _ in range(100)]
    for buyer in buyers:
        await buyer.fill(taza)
    connection = shop.store._writer.connection  # type: ignore[attr-defined]
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    answers = [await buyer.buy("clave") for buyer in buyers]
    assert any(map(refused, answers))
    connection.execute("PRAGMA max_page_count = 1000000")
    assert {(await bought(buyer)).json()["number"] for buyer in buyers} == set(range(1, 101))
    assert [sentence for _, _, found in await shop.check() for sentence in found] == []
