"""What seldom happens in chat: things that are done twice, and what somebody else did in between."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.features.chat.test_service import Verify, token_of, words, written

from zoco.app import Shop
from zoco.features.chat.errors import TooFast
from zoco.features.chat.events import (
    ConversationRead,
    ConversationSettled,
    ConversationTaken,
    QuestionAsked,
    Typing,
    WriterMuted,
)
from zoco.features.chat.models import Conversation, ConversationState, conversation_of
from zoco.features.chat.repository import Conversations
from zoco.features.chat.service import ChatService
from zoco.features.chat.service.guests import ASKS
from zoco.kit.events import Event
from zoco.kit.permissions import Actor
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock


async def test_a_question_that_was_dropped_before_its_mail_was_written_is_not_mailed(
    shop: Shop, chat: ChatService, relay: Relay, clock: FrozenClock, facts: list[Event]
) -> None:
    await chat.ask("Rosa", "rosa@example.com", "¿Envían a Perú?", "es")
    (asked,) = (fact for fact in facts if isinstance(fact, QuestionAsked))
    async with shop.store.read() as tx:
        assert await chat.question(tx, asked.question)
    clock.move(days=8)
    await chat.prune_questions()
    async with shop.store.read() as tx:
        assert await chat.question(tx, asked.question) is None
    await relay.drain()
    assert await written(shop, "chat/confirm") == []


async def test_a_link_takes_nothing_from_the_account_that_has_shown_that_the_address_is_its_own(
    shop: Shop, chat: ChatService, eva: Actor, relay: Relay, verify: Verify, facts: list[Event]
) -> None:
    await verify(eva)
    await chat.say(eva, "", "Hola")
    await chat.ask("Eva, sin entrar", eva.email, "¿Hay tazas?", "es")
    await chat.confirm(await token_of(shop, relay))
    assert [fact for fact in facts if isinstance(fact, ConversationTaken)] == []
    assert (await chat.enter(eva)).user == eva.id
    assert await words(chat, eva) == ["Hola", "¿Hay tazas?"]


async def test_who_is_blocked_or_let_again_twice_is_so_once(
    chat: ChatService, eva: Actor, sara: Actor, facts: list[Event]
) -> None:
    for blocked in (False, True, True, False, False):
        await chat.block(sara, eva.email, blocked=blocked)
        assert (await chat.enter(sara, eva.email)).blocked is blocked
    assert [fact.blocked for fact in facts if isinstance(fact, WriterMuted)] == [True, False]


async def test_what_is_settled_twice_is_so_once(chat: ChatService, eva: Actor, sara: Actor, facts: list[Event]) -> None:
    opened, done = ConversationState.OPEN, ConversationState.DONE
    await chat.say(eva, "", "Hola")
    for state in (opened, done, done, opened):
        await chat.settle(sara, eva.email, state)
        assert (await chat.enter(eva)).state is state
    assert [fact.state for fact in facts if isinstance(fact, ConversationSettled)] == [done, opened]


async def test_a_mail_that_another_process_has_begun_to_write_is_not_written_here(
    shop: Shop, chat: ChatService, eva: Actor, sara: Actor, clock: FrozenClock
) -> None:
    await chat.say(sara, eva.email, "Su pedido ya salió.")
    clock.move(minutes=11)
    async with shop.store.write() as tx:
        assert await tx[Conversations].claim_mail(conversation_of(eva.email), clock.now())
    await chat._mail_answers(conversation_of(eva.email))
    assert await written(shop, "chat/answers") == []
    assert (await chat.enter(sara, eva.email)).mailed_seq == 0


async def test_an_answer_that_was_removed_before_it_was_mailed_leads_to_no_mail(
    shop: Shop, chat: ChatService, eva: Actor, sara: Actor, clock: FrozenClock
) -> None:
    await chat.say(sara, eva.email, "Su pedido ya salió.")
    clock.move(minutes=11)
    await chat.mail_waiting()
    await chat.say(sara, eva.email, "Esto era para otra persona.")
    await chat.remove(sara, eva.email, 2)
    clock.move(minutes=11)
    await chat.mail_waiting()
    (text,) = await written(shop, "chat/answers")
    assert "otra persona" not in text
    found = await chat.enter(sara, eva.email)
    assert (found.mailed_seq, found.mail_due) == (2, None)


async def test_what_another_page_has_read_in_between_is_told_once(
    chat: ChatService, eva: Actor, sara: Actor, facts: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    await chat.say(eva, "", "¿Hay tazas?")
    await chat.say(sara, eva.email, "Sí.")
    before = await chat.enter(eva)
    await chat.read(eva, "", 2)

    async def entered_before(*_: object) -> Conversation:
        return before

    monkeypatch.setattr(chat, "_enter", entered_before)
    await chat.read(eva, "", 2)
    assert [(fact.seq, fact.staff) for fact in facts if isinstance(fact, ConversationRead)] == [(2, False)]


async def test_nobody_is_told_that_somebody_blocked_is_typing(
    chat: ChatService, eva: Actor, sara: Actor, facts: list[Event]
) -> None:
    for blocked in (True, False):
        await chat.block(sara, eva.email, blocked=blocked)
        await chat.typing(eva, "")
        assert len([fact for fact in facts if isinstance(fact, Typing)]) == (not blocked)


async def test_who_asks_at_the_same_moment_as_others_has_asked_once(
    chat: ChatService, facts: list[Event], overtaken: Callable[[], None]
) -> None:
    overtaken()
    for _ in range(ASKS.tries):
        await chat.ask("Rosa", "rosa@example.com", "¿?", "es")
    assert len([fact for fact in facts if isinstance(fact, QuestionAsked)]) == ASKS.tries
    with pytest.raises(TooFast):
        await chat.ask("Rosa", "rosa@example.com", "¿?", "es")
