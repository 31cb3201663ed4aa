"""Mails by an SMTP server."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from pathlib import Path
from typing import Literal

import aiosmtplib
import msgspec

from zoco.features.mail.models import Fault, Mail, Verdict
from zoco.features.mail.providers.diagnosis import FOR_GOOD, Step, diagnosed
from zoco.features.mail.providers.message import address_of, check_sender, compose
from zoco.features.mail.providers.transport import Never, NotNow

_AT_ONCE = 8  # connections; providers answer 421 to whoever opens more
_PATIENCE = 15  # seconds until one is free; this and a conversation take less than an effect may, which would say less
_AT_MOST = 40  # seconds for a whole conversation
_A_MOMENT = 2  # seconds for a look whether anybody is there
_GOODBYE = 2  # seconds; the mail is handed over by then

_PLAIN = SMTP.clone(cte_type="7bit")  # so that no server needs 8BITMIME

Security = Literal["none", "starttls", "tls"]


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server is, and how it is talked to; `timeout` is in seconds, for each step of the conversation."""

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    ca_file: Path | None = None
    """Certificates of an authority of one's own, trusted beside those of the system."""
    timeout: float = 20

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"


class SmtpTransport:
    """Gives each mail to one server.

    Only what the server says about the recipient or the message is final. A sign-in or a sender that it refuses is a
    fault of the settings, which hold up all mails until somebody corrects them, and lose none.
    """

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._trusted: ssl.SSLContext | None = None
        self._names = ThreadPoolExecutor(2, thread_name_prefix="zoco-names")

    async def send(self, mail: Mail, sender: str) -> None:
        await self._converse(sender, mail)

    async def probe(self, sender: str) -> Verdict:
        """Connect, encrypt, sign in and name the sender; then leave."""
        try:
            await self._converse(sender, None)
        except NotNow as fault:
            return fault.verdict
        return Verdict()

    async def reach(self) -> Verdict:
        try:
            async with asyncio.timeout(_A_MOMENT):
                await self._look_up()
                _, writer = await asyncio.open_connection(self._server.host, self._server.port)
        except (OSError, ValueError) as error:
            return diagnosed(Step.CONNECT, error)
        writer.close()
        return Verdict()

    async def _converse(self, sender: str, mail: Mail | None) -> None:
        """Up to the end, or without a mail up to where one would come. Raises Never or NotNow."""
        message, step = compose(mail, sender, _PLAIN) if mail else None, [Step.SETTINGS]
        await self._turn()
        try:
            async with asyncio.timeout(_AT_MOST), self._connected(sender, step) as client:
                await _hand_over(client, address_of(sender), message, step)
        except (OSError, ValueError, aiosmtplib.SMTPException) as error:  # a timeout is an OSError, too
            verdict = diagnosed(step[0], error)
            if verdict.fault in FOR_GOOD:
                raise Never(verdict) from error
            raise NotNow(verdict) from error
        finally:
            self._free.release()

    async def _turn(self) -> None:
        """Wait for a connection that may be opened."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._free.acquire()
        except TimeoutError:
            words = "all connections were busy"
            raise NotNow(Verdict(fault=Fault.STALL, words=words)) from None

    @asynccontextmanager
    async def _connected(self, sender: str, step: list[Step]) -> AsyncIterator[aiosmtplib.SMTP]:
        """The server after the sign-in; `step` always holds where we are."""
        server = self._server
        if self._trusted is None and server.security != "none":
            self._trusted = await asyncio.to_thread(_trusted, server.ca_file)
        step[0] = Step.CONNECT
        await self._look_up()
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.security == "tls",
            start_tls=False,
            tls_context=self._trusted,
            timeout=server.timeout,
            local_hostname=check_sender(sender),
        )
        await client.connect()
        try:
            step[0] = Step.GREET
            await client.ehlo()
            if server.security == "starttls":
                step[0] = Step.ENCRYPT
                await client.starttls()
            if server.user:
                step[0] = Step.SIGN_IN
                await client.login(server.user, server.password)
            yield client
            await _leave(client)
        except aiosmtplib.SMTPResponseException:
            await _leave(client)
            raise
        finally:
            client.close()

    async def _look_up(self) -> None:
        """Ask for the server's address in threads of our own: where nobody answers, other work has all of its."""
        asked = partial(socket.getaddrinfo, self._server.host, self._server.port)
        try:
            async with asyncio.timeout(self._server.timeout):
                await asyncio.get_running_loop().run_in_executor(self._names, asked)
        except TimeoutError:
            raise socket.gaierror(socket.EAI_AGAIN, "no answer from the name server") from None


async def _hand_over(client: aiosmtplib.SMTP, sender: str, message: EmailMessage | None, step: list[Step]) -> None:
    step[0] = Step.SENDER
    await client.mail(sender)
    if message is None:
        return
    step[0] = Step.RECIPIENT
    await client.rcpt(str(message["To"]))
    step[0] = Step.MESSAGE
    await client.data(message.as_bytes())


async def _leave(client: aiosmtplib.SMTP) -> None:
    with suppress(OSError, aiosmtplib.SMTPException):
        await client.quit(timeout=_GOODBYE)


def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    """Reads the system's certificates, which takes a while; raises OSError for a file that holds none."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context
