"""Faults: what is kept of them, who sees it, and that nothing becomes worse by it."""

from __future__ import annotations

from typing import Any, cast

import httpx
import msgspec
import pytest
import structlog
from structlog.testing import LogCapture
from tests.browsing import browsing, enter, hidden, text

from zoco.app import Shop
from zoco.features.accounts.schemas import Register
from zoco.features.incidents import service
from zoco.features.incidents.errors import IncidentMissing
from zoco.features.incidents.models import IncidentQuery
from zoco.features.incidents.service import _WAITING, IncidentService
from zoco.kit.errors import Forbidden, Unauthenticated
from zoco.kit.ids import IncidentId
from zoco.kit.mishaps import Mishap, Source, mishap
from zoco.kit.permissions import GUEST, SYSTEM, Role
from zoco.storage.outbox import GIVE_UP_TRIES, Relay
from zoco.testing.clock import FrozenClock
from zoco.testing.people import PASSWORD, account, person

ERRORS = "/panel/errores"


@pytest.fixture
def incidents(shop: Shop) -> IncidentService:
    return cast(IncidentService, shop.services["incidents"])


class Broken:
    """Stands in for a service whose every method fails."""

    def __getattr__(self, name: str) -> Any:
        async def fail(*_: object, **__: object) -> None:
            secret = "what a local holds"
            raise RuntimeError("the <shelf> fell" if secret else "")

        return fail


def refuse(*_: object) -> None:
    raise RuntimeError


def fault(message: str = "x", place: str = "GET /") -> Mishap:
    return mishap("id-" + message, Source.REQUEST, place, ValueError(message))


