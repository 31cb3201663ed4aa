"""What every engine owes the ports Incidents and Cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.samples import NOW

from zoco.features.incidents.models import Case, Incident, IncidentQuery
from zoco.features.incidents.repository import Cases, Incidents
from zoco.kit.errors import Invalid
from zoco.kit.ids import IncidentId, UserId
from zoco.kit.mishaps import Source
from zoco.kit.store import Store


def an_incident(name: str, **given: Any) -> Incident:
    usual: dict[str, Any] = {
        "id": IncidentId(name),
        "source": Source.REQUEST,
        "place": "GET /",
        "kind": "RuntimeError",
        "message": "ñ €",
        "trace": "Traceback …",
        "count": 1,
        "first_at": NOW,
        "last_at": NOW,
    }
    return Incident(**usual | given)


def a_case(name: str, **given: Any) -> Case:
    usual: dict[str, Any] = {"id": name, "incident": IncidentId("a"), "at": NOW, "place": "GET /"}
    return Case(**usual | given)


async def happened(store: Store, *incidents: Incident) -> None:
    async with store.write() as tx:
        for incident in incidents:
            await tx[Incidents].add(incident)


async def listed(store: Store, limit: int = 50, solved: bool | None = None) -> list[str]:  # noqa: FBT001
    found, after = list[Incident](), None
    while True:
        async with store.read() as tx:
            page = await tx[Incidents].page(IncidentQuery(after=after, limit=limit, solved=solved))
        found += page.items
        if (after := page.next) is None:
            return [one.id for one in found]


async def test_it_comes_back_as_it_was_stored(store: Store) -> None:
    incident = an_incident("a", count=3, source=Source.JOB)
    await happened(store, incident)
    async with store.read() as tx:
        assert await tx[Incidents].get(incident.id) == incident
        assert await tx[Incidents].get(IncidentId("b")) is None
        assert (await tx[Incidents].page(IncidentQuery())).items == [msgspec.structs.replace(incident, trace="")]


async def test_what_happens_again_is_counted_and_open_again(store: Store) -> None:
    await happened(store, an_incident("a"))
    async with store.write() as tx:
        assert await tx[Incidents].solve(IncidentId("a"), NOW, "Nora")
        assert not await tx[Incidents].solve(IncidentId("b"), NOW, "Nora")
    assert (await listed(store, solved=True), await listed(store, solved=False)) == (["a"], [])
    later = NOW + timedelta(hours=1)
    await happened(store, an_incident("a", count=2, first_at=later, last_at=later, message="x", trace="y", place="z"))
    async with store.read() as tx:
        found = await tx[Incidents].get(IncidentId("a"))
    assert found is not None
    assert (found.count, found.first_at, found.last_at, found.solved_at) == (3, NOW, later, None)
    assert (found.message, found.trace, found.place) == ("x", "y", "z")
    assert (await listed(store, solved=True), await listed(store, solved=False)) == ([], ["a"])


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_the_latest_come_first_in_pages_of_any_size(store: Store, limit: int) -> None:
    await happened(store, *(an_incident(name, last_at=NOW + timedelta(hours=n // 2)) for n, name in enumerate("abcde")))
    assert await listed(store, limit) == list("edcba")
    assert await listed(store, limit, solved=False) == list("edcba")


async def test_a_cursor_that_was_made_up_is_refused(store: Store) -> None:
    async with store.read() as tx:
        with pytest.raises(Invalid):
            await tx[Incidents].page(IncidentQuery(after="x"))


async def test_only_the_latest_are_kept(store: Store) -> None:
    await happened(store, *(an_incident(name, last_at=NOW + timedelta(hours=n // 2)) for n, name in enumerate("abcde")))
    async with store.write() as tx:
        await tx[Cases].add([a_case(name, at=NOW + timedelta(hours=n // 2)) for n, name in enumerate("abcde")])
        for most in (5, 2):
            await tx[Incidents].keep(most)
            await tx[Cases].keep(most)
    assert await listed(store) == ["e", "d"]
    async with store.read() as tx:
        assert [case.id for case in await tx[Cases].of(IncidentId("a"), 10)] == ["e", "d"]


async def test_each_time_is_found_by_its_id(store: Store) -> None:
    case, other = a_case("abc-1", actor=UserId("nora")), a_case("abc-2", incident=IncidentId("b"))
    async with store.write() as tx:
        await tx[Cases].add([case, other])
        await tx[Cases].add([a_case("abc-1", place="another"), a_case("abc-3", at=NOW + timedelta(hours=1))])
    async with store.read() as tx:
        assert await tx[Cases].get("abc-1") == case
        assert await tx[Cases].get("abc-4") is None
        assert [found.id for found in await tx[Cases].of(IncidentId("a"), 10)] == ["abc-3", "abc-1"]
        assert [found.id for found in await tx[Cases].of(IncidentId("a"), 1)] == ["abc-3"]


async def test_all_of_it_can_be_carried_away_and_taken_in(store: Store) -> None:
    incidents, cases = [an_incident(name, solved_at=NOW, solved_by="N") for name in "abc"], [a_case("x"), a_case("y")]
    async with store.write() as tx:
        for incident in incidents:
            await tx[Incidents].restore(incident)
        for case in cases:
            await tx[Cases].restore(case)
    async with store.read() as tx:
        first = await tx[Incidents].records(None, 2)
        assert [one for _, one in first + await tx[Incidents].records(first[-1][0], 2)] == incidents
        assert [one for _, one in await tx[Cases].records(None, 5)] == cases
