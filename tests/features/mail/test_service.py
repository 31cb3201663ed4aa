"""Queueing with what the mail tells of, sending afterwards, and who may look."""

from __future__ import annotations

import pytest
from tests.features.mail.conftest import SENDER, Hand

from zoco.features.audit.models import DeedQuery
from zoco.features.audit.service import AuditService
from zoco.features.mail import service
from zoco.features.mail.errors import MailMissing, MailWaiting
from zoco.features.mail.events import MailQueued
from zoco.features.mail.models import Fault, MailQuery, MailState, Verdict
from zoco.features.mail.providers import MailTransport, NotNow, Renderer
from zoco.features.mail.repository import Mails
from zoco.features.mail.service import Letterhead, MailService
from zoco.kit.errors import Conflict, Forbidden, Unauthenticated
from zoco.kit.events import Undeliverable
from zoco.kit.ids import MailId, UserId
from zoco.kit.permissions import GUEST, SYSTEM, Actor, Role
from zoco.storage.engine import Engine
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock

CUSTOMER = Actor(id=UserId("eva"), role=Role.CUSTOMER)


async def queue(store: Engine, mail: MailService, key: str = "1", to: str = "ana@example.com") -> None:
    async with store.write() as tx:
        await mail.queue(tx, "hello", key=key, to=to, language="es")


async def test_a_queued_mail_is_sent_once(
    store: Engine, mail: MailService, relay: Relay, hand: Hand, clock: FrozenClock
) -> None:
    await queue(store, mail)
    assert not hand.mails
    await relay.drain()
    await relay.drain()
    [sent] = hand.mails
    assert (sent.to, sent.subject, sent.language, sent.template) == ("ana@example.com", "Hola", "es", "hello")
    assert sent.message_id == f"<{sent.id}@example.com>"
    assert sent.created_at == clock.now()
    assert (await mail.show(SYSTEM, sent.id)).sent_at == clock.now()


async def test_the_same_key_template_and_address_is_one_mail(
    store: Engine, mail: MailService, relay: Relay, hand: Hand
) -> None:
    await queue(store, mail)
    await queue(store, mail)
    await queue(store, mail, to="eva@example.com")
    await queue(store, mail, key="2")
    await relay.drain()
    assert sorted(sent.to for sent in hand.mails) == ["ana@example.com", "ana@example.com", "eva@example.com"]


async def test_a_mail_of_a_use_case_that_was_undone_does_not_exist(
    store: Engine, mail: MailService, relay: Relay, hand: Hand
) -> None:
    async def change_ones_mind() -> None:
        async with store.write() as tx:
            await mail.queue(tx, "hello", key="1", to="ana@example.com", language="es")
            raise Conflict

    with pytest.raises(Conflict):
        await change_ones_mind()
    assert await relay.drain() == 0
    assert not hand.mails
    assert (await mail.page(SYSTEM, MailQuery())).items == []


async def test_a_transport_that_fails_is_asked_again_until_it_works(
    store: Engine, mail: MailService, relay: Relay, hand: Hand, clock: FrozenClock
) -> None:
    hand.refusals = [ConnectionRefusedError("nobody there")] * 3
    await queue(store, mail)
    for _ in range(3):
        assert await relay.drain() == 1
        assert not hand.mails
        clock.move(hours=1)
    await relay.drain()
    assert len(hand.mails) == 1


async def test_what_was_sent_is_not_sent_again_when_its_fact_comes_twice(
    store: Engine, mail: MailService, relay: Relay, hand: Hand
) -> None:
    await queue(store, mail)
    await relay.drain()
    async with store.write() as tx:
        tx.emit(MailQueued(mail=hand.mails[0].id))
    assert await relay.drain() == 1
    assert len(hand.mails) == 1


async def test_a_mail_that_is_gone_cannot_be_delivered(mail: MailService) -> None:
    with pytest.raises(Undeliverable, match="no longer there"):
        await mail.send(MailId("nothing"))


async def test_the_last_transport_is_the_one_that_is_used(
    store: Engine, mail: MailService, relay: Relay, hand: Hand, transports: list[MailTransport]
) -> None:
    await queue(store, mail)
    better = Hand()
    transports.append(better)
    await relay.drain()
    assert (len(hand.mails), len(better.mails)) == (0, 1)


async def test_the_shop_is_told_in_its_own_language(store: Engine, mail: MailService, relay: Relay, hand: Hand) -> None:
    async with store.write() as tx:
        await mail.notify(tx, "hello", key="1")
    await relay.drain()
    assert [(sent.to, sent.language) for sent in hand.mails] == [("dueña@example.com", "es")]


