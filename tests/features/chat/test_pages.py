"""Chat in a browser that runs no scripts."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import msgspec
import pytest
from tests.browsing import browsing, enter, hidden, text

from zoco.app import Shop
from zoco.features.catalogue.schemas import AddProduct, MoneyIn
from zoco.features.chat.service import ChatService
from zoco.features.mail.repository import Mails
from zoco.kit.permissions import Actor
from zoco.settings import Settings
from zoco.storage.outbox import Relay
from zoco.testing.clock import FrozenClock

KATHMANDU = "Asia/Kathmandu"
SCRIPT = "<script>alert(1)</script> <img src=x onerror=alert(1)> javascript:alert(1)"


@pytest.fixture
def browser(client: httpx.AsyncClient) -> httpx.AsyncClient:
    return browsing(client)


async def say(browser: httpx.AsyncClient, address: str, body: str) -> httpx.Response:
    return await browser.post(address, data=hidden(await browser.get(address), address) | {"body": body})


async def test_customers_talk_in_the_general_channel_and_with_the_shop(
    browser: httpx.AsyncClient, chat: ChatService, eva: Actor, luis: Actor
) -> None:
    await chat.say(luis, "general", "Hola a todos")
    await enter(browser, eva)
    page = await browser.get("/chat")
    assert "Hola a todos" in text(page)
    assert luis.email not in page.text
    answer = await say(browser, "/chat", "¡Hola, Luis!")
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat#m2")
    assert "¡Hola, Luis!" in text(await browser.get("/chat"))
    own = f"/chat/{eva.email}"
    assert f'href="{own}"' in page.text
    assert "Pregúntanos lo que quieras" in text(await browser.get(own))
    await say(browser, own, "¿Hay tazas?")
    assert "¿Hay tazas?" in text(await browser.get(own))
    assert (await browser.get(f"/chat/{luis.email}")).status_code == 403


async def test_sent_twice_it_is_one_message_and_another_form_makes_another(
    browser: httpx.AsyncClient, chat: ChatService, eva: Actor
) -> None:
    await enter(browser, eva)
    sent = hidden(await browser.get("/chat"), "/chat") | {"body": "Hola"}
    for _ in range(2):
        assert (await browser.post("/chat", data=sent)).headers["location"] == "/chat#m1"
    await say(browser, "/chat", "Hola")
    assert len((await chat.history(eva, "general")).messages) == 2


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    browser: httpx.AsyncClient, chat: ChatService, eva: Actor, sara: Actor
) -> None:
    await enter(browser, eva)
    page = await say(browser, "/chat", "x" * 2001)
    assert page.status_code == 422
    assert "como mucho 2.000 caracteres" in text(page)
    assert "x" * 2001 in page.text
    for number in range(20):
        await chat.say(eva, "", f"{number}")
    page = await say(browser, "/chat", "Esto se queda aquí")
    assert page.status_code == 429
    assert "tu texto sigue ahí" in text(page)
    assert ">Esto se queda aquí</textarea>" in page.text
    await chat.block(sara, eva.email, blocked=True)
    assert "De momento no puedes escribir" in text(await browser.get(f"/chat/{eva.email}"))


async def test_words_stay_words_and_addresses_become_links(
    browser: httpx.AsyncClient, chat: ChatService, eva: Actor
) -> None:
    await chat.say(eva, "", f"{SCRIPT} Mira https://example.com/a?b=1&c=2, ¿sí?")
    await enter(browser, eva)
    page = await browser.get(f"/chat/{eva.email}")
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert 'href="javascript' not in page.text
    link = (
        '<a href="https://example.com/a?b=1&amp;c=2" rel="nofollow noopener ugc">https://example.com/a?b=1&amp;c=2</a>'
    )
    assert link in page.text


async def test_earlier_messages_are_a_page_away(browser: httpx.AsyncClient, chat: ChatService, sara: Actor) -> None:
    for number in range(1, 53):
        await chat.say(sara, "rosa@example.com", f"número {number}.")
    await enter(browser, sara)
    page = await browser.get("/chat/rosa@example.com")
    assert "número 2." not in text(page)
    assert "before=3" in page.text
    assert "número 2." in text(await browser.get("/chat/rosa@example.com?before=3"))
    assert (await browser.get("/chat/rosa@example.com?before=x")).status_code == 200


async def test_reading_the_page_marks_as_read(
    browser: httpx.AsyncClient, chat: ChatService, eva: Actor, sara: Actor
) -> None:
    await chat.say(eva, "", "¿Hay tazas?")
    await chat.say(sara, eva.email, "Sí.")
    await enter(browser, eva)
    await browser.get(f"/chat/{eva.email}")
    assert (await chat.enter(eva)).customer_unread == 0


async def test_staff_remove_a_message(browser: httpx.AsyncClient, chat: ChatService, eva: Actor, sara: Actor) -> None:
    await chat.say(eva, "general", "Compren en otra parte")
    await enter(browser, sara)
    sent = hidden(await browser.get("/chat"), "/chat/quitar")
    assert (await browser.post("/chat/quitar", data=sent)).headers["location"] == "/chat"
    page = text(await browser.get("/chat"))
    assert "Compren" not in page
    assert "Este mensaje se ha quitado." in page
    browser.cookies.clear()
    await enter(browser, eva)
    assert "/chat/quitar" not in (await browser.get("/chat")).text
    assert (await browser.post("/chat/quitar", data={"to": "general", "seq": "1"})).status_code == 403


async def test_a_visitor_asks_comes_by_the_link_and_goes_again(
    browser: httpx.AsyncClient, shop: Shop, relay: Relay, chat: ChatService, sara: Actor
) -> None:
    page = await browser.post("/chat/pregunta", data={"name": "Rosa", "email": "rosa", "body": "¿Envían?"})
    assert page.status_code == 422
    assert ">¿Envían?</textarea>" in page.text
    asked = {"name": "Rosa", "email": "rosa@example.com", "body": "¿Envían?"}
    answer = await browser.post("/chat/pregunta", data=asked)
    assert answer.headers["location"] == "/chat"
    assert "abre el enlace" in text(await browser.get("/chat"))
    await relay.drain()
    async with shop.store.read() as tx:
        mails = [mail for _, mail in await tx[Mails].records(None, 9) if mail.template == "chat/confirm"]
    link = f"/chat-enlace/{mails[0].text.partition('/chat-enlace/')[2].split()[0]}"
    words = f"{mails[0].subject} {mails[0].text} {mails[0].html}"
    assert not any(strange in words for strange in ("Rosa", "Envían"))  # else it could say anything to anybody
    shown = text(await browser.get(link))
    assert "rosa@example.com. Un clic y nos llega tu pregunta." in shown
    assert "¿Envían?" in shown
    assert "Enviar mi pregunta" in shown
    assert (await chat.history(sara, "rosa@example.com")).messages == []
    assert (await browser.post(link, data=hidden(await browser.get(link), link))).headers["location"] == "/chat"
    assert "¿Envían?" in text(await browser.get("/chat"))
    assert "¿Envían?" not in text(await browser.get(link))
    await say(browser, "/chat", "¿Hay alguien?")
    assert (await browser.get("/api/messages")).json()["items"][1]["body"] == "¿Hay alguien?"
    await browser.post("/chat/salir")
    assert "Envían" not in text(await browser.get("/chat"))
    assert (await browser.get("/chat-enlace/x")).status_code == 404


async def test_without_a_general_channel_chat_is_the_private_conversation(
    browser: httpx.AsyncClient, chat: ChatService, eva: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "rules", type(chat.rules)(general=False, mail_after=None, language="es"))
    await enter(browser, eva)
    await say(browser, "/chat", "Solo para la tienda")
    assert [one.body for one in (await chat.history(eva)).messages] == ["Solo para la tienda"]
    assert "Todos" not in text(await browser.get("/chat"))


async def test_guests_are_asked_to_sign_in_for_somebodys_conversation(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/chat/eva@example.com")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/chat/eva%40example.com")


async def test_a_form_that_comes_back_with_other_words_says_them_too(
    browser: httpx.AsyncClient, chat: ChatService, eva: Actor
) -> None:
    """As it does by the browser's way back: once per text, however often each is sent."""
    await enter(browser, eva)
    sent = hidden(await browser.get("/chat"), "/chat")
    for body in ("uno", "dos", "dos", "uno"):
        assert (await browser.post("/chat", data=sent | {"body": body})).status_code == 303
    assert [one.body for one in (await chat.history(eva, "general")).messages] == ["uno", "dos"]


