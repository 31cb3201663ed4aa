"""Modules, reactions and use cases: what a feature is made of."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import ClassVar

import pytest

from zoco.kit.errors import Conflict, StaleWrite, Unavailable
from zoco.kit.events import Event, on, reactions
from zoco.kit.ids import is_id
from zoco.kit.module import Module, ModulesError, in_order
from zoco.kit.store import Collision, use_case


class Rang(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "bell"


def named(modules: list[Module]) -> list[str]:
    return [module.name for module in modules]


def test_modules_come_after_those_that_they_require() -> None:
    modules = [Module("c", requires=("b", "a")), Module("b", requires=("a",)), Module("a"), Module("z")]
    assert named(in_order(modules)) == ["a", "z", "b", "c"]
    assert in_order([]) == []


@pytest.mark.parametrize(
    ("modules", "named_in_the_message"),
    [
        ([Module("a", requires=("nowhere",))], "a requires nowhere"),
        ([Module("a", requires=("b",)), Module("b", requires=("a",)), Module("c")], "a requires b; b requires a"),
        ([Module("a", requires=("a",))], "a requires a"),
        ([Module("b"), Module("a"), Module("a", requires=("b",))], "two modules .* a"),
    ],
)
def test_what_cannot_be_loaded_is_named(modules: list[Module], named_in_the_message: str) -> None:
    with pytest.raises(ModulesError, match=named_in_the_message):
        in_order(modules)


def test_every_fact_has_an_id_of_its_own() -> None:
    assert is_id(Rang().id)
    assert Rang().id != Rang().id
    assert Rang.topic == "bell"


async def test_reactions_get_the_services_that_they_name() -> None:
    seen: list[tuple[object, ...]] = []

    @on(Rang)
    async def answer(tx: object, event: Rang, porter: str) -> None:
        seen.append((tx, event, porter))

    @on(Rang)
    async def call(event: Rang, garden: str, porter: str) -> None:
        seen.append((event, garden, porter))

    async def unmarked(tx: object) -> None:
        raise AssertionError

    tasks = SimpleNamespace(answer=answer, call=call, unmarked=unmarked, number=1)
    found = reactions("house", tasks, {"porter": "P", "garden": "G", "cellar": "C"})
    assert [(one.name, one.event, one.effect) for one in found] == [
        ("house.answer", Rang, False),
        ("house.call", Rang, True),
    ]
    event = Rang()
    await found[0].run("tx", event)
    await found[1].run(event)
    assert seen == [("tx", event, "P"), (event, "G", "P")]


def test_a_reaction_that_names_an_unknown_service_stops_the_start() -> None:
    @on(Rang)
    async def answer(tx: object, event: Rang, nobody: object) -> None: ...

    with pytest.raises(KeyError, match="nobody"):
        reactions("house", SimpleNamespace(answer=answer), {})


class Counter:
    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.runs = 0

    @use_case
    async def count(self, step: int, *, twice: bool = False) -> int:
        """Count on."""
        self.runs += 1
        if self.faults:
            raise self.faults.pop()
        return step * 2 if twice else step


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []

    async def pause(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", pause)
    return taken


async def test_a_use_case_that_works_runs_once(pauses: list[float]) -> None:
    counter = Counter()
    assert await counter.count(1, twice=True) == 2
    assert (counter.runs, pauses) == (1, [])
    assert Counter.count.__doc__ == "Count on."


async def test_a_use_case_that_was_overtaken_runs_again(pauses: list[float]) -> None:
    counter = Counter(StaleWrite(), StaleWrite(), StaleWrite())
    assert await counter.count(1) == 1
    assert counter.runs == 4
    assert all(0 <= taken <= most for taken, most in zip(pauses, (0.005, 0.02, 0.08), strict=True))


async def test_a_use_case_that_is_always_overtaken_says_so(pauses: list[float]) -> None:
    counter = Counter(*[StaleWrite()] * 9)
    with pytest.raises(StaleWrite):
        await counter.count(1)
    assert counter.runs == 4


async def test_a_use_case_that_always_collides_asks_to_come_back_later(pauses: list[float]) -> None:
    counter = Counter(*[Collision()] * 9)
    with pytest.raises(Unavailable):
        await counter.count(1)
    assert counter.runs == 4


async def test_any_other_refusal_is_final(pauses: list[float]) -> None:
    counter = Counter(Conflict())
    with pytest.raises(Conflict):
        await counter.count(1)
    assert counter.runs == 1
