"""The process dies with `kill -9` in the middle of selling, and is started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.faults import killed
from tests.faults.conftest import Buyer, Buyers, Server, bought, refused
from tests.faults.killed import Attempt

pytestmark = pytest.mark.fault

PURCHASES, AT_ONCE = 40, 8


async def attempts(work: str, server: Server) -> list[Attempt]:
    """The work killed at each of its statements, and in the end one that lives."""
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        killed.__name__,
        work,
        str(server.folder),
        env=os.environ | server.environ,
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    told, _ = await program.communicate()
    assert program.returncode == 0
    return [msgspec.json.decode(line, type=Attempt) for line in told.splitlines()]


async def test_a_purchase_killed_at_any_statement_happened_wholly_or_not_at_all(server: Server) -> None:
    *dead, alive = made = await attempts("purchase", server)
    assert [attempt for attempt in made if attempt.broken] == []
    assert all(attempt.killed for attempt in dead)
    assert (alive.killed, alive.acknowledged, alive.orders) == (False, True, 1)
    assert len(dead) > 10
    commit = next(n for n, attempt in enumerate(dead) if attempt.after and attempt.orders)
    assert [attempt.orders for attempt in dead] == [0] * commit + [1] * (len(dead) - commit)
    assert not any(attempt.acknowledged for attempt in dead)
    assert [len(attempt.mails) for attempt in made] == [attempt.orders * 2 for attempt in made]


async def test_a_delivery_killed_at_any_statement_loses_no_mail_and_doubles_at_most_one(server: Server) -> None:
    *dead, alive = made = await attempts("delivery", server)
    assert [attempt for attempt in made if attempt.broken] == []
    assert all(attempt.killed for attempt in dead)
    assert (alive.killed, alive.orders, len(alive.mails)) == (False, 1, 2)
    assert len(dead) > 10
    assert [len(set(attempt.mails)) for attempt in made] == [2] * len(made)
    assert {len(attempt.mails) for attempt in made} == {2, 3}


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
        if refused(answer):
            return
        acknowledged[answer.json()["number"]] = answer.json()["reference"]
        if len(acknowledged) == answers:
            await server.stop(signal.SIGKILL)

    await asyncio.gather(*map(buy, crowd))
    assert answers <= len(acknowledged) < PURCHASES
    assert await server.check() == []
    await server.start()
    again = await buyers(PURCHASES)
    answered = await asyncio.gather(*(bought(new, old.cart) for new, old in zip(again, crowd, strict=True)))
    assert sorted(answer.json()["number"] for answer in answered) == list(range(1, PURCHASES + 1))
    assert acknowledged.items() <= {answer.json()["number"]: answer.json()["reference"] for answer in answered}.items()
    await server.stop()
    assert await server.check() == []
