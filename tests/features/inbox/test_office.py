"""Conversations in the back office, as staff without JavaScript work with them."""

from __future__ import annotations

import html
import re

import httpx
import pytest
from tests.browsing import browsing, enter, hidden, text
from tests.features.conftest import Offer

from zoco.features.cart.service import CartService
from zoco.features.chat.models import ConversationState, conversation_of
from zoco.features.chat.service import ChatService
from zoco.features.inbox.office.conversations import address_of, meant
from zoco.features.inbox.schemas import ReplyForm
from zoco.features.inbox.service import InboxService
from zoco.features.orders.schemas import PlaceOrder
from zoco.features.orders.service import OrderService
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.permissions import Actor
from zoco.testing.clock import FrozenClock

MESSAGES = "/panel/mensajes"


def written(page: httpx.Response) -> str:
    """What stands in the field of the answer."""
    found = re.search(r"<textarea[^>]* name=\"body\"[^>]*>([^<]*)</textarea>", page.text)
    assert found
    return html.unescape(found[1])


class TestList:
    async def test_who_wrote_last_stands_first_with_what_is_unread(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor, iker: Actor, clock: FrozenClock
    ) -> None:
        await chat.say(eva, "", "¿Tenéis jarras?")
        clock.move(minutes=1)
        await chat.say(iker, "", "¿Abrís hoy?")
        await chat.say(iker, "", "¿Y mañana?")
        words = text(await desk.get(MESSAGES))
        assert words.index("Iker") < words.index("Eva")
        assert "2 sin leer" in words
        assert "¿Y mañana?" in words

    async def test_what_is_done_is_not_shown_until_asked_for(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor, iker: Actor, nora: Actor
    ) -> None:
        await chat.say(eva, "", "Hola")
        await chat.say(iker, "", "Hola")
        await chat.settle(nora, eva.email, ConversationState.DONE)
        assert "Eva" not in text(await desk.get(MESSAGES))
        assert "Eva" in text(await desk.get(MESSAGES, params={"state": "done"}))
        both = text(await desk.get(MESSAGES, params={"state": "all"}))
        assert "Eva" in both
        assert "Iker" in both

    @pytest.mark.parametrize("typed", ["eva", "COMPRADORA", "jarra", "eva@"])
    async def test_it_can_be_searched(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor, iker: Actor, typed: str
    ) -> None:
        await chat.say(eva, "", "¿Tenéis jarras?")
        await chat.say(iker, "", "¿Abrís hoy?")
        typed = eva.email if typed == "eva@" else typed
        words = text(await desk.get(MESSAGES, params={"q": typed}))
        assert "Iker" not in words
        assert "Eva Compradora" in words

    async def test_an_empty_one_says_so(self, desk: httpx.AsyncClient) -> None:
        assert "Nadie espera respuesta." in text(await desk.get(MESSAGES))
        assert "Ninguna conversación es así." in text(await desk.get(MESSAGES, params={"q": "nada"}))

    async def test_further_ones_are_on_the_next_page(
        self, desk: httpx.AsyncClient, chat: ChatService, nora: Actor, clock: FrozenClock
    ) -> None:
        for number in range(21):
            await chat.say(nora, f"n{number}@example.com", "Hola")
            clock.move(seconds=1)
        first = await desk.get(MESSAGES)
        assert "n0@example.com" not in first.text
        further = re.search(r'rel="next" href="([^"]+)"', first.text)
        assert further
        assert "n0@example.com" in (await desk.get(html.unescape(further[1]))).text

    async def test_the_navigation_counts_who_waits(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor
    ) -> None:
        await chat.say(eva, "", "Hola")
        for address in (f"{MESSAGES}/respuestas", f"{MESSAGES}/en-espera"):
            assert '<span class="count">1<span class="hidden"> en espera' in (await desk.get(address)).text
        await desk.get(f"{MESSAGES}/{eva.email}")
        assert '<span class="count">1<span class="hidden"> en espera' not in (await desk.get(MESSAGES)).text


