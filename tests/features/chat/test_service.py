"""Who may read and write what, and what follows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from zoco.app import Shop
from zoco.features.chat.errors import (
    ConversationForeign,
    EmailUnproven,
    GeneralClosed,
    KeyTaken,
    LinkUnreadable,
    MessageMissing,
    TooFast,
    WriterBlocked,
)
from zoco.features.chat.events import MessagePosted, MessageRemoved
from zoco.features.chat.models import GENERAL, ConversationState, InboxQuery, MessageType, conversation_of
from zoco.features.chat.service import ChatService
from zoco.features.mail.repository import Mails
from zoco.kit.errors import Forbidden, Invalid, Unauthenticated
from zoco.kit.events import Event
from zoco.kit.permissions import GUEST, SYSTEM, Actor
from zoco.storage.jobs import Jobs
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock

Verify = Callable[[Actor], Awaitable[None]]


def known(actor: Actor) -> Actor:
    """The same address as a visitor who has confirmed it."""
    return Actor(name="Eva", email=actor.email)


async def written(shop: Shop, template: str) -> list[str]:
    """The texts of the mails of a kind, newest first."""
    async with shop.store.read() as tx:
        records = await tx[Mails].records(None, 100)
    return [mail.text for _, mail in reversed(records) if mail.template == template]


async def words(chat: ChatService, actor: Actor, to: str = "") -> list[str]:
    return [one.body for one in (await chat.history(actor, to)).messages]


async def test_a_question_and_its_answer_are_one_conversation(
    chat: ChatService, eva: Actor, sara: Actor, facts: list[Event]
) -> None:
    asked, again = await chat.say(eva, "", "¿Hay más tazas?")
    answered, _ = await chat.say(sara, eva.email.upper(), "  Sí,\r\n\r\n\r\nen marzo. ")
    assert not again
    assert (asked.seq, asked.type, asked.email, asked.name) == (1, MessageType.USUARIO, eva.email, "Eva Pérez")
    assert (answered.seq, answered.type, answered.email, answered.name) == (2, MessageType.SISTEMA, eva.email, "Sara")
    assert answered.body == "Sí,\n\nen marzo."
    assert await words(chat, eva) == await words(chat, sara, eva.email) == ["¿Hay más tazas?", "Sí,\n\nen marzo."]
    posted = [(fact.conversation, fact.seq) for fact in facts if isinstance(fact, MessagePosted)]
    assert posted == [(conversation_of(eva.email), 1), (conversation_of(eva.email), 2)]


async def test_nobody_reads_or_writes_the_conversation_of_somebody_else(
    chat: ChatService, eva: Actor, luis: Actor
) -> None:
    await chat.say(eva, "", "Es un secreto.")
    for to in (eva.email, "nadie@example.com"):
        with pytest.raises(ConversationForeign):
            await chat.history(luis, to)
        with pytest.raises(ConversationForeign):
            await chat.say(luis, to, "Hola")
        with pytest.raises(ConversationForeign):
            await chat.read(luis, to, 1)
    for to in ("", eva.email, GENERAL):
        with pytest.raises(Unauthenticated):
            await chat.history(GUEST, to)
    assert await words(chat, luis) == []


async def test_the_same_key_is_one_message_however_often_it_is_sent(chat: ChatService, eva: Actor, luis: Actor) -> None:
    sent = await asyncio.gather(*(chat.say(eva, GENERAL, "Hola", "k1") for _ in range(10)))
    assert {message.seq for message, _ in sent} == {1}
    assert [again for _, again in sent].count(False) == 1
    assert (await chat.say(luis, GENERAL, "Hola", "k1"))[0].seq == 2


async def test_other_words_under_the_same_key_are_not_lost_without_a_word(
    chat: ChatService, eva: Actor, sara: Actor
) -> None:
    await chat.say(eva, "", "Hola", "k1")
    assert (await chat.say(eva, "", " Hola ", "k1"))[1]
    with pytest.raises(KeyTaken):
        await chat.say(eva, "", "Adiós", "k1")
    await chat.remove(sara, eva.email, 1)
    assert (await chat.say(eva, "", "Hola", "k1"))[1]


async def test_all_signed_in_talk_in_the_general_channel_which_a_shop_may_close(
    chat: ChatService, eva: Actor, luis: Actor, sara: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chat.say(eva, GENERAL, "Hola a todos")
    await chat.say(sara, GENERAL, "Bienvenidos")
    found = (await chat.history(luis, GENERAL)).messages
    assert [(one.name, one.type) for one in found] == [("Eva Pérez", "usuario"), ("Sara", "sistema")]
    shown = [chat.shown(one, staff=False) for one in found]
    assert [one.email for one in shown] == [None, None]
    assert chat.shown(found[0], staff=True).email == eva.email
    assert len({one.author for one in shown}) == 2
    assert eva.id not in {one.author for one in shown}
    with pytest.raises(Unauthenticated):
        await chat.history(known(eva), GENERAL)
    monkeypatch.setattr(chat, "rules", type(chat.rules)(general=False, mail_after=None, language="es"))
    with pytest.raises(GeneralClosed):
        await chat.history(luis, GENERAL)


@pytest.mark.parametrize("body", ["", " \n\t ", "x" * 2001, "\u202e\0"])
async def test_a_message_has_words_but_not_too_many(chat: ChatService, eva: Actor, body: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await chat.say(eva, "", body)
    assert [error.field for error in refusal.value.errors] == ["body"]


async def test_who_writes_too_fast_waits_and_nobody_else_does(
    chat: ChatService, eva: Actor, luis: Actor, clock: FrozenClock
) -> None:
    for number in range(20):
        await chat.say(eva, "", f"{number}", f"{number}")
    with pytest.raises(TooFast) as refusal:
        await chat.say(eva, "", "más", "k")
    assert (await chat.say(eva, "", "0", "0"))[1]  # what was stored may be sent again
    assert (await chat.say(luis, "", "Hola"))[0].seq == 1
    clock.move(seconds=refusal.value.retry_after)
    assert (await chat.say(eva, "", "más", "k"))[0].seq == 21


async def test_an_address_that_is_only_claimed_shows_nothing_that_was_there(
    chat: ChatService, eva: Actor, luis: Actor, sara: Actor, verify: Verify
) -> None:
    await chat.say(known(eva), "", "Yo pregunté sin cuenta.")
    with pytest.raises(EmailUnproven):
        await chat.history(eva, "")
    with pytest.raises(EmailUnproven):
        await chat.say(eva, "", "Hola")
    await verify(eva)
    assert await words(chat, eva) == ["Yo pregunté sin cuenta."]
    await chat.say(luis, "", "Mi dirección es de otra persona.")
    assert await words(chat, luis) == ["Mi dirección es de otra persona."]


async def test_each_side_knows_what_it_has_not_read(chat: ChatService, eva: Actor, sara: Actor) -> None:
    for body in ("uno", "dos"):
        await chat.say(eva, "", body)
    await chat.say(sara, eva.email, "tres")
    found = await chat.enter(eva)
    assert (found.staff_unread, found.customer_unread) == (2, 1)
    assert await chat.waiting(sara) == 1
    await chat.read(sara, eva.email, 2)
    await chat.read(eva, "", 99)
    found = await chat.enter(eva)
    assert (found.staff_unread, found.staff_seen, found.customer_unread, found.customer_seen) == (0, 2, 0, 3)
    await chat.read(sara, eva.email, 1)
    assert (await chat.enter(eva)).staff_seen == 2
    assert await chat.waiting(sara) == 0


async def test_history_goes_back_page_by_page(chat: ChatService, sara: Actor, eva: Actor) -> None:
    for number in range(1, 8):
        await chat.say(sara, eva.email, str(number))
    newest = await chat.history(sara, eva.email, limit=3)
    assert ([one.seq for one in newest.messages], newest.earlier) == ([5, 6, 7], True)
    older = await chat.history(sara, eva.email, before=5, limit=4)
    assert ([one.seq for one in older.messages], older.earlier) == ([1, 2, 3, 4], False)
    missed = await chat.history(sara, eva.email, after=2, limit=3)
    assert ([one.seq for one in missed.messages], missed.later) == ([3, 4, 5], True)


async def test_staff_remove_block_and_settle_and_others_may_not(
    chat: ChatService, eva: Actor, luis: Actor, sara: Actor, facts: list[Event]
) -> None:
    for call in (
        chat.remove(luis, eva.email, 1),
        chat.block(luis, eva.email, blocked=True),
        chat.settle(luis, eva.email, ConversationState.DONE),
        chat.page(luis, InboxQuery()),
        chat.waiting(luis),
    ):
        with pytest.raises(Forbidden):
            await call
    await chat.say(eva, GENERAL, "¡Compren barato en otra parte!")
    await chat.remove(sara, GENERAL, 1)
    await chat.remove(sara, GENERAL, 1)
    assert len([fact for fact in facts if isinstance(fact, MessageRemoved)]) == 1
    gone = (await chat.history(luis, GENERAL)).messages[0]
    assert (gone.removed, gone.body, gone.seq) == (True, "", 1)
    with pytest.raises(MessageMissing):
        await chat.remove(sara, GENERAL, 2)
    await chat.block(sara, eva.email, blocked=True)
    for to in (GENERAL, ""):
        with pytest.raises(WriterBlocked):
            await chat.say(eva, to, "¡Otra vez!")
    assert len(await words(chat, eva, GENERAL)) == 1
    await chat.block(sara, eva.email, blocked=False)
    await chat.say(eva, "", "Perdón")
    await chat.settle(sara, eva.email, ConversationState.DONE)
    assert (await chat.enter(eva)).state is ConversationState.DONE
    assert [one.email for one in (await chat.page(sara, InboxQuery(text="perdon"))).items] == [eva.email]


@pytest.mark.parametrize("email", ["nada", "a@b", "ana@example.com\0", "x" * 300])
async def test_staff_write_to_addresses_only(chat: ChatService, sara: Actor, email: str) -> None:
    with pytest.raises(Invalid):
        await chat.say(sara, email, "Hola")


async def test_staff_who_are_customers_ask_in_their_own_conversation(chat: ChatService, sara: Actor) -> None:
    message, _ = await chat.say(sara, "", "¿Cuándo llega mi pedido?")
    assert message.type is MessageType.USUARIO
    assert (await chat.enter(sara)).staff_unread == 1


async def test_an_answer_that_waits_unread_is_mailed_once(
    shop: Shop, chat: ChatService, eva: Actor, sara: Actor, clock: FrozenClock, relay: Relay
) -> None:
    async def mails() -> list[str]:
        await Jobs(shop.store, clock, shop.jobs).look()
        return await written(shop, "chat/answers")

    await chat.say(eva, "", "¿Hay tazas?", language="en")
    await chat.say(sara, eva.email, "Sí.")
    clock.move(minutes=9)
    await chat.say(sara, eva.email, "Rojas y azules.")
    assert await mails() == []
    clock.move(minutes=1)
    (text,) = await mails()
    assert "Sí." in text
    assert "Rojas y azules." in text
    assert "we have answered you" in text
    assert f"/chat/{eva.email.replace('@', '%40')}" in text or f"/chat/{eva.email}" in text
    clock.move(minutes=30)
    assert len(await mails()) == 1
    await chat.say(sara, eva.email, "¿Sigue ahí?")
    clock.move(minutes=10)
    later = await mails()
    assert len(later) == 2
    assert "Rojas" not in later[0]
    await chat.say(sara, eva.email, "Hola")
    await chat.read(eva, "", 5)
    clock.move(minutes=30)
    assert len(await mails()) == 2


async def token_of(shop: Shop, relay: Relay) -> str:
    """Of the link in the newest mail."""
    await relay.drain()
    newest = (await written(shop, "chat/confirm"))[0]
    return newest.partition("/chat-enlace/")[2].split()[0]


async def test_a_visitor_asks_and_is_heard_once_the_link_was_opened(
    shop: Shop, chat: ChatService, sara: Actor, relay: Relay
) -> None:
    await chat.ask(" Rosa ", "Rosa@example.com", "¿Envían a Perú?", "es")
    assert (await chat.page(sara, InboxQuery())).items == []
    token = await token_of(shop, relay)
    guest = chat.guest(await chat.confirm(token))
    assert (guest.id, guest.email, guest.name) == (None, "Rosa@example.com", "Rosa")
    assert chat.guest(await chat.confirm(token)) == guest
    assert await words(chat, guest) == ["¿Envían a Perú?"]
    await chat.say(sara, "rosa@example.com", "Sí.")
    await chat.say(guest, "", "¡Gracias!")
    assert await words(chat, sara, "rosa@example.com") == ["¿Envían a Perú?", "Sí.", "¡Gracias!"]
    with pytest.raises(ConversationForeign):
        await chat.history(guest, sara.email)
    with pytest.raises(Unauthenticated):
        await chat.history(guest, GENERAL)


async def test_a_visitor_who_claims_an_address_gets_nothing_but_a_mail_to_it(
    shop: Shop, chat: ChatService, eva: Actor, relay: Relay, clock: FrozenClock
) -> None:
    await chat.say(eva, "", "Es un secreto.")
    await chat.ask("Otra", eva.email, "Enséñame todo", "es")
    token = await token_of(shop, relay)
    assert await words(chat, eva) == ["Es un secreto."]
    for wrong in ("", "x", token[:-2], f"{token}x"):
        with pytest.raises(LinkUnreadable):
            await chat.confirm(wrong)
        assert chat.guest(wrong) == GUEST
    assert chat.guest(token) == GUEST  # a link is no pass
    clock.move(days=8)
    with pytest.raises(LinkUnreadable):
        await chat.confirm(token)


async def test_who_reads_the_mail_of_an_address_has_its_conversation(
    shop: Shop, chat: ChatService, eva: Actor, relay: Relay
) -> None:
    await chat.say(eva, "", "La cuenta no es de quien lee el correo.")
    await chat.ask("Eva de verdad", eva.email, "¿Qué es esto?", "es")
    guest = chat.guest(await chat.confirm(await token_of(shop, relay)))
    assert len(await words(chat, guest)) == 2
    with pytest.raises(EmailUnproven):
        await chat.history(eva, "")


async def test_the_general_channel_is_neither_blocked_nor_done(chat: ChatService, eva: Actor, sara: Actor) -> None:
    await chat.say(eva, GENERAL, "Hola")
    with pytest.raises(Invalid):
        await chat.block(sara, GENERAL, blocked=True)
    with pytest.raises(Invalid):
        await chat.settle(sara, GENERAL, ConversationState.DONE)


async def test_words_stay_apart_whatever_space_is_between_them(chat: ChatService, eva: Actor) -> None:
    said, _ = await chat.say(eva, "", "12,50\u00a0€ o 1\u202f200\u3000yen\u2009?")
    assert said.body == "12,50 € o 1 200 yen ?"


async def test_one_address_gets_few_links(chat: ChatService) -> None:
    for _ in range(5):
        await chat.ask("Rosa", "rosa@example.com", "¿?", "es")
    with pytest.raises(TooFast):
        await chat.ask("Rosa", "ROSA@example.com", "¿?", "es")
    with pytest.raises(Invalid) as refusal:
        await chat.ask("", "x", "", "es")
    assert [error.field for error in refusal.value.errors] == ["name", "email", "body"]


async def test_people_get_a_copy_of_their_words_and_take_them_along(
    shop: Shop, chat: ChatService, eva: Actor, sara: Actor, relay: Relay
) -> None:
    await chat.say(eva, "", "¿Hay tazas?")
    await chat.say(sara, eva.email, "Sí.")
    await chat.say(eva, GENERAL, "Hola")
    copied = await shop.services["accounts"].export(eva)
    assert [line[3] for line in copied["conversations"][eva.email]] == ["¿Hay tazas?", "Sí."]
    assert [line[1] for line in copied["said_to_everybody"]] == ["Hola"]
    await shop.services["accounts"].remove(SYSTEM, eva.id)
    await relay.drain()
    assert await words(chat, sara, eva.email) == []
    (left,) = (await chat.history(sara, GENERAL)).messages
    assert (left.body, left.name, left.email) == ("Hola", "", "")


async def test_presence_lasts_as_long_as_it_is_renewed(chat: ChatService, eva: Actor, clock: FrozenClock) -> None:
    await chat.say(eva, "", "Hola")
    assert not (await chat.enter(eva)).present(clock.now())
    await chat.seen_here([conversation_of(eva.email)])
    assert (await chat.enter(eva)).present(clock.now())
    clock.move(minutes=2)
    assert not (await chat.enter(eva)).present(clock.now())
