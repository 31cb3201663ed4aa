"""A real SMTP server on the loopback that answers as it is told."""
# ruff: noqa: N802, ARG002 - the names and arguments of aiosmtpd's handlers

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from tests.features.mail.letters import read

OK = "250 OK"
STALL = "stall"


class Mailbox:
    """What arrived; `sender`, `recipient` and `data` hold the next replies to those commands, then it is OK."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.sender: list[str] = []
        self.recipient: list[str] = []
        self.data: list[str] = []
        self.tried: list[str] = []
        self.stalled = asyncio.Event()
        self.port = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._reply(self.sender)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._reply(self.recipient)
        if reply == OK:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = read(envelope.content)
        self.tried.append(message["Message-ID"])
        reply = await self._reply(self.data)
        if reply == OK:
            self.mails.append(message)
        return reply

    async def _reply(self, replies: list[str]) -> str:
        reply = replies.pop(0) if replies else OK
        if reply == STALL:
            self.stalled.set()
            await asyncio.Event().wait()
        return reply


@asynccontextmanager
async def opened(mailbox: Mailbox, port: int = 0, password: str | None = None) -> AsyncIterator[Mailbox]:
    """The mailbox behind a port of the loopback; with a password, nobody else may send."""

    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == (password or "").encode(), handled=False)

    loop = asyncio.get_running_loop()
    secured = password is not None
    server = await loop.create_server(
        lambda: SMTP(
            mailbox, loop=loop, hostname="localhost", authenticator=known, auth_required=secured, auth_require_tls=False
        ),
        "127.0.0.1",
        port,
    )
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()
