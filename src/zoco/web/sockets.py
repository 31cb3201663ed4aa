"""WebSockets: at `/live` a page says which keys it shows and hears which have changed; channels have their own."""

from __future__ import annotations

import asyncio
import contextlib
import time
import types
from collections import deque
from collections.abc import Awaitable, Generator, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2s
from typing import Annotated, Any

import msgspec
import structlog
from msgspec import Meta

from zoco.kit.errors import Declined, Forbidden, NotFound, Unauthenticated
from zoco.kit.ids import is_id
from zoco.kit.permissions import Permission, Role
from zoco.web.asgi import App, Receive, Scope, Send, refuse
from zoco.web.channels import Channels, Seat, place_asked
from zoco.web.cookies import CART, Cookies
from zoco.web.live import Hub
from zoco.web.visitor import ClientAddress, actor_of, counted_as

log = structlog.get_logger("zoco.sockets")

ADDRESS = "/live"
_TOO_LONG, _UNREADABLE, _NOT_TEXT, _AGAINST_RULES, _GOING_AWAY = 1009, 1007, 1003, 1008, 1001
_CLOSING_SECONDS = 5
_COUNTED = "address:"
_STAFF = Permission("live.staff", Role.STAFF)
_MOST_WAITING = 500


@dataclass(frozen=True)
class SocketLimits:
    """How much one page, one visitor and all together may ask for.

    `life` ends a socket after so many seconds, so that the page comes again and shows who it is: a session that ran
    out, or was ended in the very moment of connecting, hears nothing for longer than that.
    """

    of_person: int | None = 20
    of_address: int | None = 200
    """Guests; many people share an address, and each has one socket for every page that is in sight."""
    of_process: int = 10_000
    message: int = 8_192
    burst: int = 10
    per_second: float = 2.0
    send_seconds: float = 10.0
    life: float = 3600.0


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a page says: the keys that it shows, and for how many milliseconds it has shown them as they are."""

    keys: Annotated[list[Annotated[str, Meta(min_length=1, max_length=80)]], Meta(max_length=200)]
    age: Annotated[float, Meta(ge=0)]


_shown = msgspec.json.Decoder(Shown)


class Live:
    """Answers at `/live` and at the channels' addresses, within the layers that found the actor and refused origins.

    The first message to a page is `{"you": …}`, a mark of who it is heard as: a browser's pages that see different ones
    connect again. Then come hints, `{"keys": […], "wait": ms}`: read again at a random moment within that time.
    """

    def __init__(
        self,
        app: App,
        hub: Hub,
        cookies: Cookies,
        client: ClientAddress,
        limits: SocketLimits | None = None,
        *,
        channels: Mapping[str, Channels] | None = None,
    ) -> None:
        self._app = app
        self._hub = hub
        self._cookies = cookies
        self._client = client
        self._limits = limits or SocketLimits()
        self._channels = channels or {}

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "websocket" and (scope["path"] == ADDRESS or scope["path"] in self._channels):
            return self._converse(scope, receive, send)
        return self._app(scope, receive, send)

    async def _converse(self, scope: Scope, receive: Receive, send: Send) -> None:
        names, hub, limits = self._names(scope), self._hub, self._limits
        channels = self._channels.get(scope["path"])
        full = self._full(names)
        seat = await channels.admit(scope, self._cookies) if channels and not full else None
        if full := full or self._full(names):  # again, as others may have come while that was looked up
            await refuse(scope, send, full, [(b"retry-after", b"30")])
        elif channels and seat:
            await ChannelSocket(names, send, limits, channels, seat, place_asked(scope)).serve(hub, receive)
        else:
            await Socket(names, send, limits).serve(hub, receive)

    def _full(self, names: Iterable[str]) -> int | None:
        """The status of the refusal where there are too many already."""
        if self._hub.count >= self._limits.of_process:
            return 503
        return 429 if any(self._hub.open_of(name) >= most for name, most in self._most(names)) else None

    def _names(self, scope: Scope) -> frozenset[str]:
        actor = actor_of(scope)
        if actor.id:
            staff = {"role:staff"} if actor.may(_STAFF) else set[str]()
            return frozenset({f"user:{actor.id}", f"session:{actor.session}"} | staff)
        cart = self._cookies.read(scope, CART)
        address = {f"{_COUNTED}{counted_as(self._client(scope))}"}
        return frozenset(address | {f"cart:{cart}"} if cart and is_id(cart) else address)

    def _most(self, names: Iterable[str]) -> Iterable[tuple[str, int]]:
        for name in names:
            most = {"user": self._limits.of_person, "address": self._limits.of_address}.get(name.partition(":")[0])
            if most is not None:
                yield name, most


class Socket:
    """One page. Between messages it costs its server's connection, one task and what it said."""

    __slots__ = ("_code", "_deadline", "_limits", "_pending", "_send", "_sending", "_spread", "keys", "names")

    def __init__(self, names: frozenset[str], send: Send, limits: SocketLimits) -> None:
        self.names, self.keys = names, frozenset[str]()
        self._send, self._limits = send, limits
        self._pending, self._spread = set[str](), 0
        self._sending: asyncio.Task[None] | None = None
        self._deadline: asyncio.Timeout | None = None
        self._code: int | None = _GOING_AWAY

    async def serve(self, hub: Hub, receive: Receive) -> None:
        """Until either side has enough; what cannot be delivered is dropped with the connection."""
        hub.join(self)
        try:
            async with asyncio.timeout(self._limits.life) as self._deadline:
                await self._send({"type": "websocket.accept"})
                await self._greet()
                self._code = await self._listen(hub, receive)
        except TimeoutError:
            pass  # its time is over, or somebody ended it
        except OSError:
            self._code = None  # the page has gone
        finally:
            self._deadline = None
            hub.leave(self)
            if self._sending is not None:
                self._sending.cancel()
        if self._code is not None:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(_CLOSING_SECONDS):
                    await self._send({"type": "websocket.close", "code": self._code})

    def tell(self, keys: Iterable[str], spread: int) -> None:
        """While one message is on its way, the next one gathers; it never holds more than the page asked for."""
        self._pending.update(keys)
        self._spread = max(self._spread, spread)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._deliver())

    def cut(self) -> None:
        self._end(_AGAINST_RULES)

    def _end(self, code: int | None) -> None:
        if self._deadline is not None and not self._deadline.expired():
            self._code = code
            self._deadline.reschedule(asyncio.get_running_loop().time())

    async def _listen(self, hub: Hub, receive: Receive) -> int | None:
        """The code to close with, None where the page has gone."""
        left, last = float(self._limits.burst), time.monotonic()
        while (message := await receive())["type"] != "websocket.disconnect":
            if message["type"] == "websocket.connect":
                continue
            now = time.monotonic()
            left = min(left + (now - last) * self._limits.per_second, self._limits.burst) - 1
            last = now
            if left < 0:
                return _AGAINST_RULES
            said = message.get("text")
            if said is None:
                return _NOT_TEXT
            if len(said) > self._limits.message:
                return _TOO_LONG
            try:
                await self._hear(hub, said)
            except msgspec.DecodeError:
                return _UNREADABLE
        return None

    async def _greet(self) -> None:
        await self._say({"you": self._mark()})

    async def _hear(self, hub: Hub, said: str) -> None:
        shown = _shown.decode(said)
        hub.show(self, shown.keys, shown.age / 1000)

    async def _deliver(self) -> None:
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                while keys := sorted(self._pending & self.keys):
                    spread, self._spread = self._spread, 0
                    self._pending.clear()
                    await self._say({"keys": keys, "wait": spread})
                self._pending.clear()
        except TimeoutError:
            self._end(None)  # it does not read
        except OSError:
            pass  # the page has gone, which the other side of the socket hears as well

    async def _say(self, message: object) -> None:
        await self._send({"type": "websocket.send", "text": msgspec.json.encode(message).decode()})

    def _mark(self) -> str:
        known = sorted(name for name in self.names if not name.startswith(_COUNTED))
        return blake2s("|".join(known).encode(), digest_size=8).hexdigest() if known else ""


