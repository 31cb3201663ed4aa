"""Case 19 and the chat's part of case 17: messages reach who listens once and in order, and nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, cast

import pytest
from tests.serving import listening
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from zoco.app import Shop
from zoco.features.chat.service import ChatService
from zoco.kit.permissions import Actor, Role
from zoco.testing.people import PASSWORD, account

SOON = 10
NOTHING = 0.3


@pytest.fixture
def chat(shop: Shop) -> ChatService:
    return cast(ChatService, shop.services["chat"])


@pytest.fixture
async def url(shop: Shop) -> AsyncIterator[str]:
    async with listening(shop) as address:
        yield address


class Listener:
    """A program that does as `chat.js` does: it asks for what is missing, and connects again."""

    def __init__(self, url: str, session: str, chat: ChatService, actor: Actor, to: str = "general") -> None:
        self._url, self._session, self._chat = url.replace("http", "ws"), session, chat
        self._actor, self._to = actor, to
        self.seen: list[int] = []
        self.said: list[dict[str, Any]] = []
        self.asked = 0

    @property
    def last(self) -> int:
        return self.seen[-1] if self.seen else 0

    def dial(self) -> connect:
        address = f"{self._url}/live/chat?email={self._to}&after={self.last}"
        cookies = {"cookie": f"session={self._session}"} if self._session else {}
        return connect(address, origin=Origin(self._url.replace("ws", "http")), additional_headers=cookies)

    async def listen(self, until: int, socket: ClientConnection) -> None:
        """Until it has seen the message with that number; every one counts that is shown."""
        async with asyncio.timeout(SOON):
            while self.last < until:
                await self.hear(socket)

    async def hear(self, socket: ClientConnection) -> None:
        said = json.loads(await socket.recv())
        self.said.append(said)
        for one in said.get("items", []):
            if one["seq"] <= self.last:
                continue
            if one["seq"] != self.last + 1:
                await self._ask()
            else:
                self.seen.append(one["seq"])
        if said.get("last", 0) > self.last:
            await self._ask()

    async def _ask(self) -> None:
        """As the REST call does."""
        self.asked += 1
        found = await self._chat.history(self._actor, self._to, after=self.last, limit=100)
        self.seen += [one.seq for one in found.messages]


async def session(shop: Shop, actor: Actor) -> str:
    signed = await shop.services["accounts"].sign_in(actor.email, PASSWORD)
    return str(signed.token)


async def silent(socket: ClientConnection) -> bool:
    try:
        async with asyncio.timeout(NOTHING):
            await socket.recv()
    except TimeoutError:
        return True
    return False


async def refusal(dialled: connect) -> int:
    with pytest.raises(InvalidStatus) as refused:
        await dialled
    return refused.value.response.status_code


async def test_a_message_reaches_all_who_listen_and_no_other_conversation(
    shop: Shop, chat: ChatService, url: str
) -> None:
    eva, luis = await account(shop), await account(shop)
    sara = await account(shop, Role.STAFF)
    tokens = [await session(shop, actor) for actor in (eva, luis, sara)]
    own = Listener(url, tokens[0], chat, eva, eva.email)
    other = Listener(url, tokens[1], chat, luis, luis.email)
    staff = Listener(url, tokens[2], chat, sara, eva.email)
    async with own.dial() as hers, other.dial() as his, staff.dial() as theirs:
        for listener, socket in ((own, hers), (other, his), (staff, theirs)):
            await listener.hear(socket)
        await chat.say(eva, "", "¿Hay tazas?")
        await chat.say(sara, eva.email, "Sí.")
        await own.listen(2, hers)
        await staff.listen(2, theirs)
        assert own.seen == staff.seen == [1, 2]
        assert await silent(his)
        await hers.send(json.dumps({"typing": True}))
        await staff.hear(theirs)
        assert staff.said[-1] == {"typing": own.said[0]["me"], "name": eva.name, "staff": False}
        await theirs.send(json.dumps({"read": 2}))
        await staff.hear(theirs)
        assert staff.said[-1] == {"read": 2, "staff": True}
    assert own.asked == staff.asked == 0
    assert (await chat.enter(eva)).staff_unread == 0
    assert await refusal(Listener(url, tokens[1], chat, luis, eva.email).dial()) == 403
    assert await refusal(Listener(url, "", chat, luis, "general").dial()) == 401
    assert await refusal(Listener(url, "", chat, luis, luis.email).dial()) == 401


async def test_the_general_channel_tells_no_addresses_but_to_staff(shop: Shop, chat: ChatService, url: str) -> None:
    eva, luis, sara = await account(shop), await account(shop), await account(shop, Role.STAFF)
    listener = Listener(url, await session(shop, luis), chat, luis)
    staff = Listener(url, await session(shop, sara), chat, sara)
    async with listener.dial() as socket, staff.dial() as theirs:
        await chat.say(eva, "general", "Hola")
        await listener.listen(1, socket)
        await staff.listen(1, theirs)
    assert eva.email not in json.dumps(listener.said)
    assert eva.email in json.dumps(staff.said)


async def test_who_signs_out_hears_nothing_more(shop: Shop, chat: ChatService, url: str) -> None:
    eva = await account(shop)
    token = await session(shop, eva)
    listener = Listener(url, token, chat, eva)
    async with listener.dial() as socket:
        await listener.hear(socket)
        actor = await shop.services["accounts"].by_session(token)
        await shop.services["accounts"].sign_out(actor)
        with pytest.raises(ConnectionClosed):
            async with asyncio.timeout(SOON):
                await socket.recv()


async def test_nobody_has_more_sockets_than_are_allowed_by_coming_with_all_at_once(
    shop: Shop, chat: ChatService, url: str
) -> None:
    eva = await account(shop)
    token = await session(shop, eva)
    dialled = await asyncio.gather(*(_tried(Listener(url, token, chat, eva).dial()) for _ in range(40)))
    assert [one for one in dialled if isinstance(one, int)] == [429] * 20
    await asyncio.gather(*(one.close() for one in dialled if not isinstance(one, int)))


@pytest.mark.parametrize("by", ["guest", "staff"])
async def test_who_only_claims_an_address_does_not_listen_to_what_others_say_there(
    shop: Shop, chat: ChatService, url: str, by: str
) -> None:
    eva, sara = await account(shop), await account(shop, Role.STAFF)
    listener = Listener(url, await session(shop, eva), chat, eva, eva.email)
    async with listener.dial() as socket:
        await listener.hear(socket)
        if by == "guest":
            await chat.say(Actor(name="Eva", email=eva.email), "", "Soy yo, sin cuenta.")
        else:
            await chat.say(sara, eva.email, "Su código es 1234.")
        await ends(socket, 1008)
    assert listener.seen == []
    assert await refusal(listener.dial()) == 403


async def test_who_may_no_longer_be_there_is_sent_away_when_they_say_something(
    shop: Shop, chat: ChatService, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    eva = await account(shop)
    listener = Listener(url, await session(shop, eva), chat, eva)
    await chat.say(eva, "general", "Hola")
    async with listener.dial() as socket:
        await listener.hear(socket)
        monkeypatch.setattr(chat, "rules", type(chat.rules)(general=False, mail_after=None, language="es"))
        await socket.send(json.dumps({"read": 1}))
        await ends(socket, 1008)


async def ends(socket: ClientConnection, code: int) -> None:
    with pytest.raises(ConnectionClosed) as end:
        async with asyncio.timeout(SOON):
            await socket.recv()
    assert end.value.rcvd is not None
    assert end.value.rcvd.code == code


async def _tried(dialled: connect) -> ClientConnection | int:
    try:
        return await dialled
    except InvalidStatus as refused:
        return refused.response.status_code


@pytest.mark.parametrize("said", ["{", "[]", '{"typing": 1}', '{"read": -1}', '{"other": 1}'])
async def test_nonsense_ends_a_socket(shop: Shop, chat: ChatService, url: str, said: str) -> None:
    eva = await account(shop)
    async with Listener(url, await session(shop, eva), chat, eva).dial() as socket:
        await socket.recv()
        await socket.send(said)
        with pytest.raises(ConnectionClosed) as end:
            await socket.recv()
        assert end.value.rcvd is not None
        assert end.value.rcvd.code == 1007


async def test_storms_of_reconnecting_listeners_lose_and_double_nothing(
    shop: Shop, chat: ChatService, url: str
) -> None:
    """A smaller one than `python -m bench --only chat` makes: 15 listeners, 6 storms while messages are sent."""
    eva, sara = await account(shop), await account(shop, Role.STAFF)
    token, storms, each = await session(shop, eva), 6, 10
    listeners = [Listener(url, token, chat, eva) for _ in range(15)]
    for storm in range(1, storms + 1):
        async with AsyncExitStack() as stack:
            sending = asyncio.create_task(_send(chat, sara, storm, each))
            sockets = await asyncio.gather(*(stack.enter_async_context(one.dial()) for one in listeners))
            if storm % 2:  # half of the storms come in the middle of the sending
                await sending
            goal = storm * each if storm % 2 else 0
            pairs = zip(listeners, sockets, strict=True)
            await asyncio.gather(*(listener.listen(goal, socket) for listener, socket in pairs))
            await sending
    async with AsyncExitStack() as stack:
        for listener in listeners:
            await listener.listen(storms * each, await stack.enter_async_context(listener.dial()))
    for listener in listeners:
        assert listener.seen == list(range(1, storms * each + 1))


async def _send(chat: ChatService, actor: Actor, storm: int, each: int) -> None:
    for number in range(each):
        await chat.say(actor, "general", f"{storm}.{number}")
