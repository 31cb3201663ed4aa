"""Orders in the back office: the list, one order, its way, notes, and who may do that."""

from __future__ import annotations

from typing import Any, cast

import httpx
import pytest
from tests.browsing import browsing, enter, hidden, text
from tests.features.conftest import Offer
from tests.features.orders.conftest import Buy

from zoco.app import Shop
from zoco.features.audit.models import DeedQuery
from zoco.features.audit.service import AuditService
from zoco.features.catalogue.service import CatalogueService
from zoco.features.orders.models import OrderQuery, OrderStatus
from zoco.features.orders.service import OrderService
from zoco.kit.errors import Forbidden, Invalid, Unauthenticated
from zoco.kit.permissions import GUEST, SYSTEM, Actor, Role
from zoco.testing.clock import FrozenClock
from zoco.testing.people import account, person

ORDERS = "/panel/ordenes"


@pytest.fixture
async def nora(shop: Shop) -> Actor:
    return await account(shop, Role.STAFF, "Nora <b>")


@pytest.fixture
async def desk(client: httpx.AsyncClient, nora: Actor) -> httpx.AsyncClient:
    """A browser of somebody who works here."""
    await enter(browsing(client), nora)
    return client


async def sent(desk: httpx.AsyncClient, page: str, action: str, **typed: str) -> httpx.Response:
    """The form of a page that goes to an address, sent and followed."""
    answer = await desk.post(action, data=hidden(await desk.get(page), action) | typed)
    return await desk.get(answer.headers["location"]) if answer.status_code == 303 else answer


class TestList:
    @pytest.fixture
    async def bought(self, buy: Buy, offer: Offer, orders: OrderService, nora: Actor, clock: FrozenClock) -> str:
        """Two orders on two days; answers the second day."""
        await buy(person(name="Ana"), await offer(title="Taza <i>"))
        clock.move(days=1)
        await buy(person(name="Iker"), await offer(title="Jarra"))
        await orders.move(nora, 2, OrderStatus.PAGADA)
        return clock.now().date().isoformat()

    @pytest.mark.parametrize(
        ("query", "first", "second"),
        [
            ("", True, True),
            ("status=pagada", False, True),
            ("status=nonsense", True, True),
            ("q=1", True, False),
            ("q=%232", False, True),
            ("q=TAZA", True, False),
            ("q=persona", True, True),
            ("q=nobody@example.com", False, False),
            ("since=DAY", False, True),
            ("until=DAY", True, True),
            ("until=2000-01-01", False, False),
            ("since=yesterday&until=9999-12-31", True, True),
            ("since=DAY&until=2000-01-01", False, True),
            ("q=taza&status=generada&since=2000-01-01", True, False),
        ],
    )
    async def test_it_is_narrowed(
        self, desk: httpx.AsyncClient, bought: str, query: str, *, first: bool, second: bool
    ) -> None:
        page = await desk.get(f"{ORDERS}?{query.replace('DAY', bought)}")
        assert page.status_code == 200
        assert ("Orden 1" in text(page), "Orden 2" in text(page)) == (first, second)

    async def test_days_that_are_none_are_said_beside_their_fields(self, desk: httpx.AsyncClient) -> None:
        page = await desk.get(f"{ORDERS}?since=31.12.2029&until=2000-01-01")
        assert 'name="since" aria-describedby="f-since-error"' in page.text
        assert 'type="text" value="31.12.2029"' in page.text
        assert "Indica una fecha como 2030-01-31." in text(page)
        crossed = await desk.get(f"{ORDERS}?since=2029-12-31&until=2000-01-01")
        assert "Es anterior al primer día." in text(crossed)
        assert 'type="date" value="2000-01-01"' in crossed.text

    async def test_what_people_wrote_stays_text(self, desk: httpx.AsyncClient, bought: str) -> None:
        page = await desk.get(f"{ORDERS}?q=%22%3E%3Cscript%3E")
        assert "<script>" not in page.text.partition("<main")[2]
        assert bought
        assert "Taza &lt;i&gt;" in (await desk.get(ORDERS)).text

    async def test_it_turns_pages(self, desk: httpx.AsyncClient, buy: Buy, offer: Offer, orders: OrderService) -> None:
        taza = await offer(stock=100)
        for _ in range(31):
            await buy(person(), taza, quantity=1)
        first = await desk.get(ORDERS)
        assert "Orden 31 " in text(first)
        assert "Orden 1 " not in text(first)
        link = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert "Orden 1 " in text(await desk.get(link))
        assert len((await orders.find(SYSTEM, OrderQuery(limit=100))).items) == 31