async def test_a_shop_that_wants_no_notice_gets_none(
    store: Engine, clock: FrozenClock, renderer: Renderer, hand: Hand
) -> None:
    quiet = MailService(store, clock, renderer, [hand], Letterhead(SENDER, "", "es"), audit=AuditService(store, clock))
    async with store.write() as tx:
        await quiet.notify(tx, "hello", key="1")
        assert (await tx[Mails].page(MailQuery())).items == []


def test_a_sender_that_is_no_address_stops_the_start(
    store: Engine, clock: FrozenClock, renderer: Renderer, hand: Hand
) -> None:
    with pytest.raises(ValueError, match=r"mail\.sender"):
        MailService(store, clock, renderer, [hand], Letterhead("Zoco <>", "", "es"), audit=AuditService(store, clock))


async def test_staff_look_at_mails_newest_first(store: Engine, mail: MailService) -> None:
    for key in "123":
        await queue(store, mail, to=f"{key}@example.com")
    first = await mail.page(SYSTEM, MailQuery(limit=2))
    assert [found.to[0] for found in first.items] == ["3", "2"]
    rest = await mail.page(SYSTEM, MailQuery(after=first.next, limit=2))
    assert [found.to[0] for found in rest.items] == ["1"]
    assert rest.next is None
    assert (await mail.show(SYSTEM, first.items[0].id)).text == "Hola\n"


async def test_nobody_else_looks_at_mails(mail: MailService) -> None:
    for actor, refusal in ((GUEST, Unauthenticated), (CUSTOMER, Forbidden)):
        with pytest.raises(refusal):
            await mail.page(actor, MailQuery())
        with pytest.raises(refusal):
            await mail.show(actor, MailId("1"))
        with pytest.raises(refusal):
            await mail.next_tries(actor, [])
        with pytest.raises(refusal):
            await mail.count(actor)
        with pytest.raises(refusal):
            await mail.send_again(actor, MailId("1"))
        with pytest.raises(refusal):
            await mail.hasten(actor)
        with pytest.raises(refusal):
            await mail.probe(actor)
        with pytest.raises(refusal):
            await mail.test(actor, "ana@example.com")
        with pytest.raises(refusal):
            mail.templates(actor)
        with pytest.raises(refusal):
            mail.sample(actor, "mail/test", "es")


async def test_staff_see_what_went_wrong_and_when_it_is_tried_next(
    store: Engine, mail: MailService, relay: Relay, hand: Hand, clock: FrozenClock
) -> None:
    hand.refusals = [NotNow(Verdict(fault=Fault.LATER, words="451 later")), ValueError("odd")]
    await queue(store, mail)
    await relay.drain()
    [line] = (await mail.page(SYSTEM, MailQuery(state=MailState.WAITING))).items
    verdict = mail.verdict(line)
    assert verdict is not None
    assert (verdict.fault, verdict.words, verdict.params["to"]) == (Fault.LATER, "451 later", "ana@example.com")
    assert verdict.params["host"] == "smtp.example.com"
    due = (await mail.next_tries(SYSTEM, [line]))[line.id]
    assert 1 <= (due - clock.now()).total_seconds() <= 3
    clock.move(hours=1)
    await relay.drain()
    [line] = (await mail.page(SYSTEM, MailQuery())).items
    assert (line.attempts, line.fault, line.error) == (2, Fault.OTHER, "odd")
    clock.move(hours=1)
    await relay.drain()
    [line] = (await mail.page(SYSTEM, MailQuery())).items
    assert (line.state, line.attempts, mail.verdict(line)) == (MailState.SENT, 3, None)
    assert await mail.next_tries(SYSTEM, [line]) == {}
    assert await mail.count(SYSTEM) == {MailState.SENT: 1}


async def test_all_that_waits_can_be_tried_at_once(store: Engine, mail: MailService, relay: Relay, hand: Hand) -> None:
    hand.refusals = [ConnectionRefusedError()] * 3
    for key in "123":
        await queue(store, mail, key=key)
    await relay.drain()
    assert await relay.drain() == 0
    assert await mail.hasten(SYSTEM) == 3
    assert await relay.drain() == 3
    assert len(hand.mails) == 3
    assert await mail.hasten(SYSTEM) == 0


async def test_a_mail_that_never_leaves_is_given_up_before_the_outbox_would(
    store: Engine, mail: MailService, relay: Relay, hand: Hand, clock: FrozenClock
) -> None:
    await queue(store, mail)
    for _ in range(12):
        hand.refusals = [NotNow(Verdict(fault=Fault.REFUSED, words="refused"))]
        await relay.drain()
        clock.move(hours=9)
    [line] = (await mail.page(SYSTEM, MailQuery())).items
    assert (line.state, line.fault, line.attempts) == (MailState.FAILED, Fault.REFUSED, 12)
    assert await relay.drain() == 0
    hand.refusals = [NotNow(Verdict(fault=Fault.REFUSED, words="refused"))]
    await mail.send_again(SYSTEM, line.id)  # days later, it still has its days
    await relay.drain()
    clock.move(hours=1)
    await relay.drain()
    assert [sent.message_id for sent in hand.mails] == [f"<{line.id}@example.com>"]


