"""A real SMTP server on the loopback that answers as it is told."""
# ruff: noqa: N802, ARG002 - the names and arguments of aiosmtpd's handlers

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from tests.features.mail.letters import read

OK = "250 OK"
CERTIFICATES = Path(__file__).with_name("certificates")
"""Of an authority of our own, good until 2120, and the keys of servers that exist only here."""
STALL, DROP, DROP_KEEPING = "stall", "drop", "drop, keeping the mail"
Reply = TypeVar("Reply", str, str | bytes)


class Mailbox:
    """What arrived; `sender`, `recipient` and `data` hold the next replies to those commands, then it is OK."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.sender: list[str] = []
        self.recipient: list[str | bytes] = []
        self.data: list[str] = []
        self.tried: list[str] = []
        self.stalled = asyncio.Event()
        self.port = 0
        self.knows_nobody = False
        self.refused = set[str]()
        self.here = set[SMTP]()
        self.most_at_once = 0

    def arrived(self, server: SMTP) -> None:
        self.here.add(server)
        self.most_at_once = max(self.most_at_once, len(self.here))

    def left(self, server: SMTP) -> None:
        self.here.discard(server)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._reply(self.sender, server)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str | bytes:
        if address in self.refused:
            return "550 nobody of that name"
        reply = await self._reply(self.recipient, server)
        if reply == OK:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = read(envelope.content)
        self.tried.append(message["Message-ID"])
        reply = await self._reply(self.data, server, message)
        if reply == OK:
            self.mails.append(message)
        return reply

    async def _reply(self, replies: list[Reply], server: SMTP, message: EmailMessage | None = None) -> Reply | str:
        reply = replies.pop(0) if replies else OK
        if reply == STALL:
            self.stalled.set()
            await asyncio.Event().wait()
        if reply in {DROP, DROP_KEEPING}:
            if message and reply == DROP_KEEPING:
                self.mails.append(message)
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            await asyncio.Event().wait()
        return reply


def shown(certificate: str) -> ssl.SSLContext:
    """What a server needs to show one of `CERTIFICATES`."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
    return context


@contextmanager
def away(mailbox: Mailbox) -> Iterator[socket.socket]:
    """The mailbox's place while nobody listens there, and nobody else can; `opened` takes it."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        mailbox.port = place.getsockname()[1]
        yield place


@asynccontextmanager
async def opened(
    mailbox: Mailbox,
    place: socket.socket | None = None,
    password: str | None = None,
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Mailbox]:
    """The mailbox behind a port of the loopback; with a password, nobody else may send."""

    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == (password or "").encode(), handled=False)

    class Counted(SMTP):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            if self.transport is None:  # not once more for STARTTLS
                mailbox.arrived(self)
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            mailbox.left(self)
            super().connection_lost(error)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Counted(
            mailbox,
            loop=loop,
            hostname="localhost",
            authenticator=known,
            auth_required=password is not None,
            auth_require_tls=starttls is not None,
            auth_exclude_mechanism=["PLAIN", "LOGIN"] if mailbox.knows_nobody else [],
            tls_context=starttls,
        ),
        sock=place or socket.create_server(("127.0.0.1", 0)),
        ssl=tls,
    )
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()
        for left in mailbox.here:
            if isinstance(left.transport, asyncio.WriteTransport):
                left.transport.abort()
        await asyncio.sleep(0)  # in which they are closed