async def test_a_link_to_a_product_is_drawn_as_what_it_leads_to(
    browser: httpx.AsyncClient, shop: Shop, chat: ChatService, eva: Actor, sara: Actor
) -> None:
    """Not one that is hidden, nor one at another address; however many there are, they are read at once."""
    catalogue = shop.services["catalogue"]
    products = [
        await catalogue.add(
            sara, AddProduct(title=f"Jarra {n}", category="Hogar", price=MoneyIn(1250), stock=1, status=status)
        )
        for n, status in ((1, "active"), (2, "active"), (3, "hidden"))
    ]
    origin = str(browser.base_url).rstrip("/")
    first, second, hidden_one = (f"{origin}/productos/{product.id}" for product in products)
    body = f"Mira {first} y\n{second}\n{hidden_one}\nhttps://example.com/productos/{products[0].id}"
    await chat.say(sara, eva.email, body)
    await chat.say(sara, eva.email, f"{first}?lang=en")
    await chat.say(
        sara, eva.email, f"{origin}{products[1].address} {origin}/productos/hogar/nada {origin}/productos/hogar"
    )
    await enter(browser, eva)
    await shop.services["accounts"].verify(shop.services["accounts"].verify_token(eva.id, eva.email))
    page = await browser.get(f"/chat/{eva.email}")
    assert page.text.count('class="product-link"') == 4
    assert page.text.count("Jarra 1") == page.text.count("Jarra 2") == 2
    assert "12,50" in text(page)
    assert "Jarra 3" not in page.text
    assert f'<a href="{hidden_one}" rel=' in page.text


