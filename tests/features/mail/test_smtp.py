"""Mails and a real SMTP server that is not always at its best: each arrives once, or is given up with a reason."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.features.mail.conftest import SENDER
from tests.features.mail.letters import a_mail, part
from tests.features.mail.mailbox import STALL, Mailbox, away, opened

from zoco.features.mail.models import Fault
from zoco.features.mail.providers import MailTransport, Never, NotNow, SmtpServer, SmtpTransport
from zoco.features.mail.service import MailService
from zoco.kit.events import Undeliverable
from zoco.storage.engine import Engine
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import Kept

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


def smtp(mailbox: Mailbox, **changed: Any) -> SmtpTransport:
    usual: dict[str, Any] = {"host": "127.0.0.1", "port": mailbox.port, "security": "none"}
    return SmtpTransport(SmtpServer(**usual | changed))


async def queue(store: Engine, mail: MailService, to: str = "ana@example.com") -> None:
    async with store.write() as tx:
        await mail.queue(tx, "hello", key="1", to=to, language="es")


async def test_a_mail_arrives_whole() -> None:
    async with opened(Mailbox()) as mailbox:
        mail = a_mail()
        await smtp(mailbox).send(mail, SENDER)
    [arrived] = mailbox.mails
    assert (arrived["To"], arrived["From"], arrived["Message-ID"]) == (mail.to, SENDER, mail.message_id)
    assert arrived["Subject"] == mail.subject
    assert part(arrived) == mail.text


@pytest.mark.parametrize("step", ["sender", "recipient", "data"])
async def test_not_now_is_tried_again_with_the_same_message_id(
    step: str, store: Engine, mail: MailService, relay: Relay, transports: list[MailTransport], clock: FrozenClock
) -> None:
    async with opened(Mailbox()) as mailbox:
        transports[:] = [smtp(mailbox)]
        setattr(mailbox, step, ["451 try again later"] * 2)
        await queue(store, mail)
        for _ in range(2):
            assert await relay.drain() == 1
            assert mailbox.mails == []
            assert await relay.drain() == 0  # not before its time
            clock.move(hours=1)
        await relay.drain()
        assert await relay.drain() == 0
    assert len(mailbox.mails) == 1
    assert len(set(mailbox.tried)) == 1


async def test_a_server_that_was_down_for_hours_gets_each_mail_once(
    store: Engine, mail: MailService, relay: Relay, transports: list[MailTransport], clock: FrozenClock
) -> None:
    mailbox = Mailbox()
    with away(mailbox) as place:
        transports[:] = [smtp(mailbox)]
        people = [f"p{number}@example.com" for number in range(5)]
        for person in people:
            await queue(store, mail, person)
        for _ in range(10):
            assert await relay.drain() == len(people)
            clock.move(hours=1)
        async with opened(mailbox, place):
            await relay.drain()
            clock.move(hours=1)
            await relay.drain()
    assert sorted(arrived["To"] for arrived in mailbox.mails) == people


@pytest.mark.parametrize("step", ["sender", "recipient", "data"])
async def test_a_server_that_stops_answering_is_left_and_tried_again(
    step: str, store: Engine, mail: MailService, relay: Relay, transports: list[MailTransport], clock: FrozenClock
) -> None:
    async with opened(Mailbox()) as mailbox:
        transports[:] = [smtp(mailbox, timeout=0.1)]
        setattr(mailbox, step, [STALL])
        await queue(store, mail)
        await relay.drain()
        assert mailbox.mails == []
        setattr(mailbox, step, [])
        transports[:] = [smtp(mailbox)]  # a slow machine is no silent server
        clock.move(hours=1)
        await relay.drain()
    assert len(mailbox.mails) == 1
    assert len(set(mailbox.tried)) == 1


@pytest.mark.parametrize("step", ["recipient", "data"])
async def test_a_mail_that_is_refused_for_good_is_given_up_with_a_reason(
    step: str,
    store: Engine,
    mail: MailService,
    relay: Relay,
    transports: list[MailTransport],
    clock: FrozenClock,
    kept: Kept,
) -> None:
    async with opened(Mailbox()) as mailbox:
        transports[:] = [smtp(mailbox)]
        setattr(mailbox, step, ["550 nobody of that name"])
        await queue(store, mail)
        await relay.drain()
        clock.move(days=1)
        assert await relay.drain() == 0
    assert mailbox.mails == []
    assert "550 nobody of that name" in kept()


async def test_an_address_that_cannot_be_written_to_is_given_up_with_a_reason(
    store: Engine, mail: MailService, relay: Relay, transports: list[MailTransport], kept: Kept
) -> None:
    async with opened(Mailbox()) as mailbox:
        transports[:] = [smtp(mailbox)]
        await queue(store, mail, "ana@example.com\nBcc: all@example.com")
        await relay.drain()
    assert mailbox.mails == []
    assert "is not an e-mail address" in kept()


async def test_a_refused_sender_holds_mails_up_and_loses_none() -> None:
    async with opened(Mailbox()) as mailbox:
        mailbox.sender = ["550 not your address"]
        with pytest.raises(NotNow) as refused:
            await smtp(mailbox).send(a_mail(), SENDER)
    assert (refused.value.verdict.fault, refused.value.verdict.words) == (Fault.SENDER, "550 not your address")


async def test_a_wrong_password_holds_mails_up_and_loses_none() -> None:
    async with opened(Mailbox(), password="right") as mailbox:
        with pytest.raises(NotNow):
            await smtp(mailbox, user="tienda", password="wrong").send(a_mail(), SENDER)
        await smtp(mailbox, user="tienda", password="right").send(a_mail(), SENDER)
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_nothing_goes_in_the_clear_where_encryption_is_asked_for(security: str) -> None:
    async with opened(Mailbox()) as mailbox:
        with pytest.raises(NotNow):
            await smtp(mailbox, security=security, timeout=2).send(a_mail(), SENDER)
    assert mailbox.tried == []


async def test_a_cancelled_effect_leaves_the_server_alone() -> None:
    async with opened(Mailbox()) as mailbox:
        mailbox.data = [STALL]
        sending = asyncio.create_task(smtp(mailbox).send(a_mail(), SENDER))
        await mailbox.stalled.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    assert mailbox.mails == []


async def test_a_refusal_names_the_address_and_the_servers_words() -> None:
    async with opened(Mailbox()) as mailbox:
        mailbox.recipient = ["553 mailbox name not allowed"]
        with pytest.raises(Undeliverable, match="553 mailbox name not allowed") as refused:
            await smtp(mailbox).send(a_mail(), SENDER)
    assert isinstance(refused.value, Never)
    assert refused.value.verdict.fault is Fault.RECIPIENT


async def test_no_more_than_eight_talk_to_the_server_at_once() -> None:
    async with opened(Mailbox()) as mailbox:
        transport = smtp(mailbox)
        await asyncio.gather(*(transport.send(a_mail(), SENDER) for _ in range(30)))
    assert len(mailbox.mails) == 30
    assert mailbox.most_at_once == 8


async def test_whoever_waits_too_long_for_a_turn_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoco.features.mail.providers.smtp._PATIENCE", 0.05)
    async with opened(Mailbox()) as mailbox:
        mailbox.data = [STALL] * 8
        transport = smtp(mailbox, timeout=0.3)
        ends = await asyncio.gather(*(transport.send(a_mail(), SENDER) for _ in range(9)), return_exceptions=True)
        assert [type(end) for end in ends] == [NotNow] * 9
        mailbox.data = []
        transport._server = smtp(mailbox)._server  # which has more patience
        await transport.send(a_mail(), SENDER)  # every turn was given back
    assert len(mailbox.mails) == 1


async def test_a_name_server_that_is_silent_holds_up_nothing_but_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    silent, looked_up = threading.Event(), socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **more: Any) -> Any:
        if host == "mail.example.com":
            silent.wait(10)
        return looked_up("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(6))  # as many as two processors give
    transport = SmtpTransport(SmtpServer(host="mail.example.com", port=1, security="none", timeout=0.5))
    sending = [asyncio.create_task(transport.send(a_mail(), SENDER)) for _ in range(40)]
    await asyncio.sleep(0.1)
    try:
        async with asyncio.timeout(5):  # less than those would keep a thread
            assert await asyncio.to_thread(int, "1") == 1  # the threads for pictures and all else
        with pytest.raises(NotNow) as refused:
            await sending[0]
        assert refused.value.verdict.fault is Fault.NAME
    finally:
        silent.set()
        await asyncio.gather(*sending, return_exceptions=True)