class TestOneOrder:
    async def test_it_goes_its_way_and_the_page_tells_who_moved_it(
        self, desk: httpx.AsyncClient, buy: Buy, offer: Offer, nora: Actor, shop: Shop
    ) -> None:
        await buy(person(), await offer())
        page = f"{ORDERS}/1"
        for word in ("pagada", "enviada", "entregada"):
            told = await sent(desk, f"{page}/estado/{word}", f"{page}/estado")
            assert "tiene su nuevo estado" in told.text
            assert f"{word} " in text(told).partition("Qué ha pasado")[2]
        assert "/panel/ordenes/1/estado" not in told.text
        assert "Nora &lt;b&gt;" in told.text
        audit = cast(AuditService, shop.services["audit"])
        deeds = (await audit.page(SYSTEM, DeedQuery(subject="order 1"))).items
        assert [(deed.actor, deed.action, deed.details) for deed in deeds] == [
            (nora.id, "orders.move", {"status": status}) for status in ("entregada", "enviada", "pagada")
        ]

    @pytest.mark.parametrize(
        ("way", "wanted", "button", "said"),
        [
            ([], "pagada", "Marcar como pagada", "el pago de 25,00 US$ ha llegado. Esto no se puede deshacer."),
            (["pagada"], "enviada", "Marcar como enviada", "la orden va en camino"),
            (["pagada", "enviada"], "entregada", "Marcar como entregada", "la orden ha llegado"),
            ([], "cancelada", "Cancelar la orden", "Una orden cancelada se queda cancelada."),
        ],
    )
    async def test_every_change_is_asked_about_since_the_buyer_is_told(
        self, desk: httpx.AsyncClient, buy: Buy, offer: Offer, orders: OrderService, way: list[str], wanted: str,
        button: str, said: str,
    ) -> None:  # fmt: skip
        eva = person()
        await buy(eva, await offer())
        for status in way:
            await orders.move(SYSTEM, 1, OrderStatus(status))
        before = await orders.show(SYSTEM, 1)
        asked = f"{ORDERS}/1/estado/{wanted}"
        page = await desk.get(f"{ORDERS}/1")
        assert f'href="{asked}">{button}</a>' in page.text
        assert 'action="/panel/ordenes/1/estado"' not in page.text
        question = text(await desk.get(asked))
        for words in ("la orden 1", f"{eva.email} recibe un correo", said, "2 × Taza", button):
            assert words in question
        assert await orders.show(SYSTEM, 1) == before
        await sent(desk, asked, f"{ORDERS}/1/estado")
        assert (await orders.show(SYSTEM, 1)).status == wanted

    @pytest.mark.parametrize("wanted", ["generada", "enviada", "perdida"])
    async def test_what_does_not_come_next_is_not_asked_about(
        self, desk: httpx.AsyncClient, buy: Buy, offer: Offer, wanted: str
    ) -> None:
        await buy(person(), await offer())
        answer = await desk.get(f"{ORDERS}/1/estado/{wanted}")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{ORDERS}/1")

    async def test_what_somebody_else_moved_meanwhile_is_not_cancelled_unseen(
        self, desk: httpx.AsyncClient, buy: Buy, offer: Offer, orders: OrderService
    ) -> None:
        await buy(person(), await offer())
        page = f"{ORDERS}/1"
        asked = hidden(await desk.get(f"{page}/estado/cancelada"), f"{page}/estado")
        await orders.move(SYSTEM, 1, OrderStatus.PAGADA)  # who asked has not read that money is to be given back
        refused = await desk.post(f"{page}/estado", data=asked)
        assert "alguien la ha movido" in (await desk.get(refused.headers["location"])).text
        assert (await orders.show(SYSTEM, 1)).status is OrderStatus.PAGADA
        assert "acuérdate de devolver" in (await desk.get(f"{page}/estado/cancelada")).text

    async def test_calling_it_off_is_asked_about_and_restocks(
        self, desk: httpx.AsyncClient, buy: Buy, offer: Offer, catalogue: CatalogueService
    ) -> None:
        taza = await offer()
        await buy(person(), taza)
        await sent(desk, f"{ORDERS}/1/estado/pagada", f"{ORDERS}/1/estado")
        asked = f"{ORDERS}/1/estado/cancelada"
        assert "acuérdate de devolver" in text(await desk.get(asked))
        told = await sent(desk, asked, f"{ORDERS}/1/estado")
        assert "vuelven a estar en existencias" in told.text
        assert (await catalogue.show(GUEST, taza.id)).stock == 10
        assert (await desk.get(asked)).headers["location"] == f"{ORDERS}/1"

    async def test_who_comes_too_late_is_told(
        self, desk: httpx.AsyncClient, buy: Buy, offer: Offer, orders: OrderService, nora: Actor
    ) -> None:
        await buy(person(), await offer())
        form = hidden(await desk.get(f"{ORDERS}/1/estado/pagada"), f"{ORDERS}/1/estado")
        await orders.move(nora, 1, OrderStatus.CANCELADA)
        answer = await desk.post(f"{ORDERS}/1/estado", data=form)
        assert answer.status_code == 303
        assert "alguien la ha movido" in (await desk.get(f"{ORDERS}/1")).text

    async def test_notes_are_kept_for_staff(
        self, desk: httpx.AsyncClient, buy: Buy, offer: Offer, orders: OrderService
    ) -> None:
        order = await buy(person(), await offer())
        page, action = f"{ORDERS}/1", f"{ORDERS}/1/notas"
        told = await sent(desk, page, action, note=" Llamó: <b>mañana</b> ")
        assert "Hemos guardado tu nota" in told.text
        assert "Llamó: &lt;b&gt;mañana&lt;/b&gt;" in told.text
        assert "Llamó" not in (await desk.get(f"/ordenes/{order.reference}")).text
        for wrong, said in (("  ", "Escribe algo"), ("x" * 2001, "como mucho 2.000")):
            refused = await sent(desk, page, action, note=wrong)
            assert refused.status_code == 422
            assert said in text(refused)
            assert wrong.strip() in refused.text
        _, history = await orders.with_history(SYSTEM, 1)
        assert [entry.note for entry in history] == ["Llamó: <b>mañana</b>"]

    async def test_one_that_is_not_there(self, desk: httpx.AsyncClient) -> None:
        for page in (f"{ORDERS}/7", f"{ORDERS}/7/estado/cancelada", f"{ORDERS}/99999999999999999999"):
            assert (await desk.get(page)).status_code == 404

    async def test_a_status_that_there_is_not_is_refused(self, desk: httpx.AsyncClient, buy: Buy, offer: Offer) -> None:
        await buy(person(), await offer())
        page = await desk.get(f"{ORDERS}/1/estado/pagada")
        form = hidden(page, f"{ORDERS}/1/estado") | {"status": "perdida"}
        assert (await desk.post(f"{ORDERS}/1/estado", data=form)).status_code == 422


async def test_only_staff_does_any_of_this(orders: OrderService, buy: Buy, offer: Offer, customer: Actor) -> None:
    await buy(customer, await offer())
    for actor, refusal in ((GUEST, Unauthenticated), (customer, Forbidden)):
        calls: list[Any] = [
            orders.find(actor, OrderQuery()),
            orders.with_history(actor, 1),
            orders.note(actor, 1, "x"),
        ]
        for call in calls:
            with pytest.raises(refusal):
                await call
    with pytest.raises(Invalid):
        await orders.note(SYSTEM, 1, "")


async def test_a_customers_browser_is_turned_away(
    client: httpx.AsyncClient, shop: Shop, buy: Buy, offer: Offer
) -> None:
    customer = await account(shop)
    await buy(customer, await offer())
    await enter(browsing(client), customer)
    for page in (ORDERS, f"{ORDERS}/1", f"{ORDERS}/1/estado/cancelada"):
        assert (await client.get(page)).status_code == 403
    for action in (f"{ORDERS}/1/estado", f"{ORDERS}/1/notas"):
        assert (await client.post(action, data={"status": "pagada", "note": "x"})).status_code == 403
