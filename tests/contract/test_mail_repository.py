"""What every engine promises of the port `Mails`."""

from __future__ import annotations

from datetime import timedelta

from tests.features.mail.letters import a_mail

from zoco.features.mail.models import Fault, Mail, MailQuery, MailState, Verdict
from zoco.features.mail.repository import Mails
from zoco.kit.ids import MailId
from zoco.kit.store import Store
from zoco.testing.clock import FrozenClock


async def test_a_mail_comes_back_as_it_was_stored(store: Store) -> None:
    mail = a_mail(text="Línea uno\nlínea dos\n", subject="¿Qué tal?")
    async with store.write() as tx:
        assert await tx[Mails].add(mail)
    async with store.read() as tx:
        assert await tx[Mails].get(mail.id) == mail
        assert await tx[Mails].get(MailId("another")) is None


async def test_a_second_mail_with_the_same_key_changes_nothing(store: Store) -> None:
    mail = a_mail(key="same")
    async with store.write() as tx:
        assert await tx[Mails].add(mail)
        assert not await tx[Mails].add(a_mail(key="same", subject="Another"))
    async with store.read() as tx:
        assert [line.id for line in (await tx[Mails].page(MailQuery())).items] == [mail.id]


async def test_the_first_time_it_was_sent_counts(store: Store, clock: FrozenClock) -> None:
    mail, other = a_mail(), a_mail()
    first = clock.now()
    async with store.write() as tx:
        await tx[Mails].add(mail)
        await tx[Mails].add(other)
        await tx[Mails].mark_sent(mail.id, first)
    async with store.write() as tx:
        await tx[Mails].mark_sent(mail.id, clock.move(hours=1))
    async with store.read() as tx:
        sent, waiting = await tx[Mails].get(mail.id), await tx[Mails].get(other.id)
    assert sent is not None
    assert waiting is not None
    assert (sent.sent_at, waiting.sent_at) == (first, None)


async def test_pages_go_from_the_newest_to_the_oldest(store: Store) -> None:
    mails = [a_mail() for _ in range(5)]
    async with store.write() as tx:
        for mail in mails:
            await tx[Mails].add(mail)
    seen, after = list[MailId](), None
    async with store.read() as tx:
        for expected in (2, 2, 1):
            page = await tx[Mails].page(MailQuery(after=after, limit=2))
            assert len(page.items) == expected
            seen += [line.id for line in page.items]
            after = page.next
    assert after is None
    assert seen == [mail.id for mail in reversed(mails)]


async def stored(store: Store, *mails: Mail) -> None:
    async with store.write() as tx:
        for mail in mails:
            assert await tx[Mails].add(mail)


async def test_a_mail_comes_back_with_all_that_became_of_it(store: Store, clock: FrozenClock) -> None:
    mail = a_mail(
        about="order 12", private=True, state=MailState.FAILED, attempts=3, tried_at=clock.now(), fault=Fault.RECIPIENT,
        error="550 no", event="e", reopened_at=clock.now(),
    )  # fmt: skip
    await stored(store, mail)
    async with store.read() as tx:
        assert await tx[Mails].get(mail.id) == mail
        assert [record for _, record in await tx[Mails].records(None, 10)] == [mail]


async def test_tries_are_counted_with_what_went_wrong_until_one_works(store: Store, clock: FrozenClock) -> None:
    mail = a_mail()
    await stored(store, mail)
    first = clock.now()
    async with store.write() as tx:
        await tx[Mails].mark_tried(mail.id, first, Verdict(fault=Fault.LATER, words="451 later"), failed=False)
    async with store.read() as tx:
        tried = await tx[Mails].get(mail.id)
    assert tried is not None
    assert (tried.state, tried.attempts, tried.tried_at) == (MailState.WAITING, 1, first)
    assert (tried.fault, tried.error) == (Fault.LATER, "451 later")
    second = clock.move(hours=1)
    async with store.write() as tx:
        await tx[Mails].mark_sent(mail.id, second)
        await tx[Mails].mark_tried(mail.id, second, Verdict(fault=Fault.STALL), failed=True)  # too late
    async with store.read() as tx:
        sent = await tx[Mails].get(mail.id)
    assert sent is not None
    assert (sent.state, sent.attempts, sent.sent_at, sent.fault, sent.error) == (MailState.SENT, 2, second, None, "")


