"""The overview: what was sold when, what waits, what a new shop lacks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest
from tests.browsing import browsing, enter, text
from tests.features.conftest import Offer
from tests.features.orders.conftest import Buy

from zoco.app import Shop
from zoco.features.dashboard.models import CHART_HEIGHT, each_day
from zoco.features.orders.models import DaySales, OrderStatus
from zoco.features.orders.service import OrderService
from zoco.kit.errors import Forbidden, Unauthenticated
from zoco.kit.mishaps import Source, mishap
from zoco.kit.permissions import GUEST, SYSTEM, Role
from zoco.settings import Settings
from zoco.testing.clock import FrozenClock
from zoco.testing.people import account, person
from zoco.web.days import days

KATHMANDU = "Asia/Kathmandu"
TODAY = date(2026, 11, 21)


def test_days_without_orders_are_there_and_bars_fit_the_chart() -> None:
    sales = each_day([DaySales(TODAY - timedelta(days=2), 400, 90_000), DaySales(TODAY, 1, 300)], TODAY, 4, "USD")
    assert [day.orders for day in sales.days] == [0, 400, 0, 1]
    assert (sales.today.orders, sales.yesterday.orders, sales.orders, sales.total) == (1, 0, 401, 90_300)
    assert [bar.height for bar in sales.order_bars()] == [0, CHART_HEIGHT, 0, 1]
    assert [bar.height for bar in each_day([], TODAY, 2, "USD").total_bars()] == [0, 0]


async def test_orders_are_counted_by_day_without_those_called_off(
    shop: Shop, orders: OrderService, buy: Buy, offer: Offer, clock: FrozenClock
) -> None:
    mug = await offer(title="Taza", stock=50)
    eva = await account(shop)
    await buy(eva, mug)
    clock.move(days=1)
    await buy(eva, mug)
    last = await buy(eva, mug)
    called_off = await buy(eva, mug)
    await orders.move(SYSTEM, called_off.number, OrderStatus.CANCELADA)
    today = clock.now().date()
    found = await orders.daily(SYSTEM, today - timedelta(days=5))
    assert [(day.orders, day.total) for day in found] == [(1, last.total.amount), (2, 2 * last.total.amount)]
    assert found[-1].day == today
    assert await orders.daily(SYSTEM, today + timedelta(days=1)) == []


async def test_only_staff_see_it(shop: Shop) -> None:
    for actor, refusal in ((GUEST, Unauthenticated), (person(), Forbidden)):
        with pytest.raises(refusal):
            await shop.services["dashboard"].overview(actor)
        with pytest.raises(refusal):
            await shop.services["orders"].daily(actor, TODAY)


async def test_the_page(shop: Shop, client: httpx.AsyncClient, buy: Buy, offer: Offer) -> None:
    nora = await account(shop, Role.STAFF, "Nora")
    browser = browsing(client)
    await enter(browser, nora)
    assert "Pon el primer producto" in text(await browser.get("/panel"))
    await buy(nora, await offer(title="Taza escasa", stock=3))
    page = await browser.get("/panel?lang=en")
    assert page.status_code == 200
    shown = text(page)
    assert "Taza escasa" in shown
    assert "Put the first product" not in shown
    assert page.text.count("</title></rect>") == 60


async def test_the_last_errors_stand_there(shop: Shop, client: httpx.AsyncClient) -> None:
    shop.services["incidents"].saw(mishap("x-1", Source.JOB, "chat.mail_waiting", ZeroDivisionError("none")))
    await shop.services["incidents"].settle()
    browser = browsing(client)
    await enter(browser, await account(shop, Role.STAFF))
    page = await browser.get("/panel")
    assert "ZeroDivisionError" in text(page)
    incident = page.text.split('href="/panel/errores/')[1].split('"')[0]
    assert "chat.mail_waiting" in text(await browser.get(f"/panel/errores/{incident}"))


async def test_staff_find_the_way_there_on_every_page(shop: Shop, client: httpx.AsyncClient) -> None:
    way = '<a href="/panel">'
    browser = browsing(client)
    assert way not in (await browser.get("/productos")).text
    await enter(browser, await account(shop))
    assert way not in (await browser.get("/productos")).text
    browser.cookies.clear()
    await enter(browser, await account(shop, Role.STAFF))
    assert way in (await browser.get("/productos")).text


class TestAShopOfAnotherZone:
    """In Kathmandu, 5:45 ahead: there a day begins at 18:15."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, shop=msgspec.structs.replace(settings.shop, time_zone=KATHMANDU))

    async def test_its_own_days_count(
        self, shop: Shop, client: httpx.AsyncClient, orders: OrderService, buy: Buy, offer: Offer, clock: FrozenClock
    ) -> None:
        midnight = datetime(2030, 1, 2, 18, 15, tzinfo=UTC)
        clock.move(seconds=(midnight - clock.now()).total_seconds() - 0.001)
        mug, eva, nora = await offer(stock=50), await account(shop), await account(shop, Role.ADMIN)
        before = await buy(eva, mug)
        clock.move(seconds=0.001)
        await buy(eva, mug)
        await buy(eva, mug)
        first, second = date(2030, 1, 2), date(2030, 1, 3)
        found = await orders.daily(SYSTEM, first)
        one = before.total.amount
        assert [(day.day, day.orders, day.total) for day in found] == [(first, 1, one), (second, 2, 2 * one)]
        assert [day.orders for day in await orders.daily(SYSTEM, second)] == [2]
        sales = (await shop.services["dashboard"].overview(nora)).sales
        assert (sales.yesterday.orders, sales.today.orders, sales.today.day) == (1, 2, second)
        browser = browsing(client)
        await enter(browser, nora)
        shown = text(await browser.get("/panel/ordenes?since=2030-01-03"))
        assert "Orden 2" in shown
        assert "Orden 1 " not in shown
        assert "3 ene 2030, 0:00" in shown
        assert "Orden 1 " in text(await browser.get("/panel/ordenes?until=2030-01-02"))


def test_a_day_of_summer_time_is_an_hour_shorter() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    first, last, _ = days({"since": "2026-03-29", "until": "2026-03-29"}, madrid)
    assert first is not None
    assert last is not None
    assert last - first == timedelta(hours=23)
    wrong = ({"since": "0001-01-01", "until": "9999-12-31"}, {"since": "yesterday", "until": "2026-02-30"})
    for asked in wrong:
        since, until, form = days(asked, madrid)
        assert (since, until, form.values) == (None, None, asked)
        assert {name: error.code for name, error in form.errors.items()} == {"since": "date", "until": "date"}
    since, until, form = days({"since": "2026-03-29", "until": "2026-03-28"}, madrid)
    assert (since, until, form.errors["until"].code) == (first, None, "range")
    assert days({}, madrid)[:2] == (None, None)
