"""Case 5: a relay stops in the middle of a delivery for longer than it may, and goes on as if nothing had been."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.faults.conftest import offered

from zoco.app import Shop, build_shop, installed
from zoco.features.mail.models import Mail
from zoco.features.mail.providers import MailTransport
from zoco.features.orders.schemas import PlaceOrder
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.module import Module
from zoco.kit.permissions import GUEST
from zoco.settings import Settings
from zoco.storage.outbox import LEASE
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import on_database

pytestmark = pytest.mark.fault


class Slow:
    """Sends at once, but comes back from the first mail only when it may."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.both_left, self.may_go = asyncio.Event(), asyncio.Event()

    async def send(self, mail: Mail, _: str) -> None:
        self.sent.append(mail.message_id)
        if len(self.sent) == 2:
            self.both_left.set()
        if len(self.sent) == 1:
            await self.may_go.wait()


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
async def sold(settings: Settings, database: str, clock: FrozenClock, slow: Slow) -> AsyncIterator[Shop]:
    """A shop with one order, whose two mails are still to be sent."""
    transport = Module(name="slow", requires=("mail",), provides={MailTransport: lambda _: slow})
    shop = build_shop(on_database(settings, database), clock, [*installed(), transport])
    await shop.store.start()
    (taza,) = await offered(shop, ("Taza", 1))
    cart, _ = await shop.services["cart"].open(GUEST)
    await shop.services["cart"].add(GUEST, cart.id, taza.id, 1)
    key = IdempotencyKey.of("1", "guest", b"")
    await shop.services["orders"].place(GUEST, cart.id, PlaceOrder(email="eva@example.com"), key, "es")
    yield shop
    await shop.store.close()


async def test_a_relay_that_was_paused_past_its_lease_has_sent_one_mail_twice_and_the_other_once(
    sold: Shop, clock: FrozenClock, slow: Slow
) -> None:
    paused, other = sold.relay(), sold.relay()
    running = asyncio.create_task(paused.run())
    await slow.both_left.wait()
    while len(paused._tasks) > 1:  # the second mail is still to be marked
        await asyncio.wait(paused._tasks, return_when=asyncio.FIRST_COMPLETED)
    assert await other.drain() == 0
    clock.move(seconds=(LEASE + timedelta(seconds=1)).total_seconds())
    assert await other.drain() == 1
    slow.may_go.set()
    await asyncio.gather(*paused._tasks)
    clock.move(days=1)
    assert await other.drain() == 0
    assert sorted(Counter(slow.sent).values()) == [1, 2]
    assert [sentence for _, _, found in await sold.check() for sentence in found] == []
    running.cancel()
    await asyncio.wait([running])
