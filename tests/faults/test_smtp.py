"""Case 7: the mail server is down, asks for patience, stalls or hangs up, while the shop sells."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import msgspec
import pytest
from tests.faults.conftest import offered
from tests.features.mail.mailbox import DROP, DROP_KEEPING, STALL, Mailbox, away, opened

from zoco.app import Shop, build_shop, installed
from zoco.features.catalogue.models import Product
from zoco.features.mail.models import MailQuery, MailState
from zoco.features.mail.providers import MailTransport, SmtpServer, SmtpTransport
from zoco.features.mail.service import MailService
from zoco.features.orders.schemas import PlaceOrder
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.module import Module
from zoco.kit.permissions import GUEST, SYSTEM
from zoco.settings import Settings
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import on_database

pytestmark = pytest.mark.fault

BUYERS = [f"p{number}@example.com" for number in range(3)]
EACH_ONCE = sorted([*BUYERS, *["tienda@example.com"] * len(BUYERS)])


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with opened(Mailbox()) as mailbox:
        yield mailbox


@pytest.fixture
def smtp(mailbox: Mailbox) -> SmtpTransport:
    return SmtpTransport(SmtpServer(host="127.0.0.1", port=mailbox.port, security="none"))


@pytest.fixture
async def shop(settings: Settings, database: str, clock: FrozenClock, smtp: SmtpTransport) -> AsyncIterator[Shop]:
    """A shop that sends its mails to the mailbox."""
    transport = Module(name="smtp", requires=("mail",), provides={MailTransport: lambda _: smtp})
    shop = build_shop(on_database(settings, database), clock, [*installed(), transport])
    await shop.store.start()
    yield shop
    await shop.store.close()


async def bought(shop: Shop, product: Product, email: str) -> None:
    cart, _ = await shop.services["cart"].open(GUEST)
    await shop.services["cart"].add(GUEST, cart.id, product.id, 1)
    key = IdempotencyKey.of(email, "guest", b"")
    await shop.services["orders"].place(GUEST, cart.id, PlaceOrder(email=email), key, "es")


async def recovered(shop: Shop, clock: FrozenClock) -> None:
    """Until nothing is left to send, as hours go by."""
    relay, mail = shop.relay(), shop.services["mail"]
    for _ in range(12):
        await relay.drain()
        if not (await mail.count(SYSTEM)).get(MailState.WAITING):
            return
        clock.move(hours=1)
    pytest.fail("some mails are still waiting")


def arrived(mailbox: Mailbox) -> list[str]:
    return sorted(mail["To"] for mail in mailbox.mails)


async def sound(shop: Shop) -> bool:
    return [sentence for _, _, found in await shop.check() for sentence in found] == []


@pytest.mark.parametrize(
    ("step", "trouble"),
    [
        ("sender", "550 not your address"),
        ("sender", "421 too busy"),
        ("recipient", "450 greylisted, come back in five minutes"),
        ("recipient", STALL),
        ("recipient", DROP),
        ("data", "451 try again later"),
        ("data", STALL),
        ("data", DROP),
    ],
)
async def test_each_mail_arrives_once_when_the_server_is_itself_again(
    step: str, trouble: str, shop: Shop, mailbox: Mailbox, smtp: SmtpTransport, clock: FrozenClock
) -> None:
    usual = smtp._server
    if trouble == STALL:
        smtp._server = msgspec.structs.replace(usual, timeout=0.2)
    (taza,) = await offered(shop, ("Taza", 10))
    setattr(mailbox, step, [trouble] * 1000)
    relay = shop.relay()
    for buyer in BUYERS:
        mailbox.most_at_once = 0
        await bought(shop, taza, buyer)
        assert mailbox.most_at_once == 0  # nobody waits for the mail server
        await relay.drain()
        clock.move(minutes=10)
    assert arrived(mailbox) == []
    setattr(mailbox, step, [])
    smtp._server = usual
    await recovered(shop, clock)
    assert arrived(mailbox) == EACH_ONCE
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == len(EACH_ONCE)
    assert await sound(shop)


async def test_an_hour_without_a_mail_server_costs_no_order_and_no_mail(
    settings: Settings, database: str, clock: FrozenClock
) -> None:
    mailbox = Mailbox()
    with away(mailbox) as place:
        smtp = SmtpTransport(SmtpServer(host="127.0.0.1", port=mailbox.port, security="none"))
        transport = Module(name="smtp", requires=("mail",), provides={MailTransport: lambda _: smtp})
        shop = build_shop(on_database(settings, database), clock, [*installed(), transport])
        await shop.store.start()
        (taza,) = await offered(shop, ("Taza", 10))
        relay = shop.relay()
        running = asyncio.create_task(relay.run())
        for buyer in BUYERS:
            await bought(shop, taza, buyer)
            clock.move(minutes=12)
        mail: MailService = shop.services["mail"]
        while not all(line.attempts for line in (await mail.page(SYSTEM, MailQuery(state=MailState.WAITING))).items):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        running.cancel()
        await relay.close()
        async with opened(mailbox, place):
            await mail.hasten(SYSTEM)  # somebody who has corrected it does not wait
            await recovered(shop, clock)
    assert arrived(mailbox) == EACH_ONCE
    assert await sound(shop)
    await shop.store.close()


async def test_a_server_that_keeps_a_mail_and_hangs_up_without_a_word_gets_it_under_the_same_id(
    shop: Shop, mailbox: Mailbox, clock: FrozenClock
) -> None:
    (taza,) = await offered(shop, ("Taza", 10))
    mailbox.data = [DROP_KEEPING]
    await bought(shop, taza, BUYERS[0])
    await recovered(shop, clock)
    assert sorted(Counter(mail["Message-ID"] for mail in mailbox.mails).values()) == [1, 2]
    assert await sound(shop)


async def test_one_address_that_is_refused_for_good_holds_up_nobody_else(
    shop: Shop, mailbox: Mailbox, clock: FrozenClock
) -> None:
    (taza,) = await offered(shop, ("Taza", 10))
    mailbox.refused = {BUYERS[1]}
    for buyer in BUYERS:
        await bought(shop, taza, buyer)
    await recovered(shop, clock)
    assert arrived(mailbox) == sorted(set(BUYERS) - {BUYERS[1]}) + ["tienda@example.com"] * len(BUYERS)
    [failed] = (await shop.services["mail"].page(SYSTEM, MailQuery(state=MailState.FAILED))).items
    assert (failed.to, failed.attempts, failed.error) == (BUYERS[1], 1, "550 nobody of that name")
    assert await sound(shop)