class TestConversation:
    async def test_it_shows_the_words_the_cart_and_counts_as_read(
        self, desk: httpx.AsyncClient, chat: ChatService, cart: CartService, eva: Actor, nora: Actor, offer: Offer
    ) -> None:
        product = await offer(title="Jarra azul")
        own, _ = await cart.open(eva)
        await cart.add(eva, own.id, product.id, 2)
        await chat.say(eva, "", "¿Tenéis <b>jarras</b>?")
        page = await desk.get(f"{MESSAGES}/{eva.email}")
        assert "¿Tenéis <b>jarras</b>?" in text(page)
        assert "<b>jarras" not in page.text
        assert "Jarra azul" in text(page)
        assert "25,00" in text(page)
        assert (await chat.enter(nora, eva.email)).staff_unread == 0

    async def test_a_script_that_reads_the_page_again_has_read_nothing(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor, nora: Actor
    ) -> None:
        await chat.say(eva, "", "Hola")
        await desk.get(f"{MESSAGES}/{eva.email}", headers={"sec-fetch-dest": "empty"})
        assert (await chat.enter(nora, eva.email)).staff_unread == 1

    async def test_who_has_the_chat_open_is_online(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor, clock: FrozenClock
    ) -> None:
        await chat.say(eva, "", "Hola")
        await chat.seen_here([conversation_of(eva.email)])
        for address in (MESSAGES, f"{MESSAGES}/{eva.email}"):
            assert "en línea" in text(await desk.get(address))
        clock.move(minutes=5)
        for address in (MESSAGES, f"{MESSAGES}/{eva.email}"):
            assert "en línea" not in text(await desk.get(address))

    async def test_the_last_orders_stand_beside_it(
        self, desk: httpx.AsyncClient, cart: CartService, orders: OrderService, eva: Actor, offer: Offer
    ) -> None:
        own, _ = await cart.open(eva)
        await cart.add(eva, own.id, (await offer()).id, 1)
        await orders.place(eva, own.id, PlaceOrder(), IdempotencyKey.of("k", "s", b""), "es")
        page = await desk.get(f"{MESSAGES}/{eva.email}")
        assert 'href="/panel/ordenes/1"' in page.text
        assert "Orden 1" in text(page)
        assert "No hay nada en su carrito." in text(page)

    async def test_an_answer_is_sent_once_however_often_the_form_is(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor
    ) -> None:
        await chat.say(eva, "", "¿Abrís hoy?")
        address = f"{MESSAGES}/{eva.email}"
        sent = hidden(await desk.get(address), address) | {"body": "Hasta las 18 h."}
        for _ in range(2):
            answer = await desk.post(address, data=sent)
            assert (answer.status_code, answer.headers["location"]) == (303, f"{address}#m2")
        history = await chat.history(eva)
        assert [(message.name, message.body) for message in history.messages] == [
            ("Eva Compradora", "¿Abrís hoy?"),
            ("Nora Tendera", "Hasta las 18 h."),
        ]

    @pytest.mark.parametrize("body", ["", "x" * 2001])
    async def test_what_cannot_be_sent_comes_back_as_it_was_typed(
        self, desk: httpx.AsyncClient, eva: Actor, body: str
    ) -> None:
        page = await desk.post(f"{MESSAGES}/{eva.email}", data={"body": body})
        assert page.status_code == 422
        assert 'id="f-body-error"' in page.text
        assert written(page) == body

    async def test_somebody_who_never_wrote_can_be_written_to(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor, nora: Actor
    ) -> None:
        page = await desk.get(f"{MESSAGES}/nuevo")
        assert "Todavía no ha escrito nadie." in text(page)
        page = await desk.get(f"{MESSAGES}/nuevo", params={"q": "COMPRADÓRA"})
        assert f'href="{MESSAGES}/{eva.email}"' in page.text
        assert "No conocemos a nadie así." in text(await desk.get(f"{MESSAGES}/nuevo", params={"q": "zzz"}))
        wrong = await desk.post(f"{MESSAGES}/nuevo", data={"email": "nadie"})
        assert wrong.status_code == 422
        assert 'value="nadie"' in wrong.text
        answer = await desk.post(f"{MESSAGES}/nuevo", data={"email": eva.email})
        assert answer.headers["location"] == f"{MESSAGES}/{eva.email}"
        await desk.post(answer.headers["location"], data={"body": "Tu jarra ha llegado."})
        history = await chat.history(nora, eva.email)
        assert [(message.type, message.body) for message in history.messages] == [("sistema", "Tu jarra ha llegado.")]

    async def test_it_is_done_and_opened_again(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor, nora: Actor
    ) -> None:
        await chat.say(eva, "", "Gracias")
        address = f"{MESSAGES}/{eva.email}"
        answer = await desk.post(f"{address}/estado", data={"state": "done"})
        assert answer.headers["location"] == MESSAGES
        assert f"La conversación con {eva.email} queda atendida." in text(await desk.get(MESSAGES))
        assert (await chat.enter(nora, eva.email)).state is ConversationState.DONE
        await desk.post(f"{address}/estado", data={"state": "open"})
        assert (await chat.enter(nora, eva.email)).state is ConversationState.OPEN

    async def test_a_message_is_removed(self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor) -> None:
        await chat.say(eva, "", "palabrota")
        address = f"{MESSAGES}/{eva.email}"
        sent = hidden(await desk.get(address), f"{address}/borrar")
        assert sent["seq"] == "1"
        assert (await desk.post(f"{address}/borrar", data=sent)).headers["location"] == address
        page = await desk.get(address)
        assert "palabrota" not in page.text
        assert "El mensaje está borrado." in text(page)
        assert (await desk.post(f"{address}/borrar", data={"seq": "9"})).status_code == 404

    async def test_somebody_is_blocked_and_let_in_again(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor, nora: Actor
    ) -> None:
        await chat.say(eva, "", "spam")
        address = f"{MESSAGES}/{eva.email}/bloquear"
        assert "¿Bloquear a" in text(await desk.get(address))
        await desk.post(address, data={"blocked": "true"})
        assert (await chat.enter(nora, eva.email)).blocked
        assert "bloqueado" in text(await desk.get(f"{MESSAGES}/{eva.email}"))
        await desk.post(address, data={"blocked": "false"})
        assert not (await chat.enter(nora, eva.email)).blocked

    async def test_the_general_channel_is_answered_too(
        self, desk: httpx.AsyncClient, chat: ChatService, eva: Actor
    ) -> None:
        await chat.say(eva, "general", "¡Hola a todos!")
        assert "¡Hola a todos!" in text(await desk.get(MESSAGES))
        page = await desk.get(f"{MESSAGES}/general")
        assert "¡Hola a todos!" in text(page)
        await desk.post(f"{MESSAGES}/general", data={"body": "¡Hola, Eva!"})
        assert (await chat.history(eva, "general")).messages[-1].body == "¡Hola, Eva!"


