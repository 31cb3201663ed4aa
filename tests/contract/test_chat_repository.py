"""What every engine owes the ports of chat."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from tests.samples import NOW

from zoco.features.chat.models import (
    GENERAL,
    Conversation,
    ConversationState,
    InboxQuery,
    Message,
    MessageType,
    Question,
    conversation_of,
)
from zoco.features.chat.repository import Conversations, Messages, Questions
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import ConversationId, MessageId, QuestionId, UserId
from zoco.kit.store import Store, Tx, use_case

EVA = conversation_of("eva@example.com")
MINUTE = timedelta(minutes=1)


def a_conversation(conversation: ConversationId = EVA, **given: Any) -> Conversation:
    usual: dict[str, Any] = {"id": conversation, "email": conversation, "name": "Eva", "user": None, "last_at": NOW}
    return Conversation(**usual | given)


def a_message(store: Store, seq: int, **given: Any) -> Message:
    usual: dict[str, Any] = {
        "id": MessageId(store.new_id()),
        "conversation": EVA,
        "seq": seq,
        "email": "eva@example.com",
        "name": "Eva",
        "type": MessageType.USUARIO,
        "body": f"Mensaje {seq}",
        "sent_at": NOW,
        "author": "eva",
        "client_id": f"key {seq}",
    }
    return Message(**usual | given)


async def said(store: Store, tx: Tx, mail_due: datetime | None = None, **given: Any) -> Message:
    """The next message, as the service posts it."""
    conversation = given.get("conversation", EVA)
    await tx[Conversations].ensure(a_conversation(conversation))
    message = a_message(store, await tx[Conversations].next_seq(conversation), **given)
    await tx[Messages].add(message)
    await tx[Conversations].note(message, message.body, mail_due)
    return message


async def of(store: Store, conversation: ConversationId = EVA) -> Conversation:
    async with store.read() as tx:
        found = await tx[Conversations].get(conversation)
    assert found is not None
    return found


async def test_a_conversation_comes_back_as_it_was_stored(store: Store) -> None:
    full = a_conversation(
        user=UserId("eva"),
        language="en",
        state=ConversationState.DONE,
        last_seq=7,
        last_type=MessageType.SISTEMA,
        preview="¿Qué tal?",
        staff_seen=6,
        staff_unread=1,
        customer_seen=5,
        customer_unread=2,
        blocked=True,
        here_at=NOW,
        mail_due=NOW + MINUTE,
        mailed_seq=3,
    )
    async with store.write() as tx:
        await tx[Conversations].ensure(full)
        await tx[Conversations].ensure(msgspec.structs.replace(full, name="Otra"))
    assert await of(store) == full
    async with store.read() as tx:
        assert await tx[Conversations].get(GENERAL) is None
        assert await tx[Conversations].of_user(UserId("eva")) == [full]
        assert await tx[Conversations].of_user(UserId("luis")) == []


async def test_numbers_count_without_a_gap_and_show_in_the_conversation(store: Store) -> None:
    async with store.write() as tx:
        messages = [await said(store, tx) for _ in range(3)]
    assert [message.seq for message in messages] == [1, 2, 3]
    found = await of(store)
    assert (found.last_seq, found.staff_unread, found.preview) == (3, 3, "Mensaje 3")
    assert found.last_type is MessageType.USUARIO
    async with store.read() as tx:
        assert await tx[Conversations].last_seqs([EVA, GENERAL]) == {EVA: 3}
        assert await tx[Messages].get(EVA, 2) == messages[1]
        assert await tx[Messages].get(GENERAL, 2) is None
        assert await tx[Messages].of_client(EVA, "eva", "key 2") == messages[1]
        assert await tx[Messages].of_client(EVA, "luis", "key 2") is None


async def test_writers_at_once_get_one_number_each(store: Store) -> None:
    @use_case
    async def post(number: int) -> int:
        async with store.write() as tx:
            return (await said(store, tx, client_id=f"{number}")).seq

    async with store.write() as tx:
        await tx[Conversations].ensure(a_conversation())
    seqs = await asyncio.gather(*(post(number) for number in range(8)))
    assert sorted(seqs) == list(range(1, 9))


async def test_who_writes_where_all_is_just_removed_comes_again(store: Store) -> None:
    @use_case
    async def post(number: int) -> None:
        async with store.write() as tx:
            await tx[Conversations].ensure(a_conversation())
            await said(store, tx, client_id=f"{number}")

    @use_case
    async def remove(_: int) -> None:
        async with store.write() as tx:
            await tx[Conversations].remove(EVA)

    for number in range(0, 60, 6):
        await asyncio.gather(*(call(number + more) for more in range(3) for call in (post, remove)))
    await post(60)
    found = await of(store)
    async with store.read() as tx:
        assert [one.seq for one in await tx[Messages].after(EVA, 0, 100)] == list(range(1, found.last_seq + 1))


async def test_a_key_is_good_for_one_message_of_a_writer(store: Store) -> None:
    async with store.write() as tx:
        await said(store, tx, client_id="same")
        await said(store, tx, client_id="same", author="luis")
        await said(store, tx, client_id="same", conversation=GENERAL)
    with pytest.raises(StaleWrite):
        async with store.write() as tx:
            await said(store, tx, client_id="same")
    assert (await of(store)).last_seq == 2


async def test_history_goes_forwards_and_backwards(store: Store) -> None:
    async with store.write() as tx:
        await said(store, tx, conversation=GENERAL)
        for _ in range(5):
            await said(store, tx)

    def seqs(messages: list[Message]) -> list[int]:
        return [message.seq for message in messages]

    async with store.read() as tx:
        assert seqs(await tx[Messages].after(EVA, 2, 2)) == [3, 4]
        assert seqs(await tx[Messages].after(EVA, 5, 2)) == []
        assert seqs(await tx[Messages].before(EVA, None, 2)) == [4, 5]
        assert seqs(await tx[Messages].before(EVA, 3, 5)) == [1, 2]
        assert seqs(await tx[Messages].before(EVA, 1, 5)) == []


async def test_each_side_has_unread_messages_of_the_other(store: Store) -> None:
    due = NOW + MINUTE
    async with store.write() as tx:
        await said(store, tx)
        await said(store, tx)
        for later in (0, 1):
            answer = a_message(store, await tx[Conversations].next_seq(EVA), type=MessageType.SISTEMA)
            await tx[Messages].add(answer)
            await tx[Conversations].note(answer, "…", due + later * MINUTE)
        assert await tx[Conversations].waiting() == 1
    found = await of(store)
    assert (found.staff_unread, found.customer_unread, found.mail_due) == (2, 2, due)
    async with store.write() as tx:
        assert await tx[Conversations].read(EVA, 1, staff=True)
        assert await tx[Conversations].read(EVA, 3, staff=False)
        assert await tx[Conversations].waiting() == 1
    found = await of(store)
    assert (found.staff_seen, found.staff_unread) == (1, 1)
    assert (found.customer_seen, found.customer_unread, found.mail_due) == (3, 1, due)
    async with store.write() as tx:
        assert await tx[Conversations].read(EVA, 4, staff=True)
        assert await tx[Conversations].read(EVA, 4, staff=False)
        assert await tx[Conversations].waiting() == 0
    assert (await of(store)).mail_due is None
    async with store.write() as tx:
        for staff in (True, False):
            assert not await tx[Conversations].read(EVA, 4, staff=staff)
            assert not await tx[Conversations].read(EVA, 2, staff=staff)
    found = await of(store)
    assert (found.staff_seen, found.staff_unread, found.customer_seen, found.customer_unread) == (4, 0, 4, 0)


async def test_what_is_written_while_somebody_reads_stays_unread(store: Store) -> None:
    @use_case
    async def post(number: int) -> None:
        async with store.write() as tx:
            await said(store, tx, client_id=f"{number}")

    @use_case
    async def read(_: int) -> None:
        seq = (await of(store)).last_seq
        async with store.write() as tx:
            await tx[Conversations].read(EVA, seq, staff=True)

    async with store.write() as tx:
        await said(store, tx, client_id="first")
    await asyncio.gather(*(call(number) for number in range(2, 8) for call in (post, read)))
    found = await of(store)
    assert (found.last_seq, found.staff_unread) == (7, 7 - found.staff_seen)


async def test_what_was_taken_away_is_not_unread(store: Store) -> None:
    async with store.write() as tx:
        await said(store, tx)
        await said(store, tx, type=MessageType.SISTEMA, mail_due=NOW)
        for seq in (1, 2):
            await tx[Messages].remove(EVA, seq)
            await tx[Conversations].blank(EVA, seq)
    found = await of(store)
    assert (found.staff_unread, found.customer_unread, found.mail_due, found.preview) == (0, 0, None, "")


async def test_mails_are_due_by_their_time_until_they_are_sent(store: Store) -> None:
    others = [conversation_of(f"{name}@example.com") for name in ("b", "a")]
    async with store.write() as tx:
        await tx[Conversations].ensure(a_conversation(mail_due=NOW + MINUTE))
        await tx[Conversations].ensure(a_conversation(others[0], mail_due=NOW))
        await tx[Conversations].ensure(a_conversation(others[1]))
    async with store.write() as tx:
        assert [one.id for one in await tx[Conversations].mail_due(NOW, 9)] == [others[0]]
        assert [one.id for one in await tx[Conversations].mail_due(NOW + MINUTE, 9)] == [others[0], EVA]
        assert [one.id for one in await tx[Conversations].mail_due(NOW + MINUTE, 1)] == [others[0]]
        assert not await tx[Conversations].claim_mail(EVA, NOW)
        assert await tx[Conversations].claim_mail(EVA, NOW + MINUTE)
        assert not await tx[Conversations].claim_mail(EVA, NOW + MINUTE)
        await tx[Conversations].mailed(EVA, 3)
    found = await of(store)
    assert (found.mail_due, found.mailed_seq) == (None, 3)


async def test_a_customer_opens_what_was_done_again(store: Store) -> None:
    async with store.write() as tx:
        await said(store, tx)
        await tx[Conversations].settle(EVA, ConversationState.DONE)
        assert await tx[Conversations].waiting() == 0
        await said(store, tx, type=MessageType.SISTEMA)
    assert (await of(store)).state is ConversationState.DONE
    async with store.write() as tx:
        await said(store, tx)
    assert (await of(store)).state is ConversationState.OPEN


async def test_what_staff_change_is_kept(store: Store) -> None:
    async with store.write() as tx:
        await said(store, tx)
        await tx[Conversations].mute(EVA, blocked=True)
        await tx[Conversations].own(EVA, UserId("eva"), "Eva Pérez", "en")
        await tx[Conversations].blank(EVA, 1)
        await tx[Conversations].seen_here([EVA, GENERAL], NOW)
        await tx[Messages].remove(EVA, 1)
        gone = await tx[Messages].get(EVA, 1)
    found = await of(store)
    assert (found.blocked, found.user, found.name, found.language) == (True, "eva", "Eva Pérez", "en")
    assert (found.preview, found.here_at) == ("", NOW)
    assert gone is not None
    assert (gone.removed, gone.body, gone.seq) == (True, "", 1)
    async with store.write() as tx:
        await tx[Conversations].own(EVA, None, "Eva", "")
        await tx[Conversations].mute(EVA, blocked=False)
    found = await of(store)
    assert (found.blocked, found.user, found.language) == (False, None, "")


async def listed(store: Store, **query: Any) -> list[str]:
    """Over all pages."""
    found, after = list[str](), None
    while True:
        async with store.read() as tx:
            page = await tx[Conversations].page(InboxQuery(after=after, limit=2, **query))
        found += [one.id.partition("@")[0] for one in page.items]
        if (after := page.next) is None:
            return found


async def test_the_inbox_lists_by_the_last_message_and_finds_words(store: Store) -> None:
    async with store.write() as tx:
        for place, name in enumerate(("ana", "bea", "caro", "dora")):
            given: dict[str, Any] = {
                "body": f"¿Tienen tazas de {name.upper()} Niño?",
                "sent_at": NOW + (place % 3) * MINUTE,
            }
            await said(store, tx, conversation=conversation_of(f"{name}@example.com"), **given)
        await said(store, tx, conversation=GENERAL, body="taza", sent_at=NOW + 9 * MINUTE)
        await tx[Conversations].ensure(a_conversation(conversation_of("zoe@example.com")))
        await tx[Conversations].settle(conversation_of("bea@example.com"), ConversationState.DONE)
        await tx[Conversations].read(conversation_of("caro@example.com"), 1, staff=True)
        await tx[Conversations].own(conversation_of("dora@example.com"), None, "Doña Perfecta", "")
        await tx[Messages].remove(conversation_of("ana@example.com"), 1)
    assert await listed(store) == ["caro", "bea", "dora", "ana"]
    assert await listed(store, state=ConversationState.DONE) == ["bea"]
    assert await listed(store, state=ConversationState.OPEN) == ["caro", "dora", "ana"]
    assert await listed(store, unread=True) == ["bea", "dora", "ana"]
    assert await listed(store, text="TAZAS de") == ["caro", "bea", "dora"]
    assert await listed(store, text="niño") == ["caro", "bea", "dora"]
    assert await listed(store, text="dona perf") == []
    assert await listed(store, text="Doña Perf") == ["dora"]
    assert await listed(store, text="BEA@example") == ["bea"]
    assert await listed(store, text="tazas", unread=True, state=ConversationState.OPEN) == ["dora"]
    assert await listed(store, text="%") == await listed(store, text=".*") == await listed(store)


async def test_who_leaves_takes_their_words_along(store: Store) -> None:
    async with store.write() as tx:
        await said(store, tx, author="eva", client_id="1")
        await said(store, tx, conversation=GENERAL, author="eva", client_id="1")
        await said(store, tx, conversation=GENERAL, author="luis", client_id="1")
    async with store.write() as tx:
        written = await tx[Messages].of_author("eva", None, 9)
        assert {(one.conversation, one.seq) for one in written} == {(EVA, 1), (GENERAL, 1)}
        assert await tx[Messages].of_author("eva", written[0].id, 9) == written[1:]
        await tx[Conversations].remove(EVA)
        await tx[Messages].forget_author("eva")
        await tx[Messages].forget_author("luis")
        assert await tx[Conversations].get(EVA) is None
        assert await tx[Messages].after(EVA, 0, 9) == []
        left = await tx[Messages].after(GENERAL, 0, 9)
        assert [(one.name, one.email) for one in left] == [("", ""), ("", "")]
        assert not {"eva", "luis"} & {one.author for one in left}


async def test_questions_wait_and_are_forgotten(store: Store) -> None:
    def asked(minutes: int) -> Question:
        return Question(
            id=QuestionId(store.new_id()),
            email="eva@example.com",
            name="Eva",
            body="¿Hay más?",
            language="es",
            asked_at=NOW + minutes * MINUTE,
        )

    first, second = asked(0), asked(1)
    async with store.write() as tx:
        await tx[Questions].add(first)
        await tx[Questions].add(second)
        await tx[Questions].prune(NOW + MINUTE)
        assert await tx[Questions].get(first.id) is None
        assert await tx[Questions].get(second.id) == second
        assert await tx[Questions].remove(second.id)
        assert not await tx[Questions].remove(second.id)


async def test_all_can_be_carried_to_another_engine(store: Store) -> None:
    async with store.write() as tx:
        for _ in range(3):
            await said(store, tx)
        await said(store, tx, conversation=GENERAL)
        question = Question(
            id=QuestionId(store.new_id()), email="e@example.com", name="E", body="?", language="es", asked_at=NOW
        )
        await tx[Questions].add(question)
    async with store.write() as tx:
        conversations = await tx[Conversations].records(None, 9)
        assert [record.id for _, record in conversations] == [EVA, GENERAL]
        assert await tx[Conversations].records(conversations[0][0], 9) == conversations[1:]
        messages = await tx[Messages].records(None, 9)
        assert len(messages) == 4
        assert await tx[Messages].records(messages[1][0], 1) == messages[2:3]
        assert [record for _, record in await tx[Questions].records(None, 9)] == [question]
        for name in (EVA, GENERAL):
            await tx[Conversations].remove(name)
        await tx[Questions].remove(question.id)
        for _, conversation in conversations:
            await tx[Conversations].restore(conversation)
        for _, message in messages:
            await tx[Messages].restore(message)
        await tx[Questions].restore(question)
        assert await tx[Conversations].records(None, 9) == conversations
        assert await tx[Messages].records(None, 9) == messages
        assert await tx[Questions].get(question.id) == question
