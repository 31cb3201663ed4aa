"""Channels: numbered news that every process reads once and says to all who listen, in their order.

Nothing depends on a notice that may be lost: each process also asks now and then how far the channels that somebody
listens to have come. A page that has missed something is told so, and reads it itself.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs

import msgspec
import structlog

from zoco.kit.events import Event
from zoco.web.asgi import Scope
from zoco.web.cookies import Cookies
from zoco.web.paging import number_asked

log = structlog.get_logger("zoco.channels")

_KEPT = 60
"""News of a channel that stay in memory, for those who connect again."""
_AT_ONCE = 100
_LOOK = 8.0  # seconds after which a notice is taken for lost
_SOON = 1.0  # seconds after which it is noted who has come


class Seat(NamedTuple):
    """What a page listens to, in which form, and for whom, as its station knows them."""

    channel: str
    form: str
    who: Any
    mark: str


class News(NamedTuple):
    """One numbered thing, ready as JSON in every form that the station has."""

    seq: int
    forms: Mapping[str, str]
    gone: bool = False
    """Whether only the number is left."""


class Gone(NamedTuple):
    """What had this number was taken away; pages that were not there to hear it are told when they connect again."""

    seq: int


class Station(Protocol):
    """What a feature fills channels with."""

    address: str
    """Where pages connect: the query names the channel, `after` the last number that the page shows."""

    async def admit(self, scope: Scope, cookies: Cookies) -> Seat:
        """Where the visitor may listen; raises what the feature refuses."""

    async def news(self, channel: str, after: int, limit: int) -> Sequence[News]:
        """What came after a number, by rising number, none left out."""

    async def reach(self, channels: Sequence[str]) -> Mapping[str, int]:
        """The last number of each."""

    def heard(self, events: Iterable[Event]) -> Iterable[tuple[str, Any]]:
        """Which channels have news (None), where something is Gone, or what else is to be said there at once."""

    async def said(self, seat: Seat, text: str) -> None:
        """Somebody says something; raises msgspec.DecodeError where it makes no sense."""

    async def here(self, seats: Sequence[Seat]) -> None:
        """Whose pages are open in this process; asked for again and again."""


class Member(Protocol):
    """A page that listens."""

    seat: Seat
    after: int

    def say(self, text: str) -> None: ...


class _Channel:
    """One that somebody listens to. `last` is None until it was read how far it has come."""

    __slots__ = ("gone", "last", "members", "recent", "stale", "working")

    def __init__(self) -> None:
        self.members = set[Member]()
        self.last: int | None = None
        self.recent: deque[News] = deque(maxlen=_KEPT)
        self.gone: deque[int] = deque(maxlen=_KEPT)
        self.stale = True
        self.working: asyncio.Task[None] | None = None

    def keep(self, news: Sequence[News]) -> None:
        self.recent.extend(news)
        self.gone.extend(one.seq for one in news if one.gone)

    def drop(self, seq: int) -> None:
        """Say it to nobody any more; who has not seen it, nor what came before it, reads by itself."""
        self.gone.append(seq)
        self.recent = deque((one for one in self.recent if one.seq > seq), maxlen=_KEPT)


class Channels:
    """The channels of one station, in this process."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._channels: dict[str, _Channel] = {}
        self._watching: asyncio.Task[None] | None = None
        self._come = asyncio.Event()

    async def admit(self, scope: Scope, cookies: Cookies) -> Seat:
        return await self._station.admit(scope, cookies)

    async def said(self, seat: Seat, text: str) -> None:
        await self._station.said(seat, text)

    def heard(self, events: list[Event]) -> None:
        """The hook of the store's commits."""
        if not self._channels:
            return
        for name, what in self._station.heard(events):
            channel = self._channels.get(name)
            if channel is None:
                continue
            if what is None:
                self._renew(name, channel)
            else:
                if isinstance(what, Gone):
                    channel.drop(what.seq)
                text = _json({"removed": what.seq} if isinstance(what, Gone) else what)
                for member in list(channel.members):
                    member.say(text)

    def join(self, member: Member) -> None:
        """Greet the page with `{"last": …, "me": …, "items": […]}`: what it has missed, as far as it is at hand.

        `gone` has the numbers of what was taken away of late, if anything was.
        """
        name = member.seat.channel
        channel = self._channels.get(name)
        if channel is None:
            channel = self._channels[name] = _Channel()
        channel.members.add(member)
        if channel.last is None:
            self._renew(name, channel)  # which greets all who are there by then
        else:
            _greet(channel, member)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        self._come.set()

    def leave(self, member: Member) -> None:
        name = member.seat.channel
        channel = self._channels.get(name)
        if channel is not None:
            channel.members.discard(member)
            if not channel.members:
                del self._channels[name]

    def _renew(self, name: str, channel: _Channel) -> None:
        channel.stale = True
        if channel.working is None or channel.working.done():
            channel.working = asyncio.create_task(self._read(name, channel))

    async def _read(self, name: str, channel: _Channel) -> None:
        """Until nothing is new; what goes wrong is made good by the next look."""
        try:
            if channel.last is None:
                reach = (await self._station.reach([name])).get(name, 0)
                channel.keep(await self._news(name, channel, max(reach - _KEPT, 0), _KEPT))
                channel.last = max(reach, *(one.seq for one in channel.recent), 0)
                for member in list(channel.members):
                    _greet(channel, member)
            while channel.stale and channel.members:
                channel.stale = False
                while news := await self._news(name, channel, channel.last, _AT_ONCE):
                    channel.last = news[-1].seq
                    channel.keep(news)
                    _tell(channel, news)
        except Exception as error:  # noqa: BLE001 - a page that hears nothing reads by itself
            log.warning("channels.pause", reason=repr(error))

    async def _news(self, name: str, channel: _Channel, after: int, limit: int) -> Sequence[News]:
        """Read once more where something was taken away while it was read."""
        news = await self._station.news(name, after, limit)
        if any(one.seq in channel.gone and not one.gone for one in news):
            news = await self._station.news(name, after, limit)
        return news

    async def _watch(self) -> None:
        """While somebody listens: note who is here, and ask how far the channels have come."""
        while self._channels:
            try:
                await self._station.here([m.seat for channel in self._channels.values() for m in channel.members])
                names = list(self._channels)
                reach = await self._station.reach(names)
                for name in names:
                    channel = self._channels.get(name)
                    if channel and (channel.last is None or reach.get(name, 0) > channel.last):
                        self._renew(name, channel)
            except Exception as error:  # noqa: BLE001 - the next look may work
                log.warning("channels.pause", reason=repr(error))
            self._come.clear()
            try:
                async with asyncio.timeout(_LOOK):
                    await self._come.wait()
                    await asyncio.sleep(_SOON)  # many may come at once
            except TimeoutError:
                pass


def place_asked(scope: Scope) -> int:
    """The last number that the page shows, as the query says."""
    return number_asked(parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[0]) or 0


def _greet(channel: _Channel, member: Member) -> None:
    last = channel.last or 0
    missed = [one for one in channel.recent if one.seq > member.after]
    whole = len(missed) == last - member.after
    items = ",".join(one.forms[member.seat.form] for one in missed) if whole else ""
    gone = [seq for seq in channel.gone if seq <= member.after]
    end = f',"gone":{_json(gone)}' if gone else ""
    member.say(f'{{"last":{last},"me":{_json(member.seat.mark)},"items":[{items}]{end}}}')


def _tell(channel: _Channel, news: Sequence[News]) -> None:
    """Everybody in a form is sent the very same text."""
    texts: dict[str, str] = {}
    for member in list(channel.members):
        form = member.seat.form
        if form not in texts:
            texts[form] = f'{{"items":[{",".join(one.forms[form] for one in news)}]}}'
        member.say(texts[form])


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