async def test_only_what_has_left_or_failed_is_opened_again(store: Store, clock: FrozenClock) -> None:
    sent, failed, waiting = (a_mail() for _ in range(3))
    await stored(store, sent, failed, waiting)
    now = clock.now()
    async with store.write() as tx:
        await tx[Mails].mark_sent(sent.id, now)
        await tx[Mails].mark_tried(failed.id, now, Verdict(fault=Fault.RECIPIENT), failed=True)
    async with store.write() as tx:
        assert [await tx[Mails].reopen(mail.id, "again", now) for mail in (sent, failed, waiting)] == [
            True,
            True,
            False,
        ]
        assert not await tx[Mails].reopen(MailId("another"), "again", now)
    async with store.read() as tx:
        for mail in (sent, failed):
            found = await tx[Mails].get(mail.id)
            assert found is not None
            assert (found.state, found.sent_at, found.event) == (MailState.WAITING, None, "again")
            assert (found.reopened_at, found.attempts) == (now, 1)


async def test_pages_are_narrowed_by_state_by_subject_matter_by_template_and_by_words(
    store: Store, clock: FrozenClock
) -> None:
    ana = a_mail(about="order 1", subject="Envío del árbol AÑEJO, 100%")
    eva = a_mail(to="Eva_Luna@example.com", about="order 12", template="orders/moved")
    await stored(store, ana, eva)
    async with store.write() as tx:
        await tx[Mails].mark_sent(eva.id, clock.now())
    wanted = [
        (MailQuery(state=MailState.SENT), [eva]),
        (MailQuery(state=MailState.WAITING), [ana]),
        (MailQuery(state=MailState.FAILED), []),
        (MailQuery(about="order 1"), [ana]),
        (MailQuery(template="orders/moved"), [eva]),
        (MailQuery(q="LUNA@"), [eva]),
        (MailQuery(q="ENVIO"), [ana]),
        (MailQuery(q="ÁRBOL"), [ana]),
        (MailQuery(q="anejo"), []),
        (MailQuery(q="eva_luna"), [eva]),
        (MailQuery(q="100%"), [ana]),
        (MailQuery(q="_na"), []),
        (MailQuery(q=".*"), []),
        (MailQuery(q="!"), []),
        (MailQuery(q="example.com", state=MailState.SENT, about="order 12"), [eva]),
        (MailQuery(q="example.com"), [eva, ana]),
    ]
    async with store.read() as tx:
        for query, expected in wanted:
            assert [line.id for line in (await tx[Mails].page(query)).items] == [mail.id for mail in expected], query


async def test_mails_are_counted_by_state(store: Store, clock: FrozenClock) -> None:
    async with store.read() as tx:
        assert await tx[Mails].count() == {}
    mails = [a_mail() for _ in range(3)]
    await stored(store, *mails)
    async with store.write() as tx:
        await tx[Mails].mark_sent(mails[0].id, clock.now())
    async with store.read() as tx:
        assert await tx[Mails].count() == {MailState.SENT: 1, MailState.WAITING: 2}


async def test_old_mails_are_forgotten_from_the_oldest_on_and_never_one_that_waits(
    store: Store, clock: FrozenClock
) -> None:
    mails = [a_mail(created_at=clock.now() + timedelta(days=day)) for day in (0, 0, 1, 2)]
    waiting, sent, sent_too, newer = mails
    await stored(store, *mails)
    before = clock.now() + timedelta(days=2)
    async with store.write() as tx:
        for mail in (sent, sent_too, newer):
            await tx[Mails].mark_sent(mail.id, clock.now())
    async with store.write() as tx:
        assert await tx[Mails].forget(MailState.FAILED, before, 1) == 0
        assert [await tx[Mails].forget(MailState.SENT, before, 1) for _ in range(3)] == [1, 1, 0]
        assert [line.id for line in (await tx[Mails].page(MailQuery())).items] == [newer.id, waiting.id]
