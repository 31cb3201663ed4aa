"""Channels: who is told what, in which order, and what those are told who come late."""
# ruff: noqa: ARG002 - a station is asked in full

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

import pytest

from zoco.kit.events import Event
from zoco.web.asgi import Message, Scope
from zoco.web.channels import Channels, Gone, News, Seat, place_asked
from zoco.web.cookies import Cookies
from zoco.web.live import Hub
from zoco.web.sockets import ChannelSocket, SocketLimits


class Said(Event, frozen=True, kw_only=True):
    topic: ClassVar[str] = "talk"
    gone: int | None = None


class Talk:
    """A station with one channel; nobody is told of `quiet` ones."""

    address = "/live/talk"

    def __init__(self) -> None:
        self.last = 0
        self.reads = 0
        self.seated: list[Sequence[Seat]] = []
        self.gone = set[int]()
        self.while_reading: Any = None

    async def admit(self, scope: Scope, cookies: Cookies) -> Seat:
        return seat()

    async def news(self, channel: str, after: int, limit: int) -> Sequence[News]:
        self.reads += 1
        numbers = range(after + 1, min(self.last, after + limit) + 1)
        news = [
            News(number, {"all": f'{{"seq":{number},"gone":{json.dumps(number in self.gone)}}}'}, number in self.gone)
            for number in numbers
        ]
        if self.while_reading:
            self.while_reading()
            self.while_reading = None
        return news

    async def reach(self, channels: Sequence[str]) -> Mapping[str, int]:
        return dict.fromkeys(channels, self.last)

    def heard(self, events: Iterable[Event]) -> Iterable[tuple[str, Any]]:
        return [("talk", event.gone and Gone(event.gone)) for event in events if isinstance(event, Said)]

    async def said(self, seat: Seat, text: str) -> None:
        pass

    async def here(self, seats: Sequence[Seat]) -> None:
        self.seated.append(seats)


class Page:
    def __init__(self, after: int = 0) -> None:
        self.seat, self.after = seat(), after
        self.told: list[dict[str, Any]] = []
        self.news = asyncio.Event()

    def say(self, text: str) -> None:
        self.told.append(json.loads(text))
        if self.told[-1].get("items"):
            self.news.set()

    @property
    def seen(self) -> list[int]:
        return [one["seq"] for said in self.told for one in said["items"]]


def seat() -> Seat:
    return Seat("talk", "all", None, "me")


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.fixture
def channels(talk: Talk) -> Channels:
    return Channels(talk)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def say(talk: Talk, channels: Channels, count: int = 1) -> None:
    talk.last += count
    channels.heard([Said()])


async def test_all_are_told_what_is_new_once_and_it_is_read_once(talk: Talk, channels: Channels) -> None:
    pages = [Page() for _ in range(3)]
    for page in pages:
        channels.join(page)
    await settle()
    before = talk.reads
    say(talk, channels, 3)
    say(talk, channels, 2)
    await settle()
    assert [page.seen for page in pages] == [[1, 2, 3, 4, 5]] * 3
    assert talk.reads - before <= 3
    for page in pages:
        channels.leave(page)


async def test_who_comes_late_gets_what_is_at_hand_or_is_told_how_far_it_went(talk: Talk, channels: Channels) -> None:
    talk.last = 500
    first, behind, far = Page(500), Page(495), Page(2)
    for page in (first, behind, far):
        channels.join(page)
        await settle()
    assert first.told == [{"last": 500, "me": "me", "items": []}]
    assert behind.seen == [496, 497, 498, 499, 500]
    assert far.told == [{"last": 500, "me": "me", "items": []}]
    for page in (first, behind, far):
        channels.leave(page)


async def test_nobody_hears_a_channel_that_was_left(talk: Talk, channels: Channels) -> None:
    page, other = Page(), Page()
    for one in (page, other):
        channels.join(one)
    await settle()
    channels.leave(page)
    channels.leave(page)
    say(talk, channels)
    await settle()
    assert (page.seen, other.seen) == ([], [1])
    channels.leave(other)


