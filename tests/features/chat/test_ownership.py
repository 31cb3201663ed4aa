"""Whose a conversation is: of whoever reads the mail of its address."""

from __future__ import annotations

import pytest
from tests.features.chat.test_service import Verify, known, token_of, words, written

from zoco.app import Shop
from zoco.features.accounts.schemas import ChangeUser
from zoco.features.chat.errors import ConversationForeign
from zoco.features.chat.events import ConversationTaken
from zoco.features.chat.service import ChatService
from zoco.kit.events import Event
from zoco.kit.permissions import SYSTEM, Actor
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock
from zoco.testing.people import PASSWORD


async def test_who_once_claimed_an_address_reads_nothing_that_is_said_to_its_owner(
    shop: Shop, chat: ChatService, eva: Actor, sara: Actor, relay: Relay, verify: Verify, clock: FrozenClock
) -> None:
    """An account is made with the address of somebody else, begins a conversation, and is given an own address."""
    await chat.say(eva, "", "Hola")
    accounts = shop.services["accounts"]
    await accounts.change(eva, eva.id, ChangeUser(email="mala@example.com", current_password=PASSWORD))
    await verify(eva)
    thief = (await accounts.get(SYSTEM, eva.id)).actor
    for told in (False, True):
        await chat.say(sara, eva.email, "Su código es 1234.")
        with pytest.raises(ConversationForeign):
            await chat.history(thief, eva.email)
        assert await words(chat, thief) == []
        await relay.drain()
        assert told or (await chat.enter(sara, eva.email)).user is None
    clock.move(minutes=11)
    await chat.mail_waiting()
    assert "/chat-enlace/" in (await written(shop, "chat/answers"))[0]
    await chat.ask("Eva de verdad", eva.email, "¿Qué es esto?", "es")
    guest = chat.guest(await chat.confirm(await token_of(shop, relay)))
    assert len(await words(chat, guest)) == 4
    assert eva.email not in (await accounts.export(thief))["conversations"]


async def test_a_link_takes_the_conversation_from_an_account_with_another_address(
    shop: Shop, chat: ChatService, eva: Actor, relay: Relay, verify: Verify, facts: list[Event]
) -> None:
    """Even where nobody has heard yet that the account has another address."""
    await chat.say(eva, "", "Hola")
    accounts = shop.services["accounts"]
    await chat.ask("Eva de verdad", eva.email, "¿Qué es esto?", "es")
    token = await token_of(shop, relay)
    await accounts.change(eva, eva.id, ChangeUser(email="mala@example.com", current_password=PASSWORD))
    await verify(eva)
    await chat.confirm(token)
    assert [fact.user for fact in facts if isinstance(fact, ConversationTaken)] == [eva.id]


async def test_an_account_that_was_confirmed_owns_what_its_address_had_asked(
    chat: ChatService, eva: Actor, sara: Actor, verify: Verify
) -> None:
    await chat.say(known(eva), "", "Yo pregunté sin cuenta.")
    await chat.say(sara, eva.email, "Dígame.")
    assert (await chat.enter(sara, eva.email)).user is None
    await verify(eva)
    await chat.say(sara, eva.email, "¿Sigue ahí?")
    assert (await chat.enter(sara, eva.email)).user == eva.id