async def test_a_shop_that_was_off_for_days_gives_nothing_up_at_its_first_try(
    store: Engine, mail: MailService, relay: Relay, hand: Hand, clock: FrozenClock
) -> None:
    await queue(store, mail)
    clock.move(days=9)
    for _ in range(10):
        hand.refusals = [NotNow(Verdict(fault=Fault.NAME, words="no network yet"))]
        await relay.drain()
        clock.move(hours=1)
    await relay.drain()
    assert (await mail.count(SYSTEM)) == {MailState.SENT: 1}


async def test_a_mail_is_sent_again_on_purpose_with_the_same_message_id(
    store: Engine, mail: MailService, relay: Relay, hand: Hand, clock: FrozenClock
) -> None:
    await queue(store, mail)
    [line] = (await mail.page(SYSTEM, MailQuery())).items
    with pytest.raises(MailWaiting):
        await mail.send_again(SYSTEM, line.id)
    await relay.drain()
    await mail.send_again(SYSTEM, line.id)
    with pytest.raises(MailWaiting):
        await mail.send_again(SYSTEM, line.id)
    await relay.drain()
    assert len(hand.mails) == 2
    assert len({sent.message_id for sent in hand.mails}) == 1
    [deed] = (await AuditService(store, clock).page(SYSTEM, DeedQuery())).items
    assert (deed.action, deed.subject, deed.details["to"]) == ("mail.send_again", f"mail {line.id}", "ana@example.com")
    with pytest.raises(MailMissing):
        await mail.send_again(SYSTEM, MailId("nothing"))


async def test_nobody_sees_a_mail_with_somebodys_own_link(store: Engine, mail: MailService, relay: Relay) -> None:
    async with store.write() as tx:
        await mail.queue(tx, "hello", key="1", to="ana@example.com", language="es", token="secret")
    [line] = (await mail.page(SYSTEM, MailQuery())).items
    shown = await mail.show(SYSTEM, line.id)
    assert (line.private, shown.private, shown.text, shown.html) == (True, True, "", "")


async def test_the_mails_about_something_are_found_there(store: Engine, mail: MailService) -> None:
    async with store.write() as tx:
        for about in ("order 1", "order 12", ""):
            await mail.queue(tx, "hello", key=about, to="ana@example.com", language="es", about=about)
    assert [line.about for line in (await mail.page(SYSTEM, MailQuery(about="order 1"))).items] == ["order 1"]


async def test_a_trial_mail_leaves_at_once_and_stands_in_no_log(mail: MailService, hand: Hand) -> None:
    assert (await mail.test(SYSTEM, "ana@example.com")).ok
    assert [(sent.to, sent.language) for sent in hand.mails] == [("ana@example.com", "es")]
    hand.refusals = [NotNow(Verdict(fault=Fault.PASSWORD, words="535 no"))]
    verdict = await mail.test(SYSTEM, "ana@example.com")
    assert (verdict.fault, verdict.params["user"]) == (Fault.PASSWORD, "tienda")
    assert (await mail.page(SYSTEM, MailQuery())).items == []
    assert (await mail.probe(SYSTEM)).ok  # a transport that nobody can ask counts as well


async def test_a_mail_that_never_was_is_missing(mail: MailService) -> None:
    with pytest.raises(MailMissing):
        await mail.show(SYSTEM, MailId("nothing"))


async def test_what_left_a_year_ago_is_forgotten_and_what_waits_is_not(
    store: Engine, mail: MailService, relay: Relay, hand: Hand, clock: FrozenClock
) -> None:
    await queue(store, mail)
    await relay.drain()
    clock.move(days=300)
    hand.refusals = [NotNow(Verdict(fault=Fault.REFUSED, words="refused"))]
    await queue(store, mail, "2", "eva@example.com")
    await relay.drain()
    clock.move(days=66)
    await mail.forget_old()
    assert [line.to for line in (await mail.page(SYSTEM, MailQuery())).items] == ["eva@example.com"]
    clock.move(days=400)
    await mail.forget_old()
    assert await mail.count(SYSTEM) == {MailState.WAITING: 1}


async def test_all_that_is_old_is_forgotten_however_much_it_is(
    store: Engine, mail: MailService, relay: Relay, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_AT_ONCE", 2)
    for key in range(5):
        await queue(store, mail, str(key))
    await relay.drain()
    assert (await mail.count(SYSTEM))[MailState.SENT] == 5
    clock.move(days=366)
    await mail.forget_old()
    assert (await mail.page(SYSTEM, MailQuery())).items == []