async def test_every_page_says_how_many_answers_wait(
    browser: httpx.AsyncClient, chat: ChatService, eva: Actor, sara: Actor
) -> None:
    def waiting(page: httpx.Response) -> str:
        return page.text.partition('id="to-chat"')[2].partition("</a>")[0]

    assert 'data-live="chat"' not in (await browser.get("/productos")).text
    await chat.say(eva, "", "¿Hay tazas?")
    await enter(browser, eva)
    assert "count" not in waiting(await browser.get("/productos"))
    await chat.say(sara, eva.email, "Sí.")
    await chat.say(sara, eva.email, "Rojas.")
    for address in ("/productos", "/carrito", "/chat"):
        head = waiting(await browser.get(address))
        assert 'data-number="2">2<' in head
        assert f'href="/chat/{eva.email}"' in head
    await browser.get(f"/chat/{eva.email}", headers={"sec-fetch-dest": "empty"})  # a script looks, nobody reads
    assert "count" in waiting(await browser.get("/productos"))
    await browser.get(f"/chat/{eva.email}")
    assert "count" not in waiting(await browser.get("/productos"))


async def test_the_head_tells_nothing_of_what_others_wrote_under_a_claimed_address(
    browser: httpx.AsyncClient, chat: ChatService, eva: Actor, sara: Actor
) -> None:
    await chat.say(sara, eva.email, "Su código es 1234.")
    await enter(browser, eva)
    page = await browser.get("/productos")
    assert page.status_code == 200
    assert 'class="count"' not in page.text.partition('id="to-chat"')[2].partition("</a>")[0]


async def test_who_was_blocked_in_between_keeps_what_was_typed(
    browser: httpx.AsyncClient, chat: ChatService, eva: Actor, sara: Actor
) -> None:
    await enter(browser, eva)
    own = f"/chat/{eva.email}"
    sent = hidden(await browser.get(own), own)
    await chat.block(sara, eva.email, blocked=True)
    page = await browser.post(own, data=sent | {"body": "Un texto largo"})
    assert page.status_code == 403
    assert ">Un texto largo</textarea>" in page.text


class TestAShopOfAnotherZone:
    """In Kathmandu, 5:45 ahead: there a day begins at 18:15."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, shop=msgspec.structs.replace(settings.shop, time_zone=KATHMANDU))

    async def test_days_and_hours_are_its_own(
        self, browser: httpx.AsyncClient, chat: ChatService, eva: Actor, clock: FrozenClock
    ) -> None:
        midnight = datetime(2030, 1, 2, 18, 15, tzinfo=UTC)
        clock.move(seconds=(midnight - clock.now()).total_seconds() - 60)
        await enter(browser, eva)
        await chat.say(eva, "", "Buenas noches")
        clock.move(seconds=60)
        await chat.say(eva, "", "Buenos días")
        page = await browser.get(f"/chat/{eva.email}")
        assert re.findall(r">(\d+:\d\d)<", page.text) == ["23:59", "0:00"]
        assert re.findall(r'<li class="day"><time datetime="([\d-]+)">', page.text) == ["2030-01-02", "2030-01-03"]
