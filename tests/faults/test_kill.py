"""The process dies with `kill -9` in the middle of selling, and is started again."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.faults import killed_purchase
from tests.faults.conftest import BUYER, Buyer, Buyers, Server
from tests.faults.killed_purchase import Attempt, opened

from zoco.features.catalogue.schemas import AddProduct
from zoco.kit.ids import CartId
from zoco.kit.permissions import GUEST
from zoco.testing.people import person

pytestmark = pytest.mark.fault

PURCHASES, AT_ONCE = 40, 8


async def prepared(root: Path) -> CartId:
    """A shop with a filled cart of a guest, on disk below `root`."""
    shop, seller = opened(root / "prepared"), person()
    cart, _ = await shop.services["cart"].open(GUEST)
    for title in ("Taza", "Jarra", "Plato"):
        data = {"title": title, "category": "Tazas", "price": {"amount": 1250}, "stock": 3}
        product = await shop.services["catalogue"].add(seller, msgspec.convert(data, AddProduct))
        await shop.services["cart"].add(GUEST, cart.id, product.id, 2)
    await shop.relay().drain()
    await shop.store.close()
    found: CartId = cart.id
    return found


@pytest.fixture
async def attempts(tmp_path: Path) -> list[Attempt]:
    """A purchase killed at each of its statements, and in the end one that lives."""
    cart = await prepared(tmp_path)
    program = await asyncio.create_subprocess_exec(
        sys.executable, killed_purchase.__file__, str(tmp_path), cart, BUYER["email"], stdout=asyncio.subprocess.PIPE
    )
    told, _ = await program.communicate()
    assert program.returncode == 0
    return [msgspec.json.decode(line, type=Attempt) for line in told.splitlines()]


async def test_a_purchase_killed_at_any_statement_happened_wholly_or_not_at_all(attempts: list[Attempt]) -> None:
    *killed, alive = attempts
    assert [attempt for attempt in attempts if attempt.broken] == []
    assert all(attempt.killed for attempt in killed)
    assert (alive.killed, alive.acknowledged, alive.orders) == (False, True, 1)
    assert len(killed) > 20
    commit = next(place for place, attempt in enumerate(killed) if attempt.statement == "COMMIT" and attempt.after)
    assert [attempt.orders for attempt in killed] == [0] * commit + [1] * (len(killed) - commit)
    assert all(attempt.orders for attempt in attempts if attempt.acknowledged)
    assert not any(attempt.acknowledged for attempt in killed[: commit + 1])
    assert [attempt.mails for attempt in attempts] == [attempt.orders * 2 for attempt in attempts]


@pytest.mark.parametrize("answers", [1, 15])
async def test_a_server_killed_among_forty_purchases_has_kept_all_that_it_answered(
    server: Server, buyers: Buyers, answers: int
) -> None:
    (taza,) = await server.offer(("Taza", PURCHASES))
    await server.start()
    crowd = await buyers(PURCHASES)
    await asyncio.gather(*(buyer.fill(taza) for buyer in crowd))
    acknowledged: dict[int, str] = {}
    turns = asyncio.Semaphore(AT_ONCE)  # so that some are answered, some under way and some to come

    async def buy(buyer: Buyer) -> None:
        try:
            async with turns:
                answer = await buyer.buy("clave")
        except httpx.TransportError:
            return
        acknowledged[answer.json()["number"]] = answer.json()["reference"]
        if len(acknowledged) == answers:
            await server.stop(signal.SIGKILL)

    await asyncio.gather(*map(buy, crowd))
    assert answers <= len(acknowledged) < PURCHASES
    assert await server.check() == []
    await server.start()
    again = await buyers(PURCHASES)
    answered = await asyncio.gather(*(new.buy("clave", old.cart) for new, old in zip(again, crowd, strict=True)))
    assert sorted(answer.json()["number"] for answer in answered) == list(range(1, PURCHASES + 1))
    assert acknowledged.items() <= {answer.json()["number"]: answer.json()["reference"] for answer in answered}.items()
    await server.stop()
    assert await server.check() == []
