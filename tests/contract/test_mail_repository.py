"""What every engine promises of the port `Mails`."""

from __future__ import annotations

from tests.features.mail.letters import a_mail

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
        assert (await tx[Mails].page(None, 10)).items == [mail]


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
    seen, after = [], None
    async with store.read() as tx:
        for expected in (2, 2, 1):
            page = await tx[Mails].page(after, 2)
            assert len(page.items) == expected
            seen += page.items
            after = page.next
    assert after is None
    assert seen == mails[::-1]