class ChannelSocket(Socket):
    """One page that listens to a channel; what it does not read in time ends it, and it comes again."""

    __slots__ = ("_channels", "_texts", "after", "seat")

    def __init__(  # noqa: PLR0917 - made in one place
        self, names: frozenset[str], send: Send, limits: SocketLimits, channels: Channels, seat: Seat, after: int
    ) -> None:
        super().__init__(names, send, limits)
        self._channels, self.seat, self.after = channels, seat, after
        self._texts: deque[str] = deque()

    async def serve(self, hub: Hub, receive: Receive) -> None:
        try:
            await super().serve(hub, receive)
        finally:
            self._channels.leave(self)

    def say(self, text: str) -> None:
        """Send it after what waits already; at once where the connection takes it, which costs no task."""
        if len(self._texts) >= _MOST_WAITING:
            self._end(None)
        elif self._sending is None or self._sending.done():
            sending = self._send({"type": "websocket.send", "text": text}).__await__()
            try:
                waiting = next(sending)
            except StopIteration:
                return
            except OSError:
                return  # the page has gone, which the other side of the socket hears as well
            self._sending = asyncio.create_task(self._deliver(_rest(sending, waiting)))
        else:
            self._texts.append(text)

    def _end(self, code: int | None) -> None:
        """Whoever is sent away hears nothing more, however long the farewell takes."""
        super()._end(code)
        self._channels.leave(self)

    async def _greet(self) -> None:
        self._channels.join(self)

    async def _hear(self, hub: Hub, said: str) -> None:  # noqa: ARG002 - as every socket hears
        try:
            await self._channels.said(self.seat, said)
        except (Forbidden, NotFound, Unauthenticated):  # the page may no longer be here
            self._end(_AGAINST_RULES)
        except Declined as refusal:
            log.info("sockets.refusal", code=refusal.code)

    async def _deliver(self, begun: Awaitable[None] | None = None) -> None:
        try:
            async with asyncio.timeout(self._limits.send_seconds):
                if begun is not None:
                    await begun
                while self._texts:
                    await self._send({"type": "websocket.send", "text": self._texts.popleft()})
        except TimeoutError:
            self._end(None)  # it does not read
        except OSError:
            pass  # the page has gone, which the other side of the socket hears as well


@types.coroutine
def _rest(begun: Generator[Any, None, None], waiting: Any) -> Generator[Any, None, None]:
    """What is left of a call that had to wait after all: `waiting` is what it waits for."""
    while True:
        try:
            yield waiting
        except BaseException as error:  # noqa: BLE001 - it is its own
            handed: BaseException | None = error
        else:
            handed = None
        try:
            waiting = begun.throw(handed) if handed else next(begun)
        except StopIteration:
            return
