"""The hub: who is told what, when, and what a page missed."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import ClassVar

import pytest

from zoco.kit.events import Event
from zoco.web.live import Cut, Hint, Hints, Hub, hint


class Sold(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "things"
    things: list[str]


class Filled(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "bags"
    owner: str


class Left(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "people"
    user: str
    but: str = ""


@hint(Sold)
def sold(fact: Sold) -> Hints:
    return [Hint(f"thing:{thing}") for thing in fact.things]


@hint(Filled)
def filled(fact: Filled) -> Hints:
    return [Hint("bag", f"user:{fact.owner}")]


@hint(Left)
def left(fact: Left) -> Hints:
    return [Cut(f"user:{fact.user}", fact.but)]


class Page:
    def __init__(self, *names: str) -> None:
        self.names, self.keys = frozenset(names), frozenset[str]()
        self.told: list[set[str]] = []
        self.spreads: list[int] = []
        self.is_cut = False

    def tell(self, keys: Iterable[str], spread: int) -> None:
        self.told.append(set(keys))
        self.spreads.append(spread)

    def cut(self) -> None:
        self.is_cut = True


class Watch:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def hub(watch: Watch) -> Hub:
    room = ModuleType("room")
    vars(room).update(sold=sold, filled=filled, left=left, other=print)
    made = Hub([room], watch)
    watch.time += 100
    return made


def opened(hub: Hub, *names: str, keys: Iterable[str] = (), age: float = 0) -> Page:
    page = Page(*names)
    hub.join(page)
    hub.show(page, keys, age)
    return page


async def told(hub: Hub) -> None:
    """Until nothing is left to be told."""
    if hub._telling is not None:
        await hub._telling


async def test_a_page_hears_only_of_what_it_shows(hub: Hub) -> None:
    one, other = opened(hub, keys=["thing:1", "bag"]), opened(hub, keys=["thing:2"])
    hub.heard([Sold(things=["1", "3"]), Event()])
    await told(hub)
    assert (one.told, other.told) == ([{"thing:1"}], [])


async def test_many_facts_are_one_message(hub: Hub) -> None:
    page = opened(hub, keys=["thing:1", "thing:2"])
    for _ in range(20):
        hub.heard([Sold(things=["1"]), Sold(things=["2"])])
    await told(hub)
    hub.heard([Sold(things=["2"])])
    await told(hub)
    assert page.told == [{"thing:1", "thing:2"}, {"thing:2"}]


async def test_what_is_private_is_told_to_its_owner_everywhere(hub: Hub) -> None:
    tabs = [opened(hub, "user:ana", keys=["bag"]) for _ in range(2)]
    closed = opened(hub, "user:ana", keys=["thing:1"])
    others = [opened(hub, "user:bea", keys=["bag"]), opened(hub, keys=["bag"])]
    hub.heard([Filled(owner="ana")])
    await told(hub)
    assert [page.told for page in tabs] == [[{"bag"}]] * 2
    assert [page.told for page in (closed, *others)] == [[], [], []]


async def test_many_readers_come_one_after_another(hub: Hub) -> None:
    pages = [opened(hub, keys=["thing:1"]) for _ in range(250)]
    hub.heard([Sold(things=["1"])])
    await told(hub)
    assert all(page.told == [{"thing:1"}] and page.spreads == [500] for page in pages)


async def test_a_page_that_connects_hears_what_it_missed(hub: Hub, watch: Watch) -> None:
    hub.heard([Sold(things=["old"])])
    watch.time += 20
    hub.heard([Sold(things=["1"]), Filled(owner="ana")])
    watch.time += 5
    keys = ["thing:1", "thing:old", "thing:other", "bag"]
    assert opened(hub, keys=keys, age=1).told == []
    assert opened(hub, keys=keys, age=6).told == [{"thing:1"}]
    assert opened(hub, "user:ana", keys=keys, age=6).told == [{"thing:1", "bag"}]
    assert opened(hub, keys=keys, age=30).told == [{"thing:1", "thing:old"}]


async def test_for_a_page_older_than_our_memory_everything_has_changed(hub: Hub, watch: Watch) -> None:
    watch.time += 1000
    assert opened(hub, keys=["a", "b"], age=58).told == []
    assert opened(hub, keys=["a", "b"], age=60).told == [{"a", "b"}]


async def test_a_process_that_has_just_started_knows_of_nothing_before() -> None:
    assert opened(Hub(), keys=["a"], age=5).told == [{"a"}]


async def test_memory_has_an_end(hub: Hub, watch: Watch) -> None:
    for _ in range(110):
        hub.heard([Sold(things=[str(thing) for thing in range(100)])])
        watch.time += 0.1
    assert len(hub._past) == 10_000
    assert opened(hub, keys=["a"], age=5).told == []
    assert opened(hub, keys=["a"], age=10).told == [{"a"}]
    watch.time += 120
    hub.heard([])
    assert not hub._past


async def test_a_page_may_say_anew_what_it_shows(hub: Hub) -> None:
    page = opened(hub, keys=["thing:1"])
    hub.show(page, ["thing:2"], 0)
    hub.heard([Sold(things=["1"])])
    await told(hub)
    assert page.told == []
    hub.heard([Sold(things=["2"])])
    await told(hub)
    assert page.told == [{"thing:2"}]


async def test_who_has_left_is_forgotten(hub: Hub) -> None:
    page = opened(hub, "user:ana", keys=["thing:1"])
    assert (hub.count, hub.open_of("user:ana")) == (1, 1)
    hub.leave(page)
    hub.heard([Sold(things=["1"])])
    await told(hub)
    assert page.told == []
    assert (hub.count, hub.open_of("user:ana")) == (0, 0)
    assert not hub._by_key
    assert not hub._by_name


async def test_ended_sessions_are_cut(hub: Hub) -> None:
    here, there = opened(hub, "user:ana", "session:1"), opened(hub, "user:ana", "session:2")
    other = opened(hub, "user:bea")
    hub.heard([Left(user="ana", but="session:1")])
    assert [page.is_cut for page in (here, there, other)] == [False, True, False]
    hub.heard([Left(user="ana")])
    assert [page.is_cut for page in (here, there, other)] == [True, True, False]
