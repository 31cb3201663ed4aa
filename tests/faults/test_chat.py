"""People go on talking while the server is killed: what was acknowledged stays, what was not is sent again, once."""

from __future__ import annotations

import asyncio
import signal

import httpx
import pytest
from tests.faults.conftest import PATIENCE, Server

from zoco.kit.permissions import Role
from zoco.testing.people import PASSWORD, account

pytestmark = pytest.mark.fault

LINES, KILLS = 12, (5, 14, 23)
"""How many lines each of them says, and after how many acknowledged ones of all the server dies."""


class Talker:
    """Says line after line, each under its own key until it is acknowledged; some are sent twice at once."""

    def __init__(self, server: Server, name: str, token: str, to: str) -> None:
        self._server, self._name, self._to = server, name, to
        self._headers = {"authorization": f"Bearer {token}"}
        self.acknowledged: dict[str, int] = {}

    async def talk(self, all_said: list[str], dying: asyncio.Lock) -> None:
        for number in range(LINES):
            body = f"{self._name} {number}"
            while body not in self.acknowledged:
                async with dying:  # nothing new begins while nobody is there to hear it
                    pass
                twice = [self._say(body) for _ in range(1 + number % 2)]
                for seq in await asyncio.gather(*twice):
                    if seq:
                        assert self.acknowledged.setdefault(body, seq) == seq
            all_said.append(body)
            if len(all_said) in KILLS:
                async with dying:
                    await self._server.stop(signal.SIGKILL)
                    await self._server.start()

    async def _say(self, body: str) -> int | None:
        said = {"email": self._to, "body": body, "key": body}
        try:
            async with httpx.AsyncClient(base_url=self._server.url, timeout=PATIENCE, trust_env=False) as client:
                answer = await client.post("/api/messages", json=said, headers=self._headers)
        except httpx.TransportError:
            return None
        if answer.status_code == 503:
            return None
        assert answer.status_code == 201, answer.text
        return int(answer.json()["seq"])


async def test_a_conversation_through_kills_loses_and_doubles_no_line(server: Server) -> None:
    tokens = {}
    async with server.open() as shop:
        eva, luis = await account(shop), await account(shop)
        sara = await account(shop, Role.STAFF)
        accounts = shop.services["accounts"]
        await accounts.verify(accounts.verify_token(eva.id, eva.email))
        for actor in (eva, luis, sara):
            tokens[actor.id] = (await accounts.issue_tokens(actor.email, PASSWORD)).access_token
    server.environ["ZOCO_RATELIMIT__ENABLED"] = "false"
    await server.start()
    talkers = [
        Talker(server, name, tokens[actor.id], to)
        for name, actor, to in (
            ("Eva", eva, eva.email),
            ("Sara", sara, eva.email),
            ("Luis", luis, "general"),
            ("Nora", sara, "general"),
        )
    ]
    all_said: list[str] = []
    dying = asyncio.Lock()
    await asyncio.gather(*(talker.talk(all_said, dying) for talker in talkers))
    await server.stop()
    async with server.open() as shop:
        for to, pair in ((eva.email, talkers[:2]), ("general", talkers[2:])):
            stored = (await shop.services["chat"].history(sara, to, after=0, limit=100)).messages
            assert [one.seq for one in stored] == list(range(1, 2 * LINES + 1))
            assert {one.body: one.seq for one in stored} == pair[0].acknowledged | pair[1].acknowledged
            for talker in pair:
                assert sorted(talker.acknowledged.values()) == list(talker.acknowledged.values())
        conversation = await shop.services["chat"].enter(sara, eva.email)
        assert (conversation.staff_unread, conversation.customer_unread) == (LINES, LINES)
    assert await server.check() == []