@pytest.fixture
def failing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address at which the shop fails."""
    monkeypatch.setattr(type(shop.services["catalogue"]), "page", Broken().page)
    return "/productos?q=taza"


async def test_a_failed_request_is_found_by_the_id_that_was_shown(
    shop: Shop, incidents: IncidentService, client: httpx.AsyncClient, failing: str
) -> None:
    answer = await client.get(failing, headers={"Accept": "application/json"})
    assert answer.status_code == 500
    again = await client.get(failing, headers={"Accept": "application/json"})
    await incidents.settle()
    staff = await account(shop, Role.STAFF)
    await enter(browsing(client, "en"), staff)
    for shown in (answer.json()["id"], again.json()["id"]):
        found = await client.get(f"{ERRORS}?id=%20{shown}")
        assert found.status_code == 303
        page = await client.get(found.headers["location"])
        assert all(words in text(page) for words in ("RuntimeError", "the <shelf> fell", "GET /productos", shown))
        assert "what a local holds" not in page.text.replace('secret = "what a local holds"', "")
        assert "q=taza" not in page.text
        assert "How often 2" in text(page)


async def test_an_id_that_nobody_was_shown_is_said_to_be_unknown(shop: Shop, client: httpx.AsyncClient) -> None:
    await enter(browsing(client), await account(shop, Role.STAFF))
    assert "No hay ningún error con este código" in text(await client.get(f"{ERRORS}?id=nada"))
    assert (await client.get(f"{ERRORS}/nada")).status_code == 404


async def test_it_is_marked_as_solved_and_comes_back(
    shop: Shop, incidents: IncidentService, client: httpx.AsyncClient
) -> None:
    incidents.saw(fault("shelf"))
    await incidents.settle()
    await enter(browsing(client), await account(shop, Role.STAFF, "Nora"))
    listed = await client.get(ERRORS)
    assert "shelf" in text(listed)
    address = listed.text.split(f'<a href="{ERRORS}/')[1].split('"')[0]
    address = f"{ERRORS}/{address}"
    solving = f"{address}/resuelto"
    answer = await client.post(solving, data=hidden(await client.get(address), solving))
    assert (answer.status_code, answer.headers["location"]) == (303, ERRORS)
    assert "shelf" not in text(await client.get(ERRORS))
    assert "shelf" in text(await client.get(f"{ERRORS}?state=solved"))
    page = await client.get(address)
    assert "Nora" in text(page)
    await client.post(f"{address}/abierto", data=hidden(page, f"{address}/abierto"))
    assert "shelf" in text(await client.get(ERRORS))
    await incidents.solve(SYSTEM, IncidentId(address.rpartition("/")[2]))
    incidents.saw(fault("shelf"))
    await incidents.settle()
    assert "shelf" in text(await client.get(f"{ERRORS}?state="))


async def test_it_is_for_staff(incidents: IncidentService) -> None:
    for actor, refusal in ((GUEST, Unauthenticated), (person(), Forbidden)):
        for asked in (
            incidents.page(actor, IncidentQuery()),
            incidents.show(actor, IncidentId("x")),
            incidents.find(actor, "x"),
            incidents.solve(actor, IncidentId("x")),
            incidents.reopen(actor, IncidentId("x")),
        ):
            with pytest.raises(refusal):
                await asked
    with pytest.raises(IncidentMissing):
        await incidents.solve(SYSTEM, IncidentId("x"))


async def test_faults_of_one_kind_are_one(incidents: IncidentService, clock: FrozenClock) -> None:
    for number in range(150):
        incidents.saw(msgspec.structs.replace(fault("x"), id=f"case-{number}"))
    incidents.saw(fault("y", place="GET /other"))
    await incidents.settle()
    kinds = (await incidents.page(SYSTEM, IncidentQuery())).items
    assert sorted(one.count for one in kinds) == [1, 150]
    whole, cases = await incidents.show(SYSTEM, next(one.id for one in kinds if one.count > 1))
    assert len(cases) == 50
    assert await incidents.find(SYSTEM, "case-0") == whole.id


async def test_a_storm_is_not_kept_in_memory(incidents: IncidentService) -> None:
    for number in range(_WAITING + 5):
        incidents.saw(msgspec.structs.replace(fault(), id=f"case-{number}"))
    assert len(incidents._waiting) == _WAITING
    await incidents.leave()
    assert not incidents._waiting


async def test_while_the_database_fails_it_waits(
    shop: Shop, incidents: IncidentService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(type(shop.store), "write", refuse)
        incidents.saw(fault())
        await incidents.leave()
        assert len(incidents._waiting) == 1
    await incidents.leave()
    assert len((await incidents.page(SYSTEM, IncidentQuery())).items) == 1


@pytest.mark.parametrize(("refusals", "kept", "waiting"), [(0, 1, 0), (2, 1, 0), (3, 0, 1)])
async def test_it_tries_again_by_itself_for_a_while(
    shop: Shop, incidents: IncidentService, monkeypatch: pytest.MonkeyPatch, refusals: int, kept: int, waiting: int
) -> None:
    monkeypatch.setattr(service, "_PAUSES", (0.0, 0.0, 0.0))
    left, write = [refuse] * refusals, type(shop.store).write
    monkeypatch.setattr(type(shop.store), "write", lambda store: left.pop()() if left else write(store))
    logs, level = LogCapture(), structlog.make_filtering_bound_logger(0)
    own = structlog.wrap_logger(None, [logs], level, cache_logger_on_first_use=False)
    monkeypatch.setattr(service, "log", own)  # the one there may have been set up by another test
    incidents.saw(fault())
    assert incidents._writing is not None
    await incidents._writing
    paused = {"event": "incidents.pause", "log_level": "warning", "reason": "RuntimeError()", "waiting": 1}
    assert logs.entries == [paused] * refusals
    assert len(incidents._waiting) == waiting
    assert len((await incidents.page(SYSTEM, IncidentQuery())).items) == kept
    incidents.saw(fault("y", place="GET /other"))
    await incidents._writing
    assert len((await incidents.page(SYSTEM, IncidentQuery())).items) == 2


async def test_a_fact_that_is_given_up_is_one(
    shop: Shop, incidents: IncidentService, relay: Relay, clock: FrozenClock
) -> None:
    data = Register(
        name="Eva", phone="+34 600 000 000", email="eva@example.com", password=PASSWORD, password_confirm=PASSWORD
    )
    await shop.services["accounts"].register(data, "es")
    relay._reactions.clear()
    for _ in range(GIVE_UP_TRIES):
        assert await relay.drain()
        clock.move(hours=8)
    await incidents.settle()
    kinds = (await incidents.page(SYSTEM, IncidentQuery())).items
    assert {one.source for one in kinds} == {Source.REACTION}
    assert all("nothing is installed" in one.message for one in kinds)


def test_what_no_database_takes_is_left_out() -> None:
    odd = mishap("x", Source.REQUEST, "GET /", ValueError("a\0b\ud800"))
    assert "\0" not in odd.message + odd.trace
    assert mishap("x", Source.JOB, "a", OSError("no postgresql://eva:se/c@re:t@db/x here")).message == (
        "no postgresql://…@db/x here"
    )
    odd.message.encode()
    odd.trace.encode()