async def test_a_notice_that_was_lost_is_made_good(
    talk: Talk, channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoco.web.channels._LOOK", 0.01)
    monkeypatch.setattr("zoco.web.channels._SOON", 0.0)
    page = Page()
    channels.join(page)
    await settle()
    talk.last = 2
    async with asyncio.timeout(10):
        await page.news.wait()
    assert page.seen == [1, 2]
    assert talk.seated[0] == [page.seat]
    channels.leave(page)


class Wire:
    """The server's side of a connection; while it is `full`, nothing more is taken."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.free = asyncio.Event()
        self.free.set()

    async def send(self, message: Message) -> None:
        await self.free.wait()
        self.taken.append(message.get("text", message["type"]))


def socket(channels: Channels, wire: Wire, **limits: Any) -> ChannelSocket:
    return ChannelSocket(frozenset(), wire.send, SocketLimits(**limits), channels, seat(), 0)


async def test_a_full_connection_is_waited_for_and_keeps_the_order(channels: Channels) -> None:
    wire = Wire()
    page = socket(channels, wire)
    page.say("1")
    assert wire.taken == ["1"]
    wire.free.clear()
    for text in ("2", "3", "4"):
        page.say(text)
    await settle()
    assert wire.taken == ["1"]
    wire.free.set()
    await settle()
    page.say("5")
    await settle()
    assert wire.taken == ["1", "2", "3", "4", "5"]


async def test_who_does_not_read_is_cut_and_nobody_waits_for_them(talk: Talk, channels: Channels) -> None:
    wire, other = Wire(), Page()
    page = socket(channels, wire, send_seconds=0.05)

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "websocket.disconnect"}

    serving = asyncio.create_task(page.serve(Hub(), receive))
    channels.join(other)
    await settle()
    wire.free.clear()
    say(talk, channels)
    await settle()
    assert other.seen == [1]
    async with asyncio.timeout(5):
        await serving
    channels.leave(other)


@pytest.mark.parametrize(
    ("query", "place"), [(b"", 0), (b"after=7", 7), (b"after=x", 0), (b"after=-1", 0), (b"after=" + b"9" * 40, 0)]
)
def test_the_place_that_is_asked_for(query: bytes, place: int) -> None:
    assert place_asked({"query_string": query}) == place


def take_away(talk: Talk, channels: Channels, seq: int) -> None:
    talk.gone.add(seq)
    channels.heard([Said(gone=seq)])


async def test_what_was_taken_away_is_said_to_nobody_and_told_to_all(talk: Talk, channels: Channels) -> None:
    """Those who come back later and have seen it are told as well."""
    talk.last = 5
    there, behind, ahead = Page(5), Page(1), Page(4)
    channels.join(there)
    await settle()
    take_away(talk, channels, 3)
    assert there.told[-1] == {"removed": 3}
    for page in (behind, ahead):
        channels.join(page)
    assert behind.told == [{"last": 5, "me": "me", "items": []}]  # it reads by itself
    assert ahead.told == [{"last": 5, "me": "me", "items": [{"seq": 5, "gone": False}], "gone": [3]}]
    for page in (there, behind, ahead):
        channels.leave(page)
    again = Page(4)
    channels.join(again)
    await settle()
    assert again.told[0]["gone"] == [3]
    channels.leave(again)


async def test_what_is_taken_away_while_it_is_read_is_read_again(talk: Talk, channels: Channels) -> None:
    page = Page()
    channels.join(page)
    await settle()
    talk.while_reading = lambda: take_away(talk, channels, 1)
    say(talk, channels)
    await settle()
    assert [said["items"] for said in page.told if said.get("items")] == [[{"seq": 1, "gone": True}]]
    channels.leave(page)