class TestInserting:
    async def test_a_saved_reply_comes_with_the_first_name_at_the_end_of_the_text(
        self, desk: httpx.AsyncClient, inbox: InboxService, chat: ChatService, eva: Actor, nora: Actor
    ) -> None:
        await chat.say(eva, "", "Hola")
        reply = await inbox.save_reply(nora, ReplyForm(title="Gracias", body="Gracias, {nombre}."))
        page = await desk.post(f"{MESSAGES}/{eva.email}", data={"body": "Sí.", "insert": f"reply:{reply.id}"})
        assert page.status_code == 200
        assert written(page) == "Sí.\nGracias, Eva."
        assert 'data-text="Gracias, Eva."' in page.text
        assert (await chat.enter(nora, eva.email)).last_seq == 1

    async def test_a_product_is_found_and_its_address_inserted(
        self, desk: httpx.AsyncClient, eva: Actor, offer: Offer
    ) -> None:
        product = await offer(title="Jarra azul")
        address = f"{MESSAGES}/{eva.email}"
        page = await desk.post(address, data={"body": "Mira:", "insert": "find", "find": "jarra"})
        assert written(page) == "Mira:"
        assert f'value="product:{product.id}"' in page.text
        page = await desk.post(address, data={"body": "Mira:", "insert": f"product:{product.id}"})
        assert written(page) == f"Mira:\nhttp://testserver/productos/{product.id}"
        page = await desk.post(address, data={"insert": "find", "find": "zapatos"})
        assert "No hay nada a la venta como «zapatos»." in text(page)

    async def test_the_cart_is_inserted_as_a_link(self, desk: httpx.AsyncClient, eva: Actor) -> None:
        page = await desk.post(f"{MESSAGES}/{eva.email}", data={"insert": "cart"})
        assert written(page) == "http://testserver/carrito"

    async def test_what_is_not_there_cannot_be_inserted(self, desk: httpx.AsyncClient, eva: Actor) -> None:
        for what in ("reply:none", "product:none"):
            assert (await desk.post(f"{MESSAGES}/{eva.email}", data={"insert": what})).status_code == 404


@pytest.mark.parametrize("email", ["a/b@example.com", "a%b@example.com", "a%2fb@example.com", "eva+1@example.com"])
async def test_every_address_has_its_page(desk: httpx.AsyncClient, chat: ChatService, nora: Actor, email: str) -> None:
    await chat.say(nora, email, "Hola")
    page = await desk.get(MESSAGES)
    assert f'href="{html.escape(address_of(email))}"' in page.text
    shown = await desk.get(address_of(email))
    assert email in text(shown)
    assert (await desk.post(address_of(email), data={"body": "Adiós"})).status_code == 303
    assert (await chat.enter(nora, email)).last_seq == 2


def test_addresses_are_read_as_they_are_written() -> None:
    assert meant("EVA@example.com") == "eva@example.com"


async def test_it_is_all_for_staff(client: httpx.AsyncClient, chat: ChatService, eva: Actor, iker: Actor) -> None:
    await chat.say(iker, "", "secreto")
    await enter(browsing(client), eva)
    own, other = f"{MESSAGES}/{eva.email}", f"{MESSAGES}/{iker.email}"
    for address in (MESSAGES, f"{MESSAGES}/nuevo", f"{MESSAGES}/en-espera", own, other, f"{own}/bloquear"):
        answer = await client.get(address)
        assert answer.status_code == 403, address
        assert "secreto" not in answer.text
    for address, data in (
        (other, {"body": "x"}),
        (own, {"body": "x"}),
        (f"{other}/estado", {"state": "done"}),
        (f"{other}/bloquear", {"blocked": "true"}),
        (f"{own}/bloquear", {"blocked": "true"}),
        (f"{other}/borrar", {"seq": "1"}),
        (f"{MESSAGES}/nuevo", {"email": iker.email}),
    ):
        assert (await client.post(address, data=data)).status_code == 403, address
    assert (await chat.history(iker)).messages[-1].body == "secreto"
