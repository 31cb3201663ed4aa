"""The ways by which mails leave: a folder of `.eml` files, or an SMTP server."""

from __future__ import annotations

import asyncio
import os
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import parseaddr
from pathlib import Path
from typing import Literal, Protocol

import aiosmtplib

from zoco.features.mail.models import Mail
from zoco.kit.events import Undeliverable
from zoco.kit.text import slug

_READABLE = SMTP.clone(max_line_length=998)  # the longest line that RFC 5322 allows: bodies stay as they were written
_FOR_GOOD = 500  # SMTP's replies from here on say "never", those below "not now"


class MailTransport(Protocol):
    """How a mail leaves the shop."""

    async def send(self, mail: Mail, sender: str) -> None:
        """Hand the mail over, for good. A second time must be harmless.

        Raises Undeliverable where trying again is useless; after any other exception it is tried again later.
        """


class FolderTransport:
    """Writes each mail as an `.eml` file, named by time, recipient and template; the same mail is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail, sender: str) -> None:
        content = compose(mail, sender, _READABLE).as_bytes()
        time = f"{mail.created_at:%Y%m%d-%H%M%S}-{mail.created_at.microsecond // 1000:03}"
        name = f"{time}-{slug(mail.to)}-{slug(mail.template)}-{mail.id[-8:]}.eml"
        await asyncio.to_thread(_write, self._folder / name, content)


class SmtpTransport:
    """Gives each mail to one server; `timeout` is in seconds, for each step of the conversation.

    Only what the server says about the recipient or the message is final. A sign-in or a sender that it refuses is a
    fault of the settings, which hold up all mails until somebody corrects them, and lose none.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: Literal["none", "starttls", "tls"] = "starttls",
        user: str = "",
        password: str = "",
        timeout: float = 20,
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self._user, self._password, self._timeout = user, password, timeout

    async def send(self, mail: Mail, sender: str) -> None:
        message = compose(mail, sender)
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            username=self._user or None,
            password=self._password or None,
            timeout=self._timeout,
            local_hostname=check_sender(sender),
        )
        try:
            async with client:
                await client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            _give_up_for_good(mail, refusal.recipients[0])
            raise
        except aiosmtplib.SMTPDataError as refusal:
            _give_up_for_good(mail, refusal)
            raise


def compose(mail: Mail, sender: str, policy: EmailPolicy[EmailMessage] = SMTP) -> EmailMessage:
    """The message with its headers; raises Undeliverable where the recipient's address is none that mail can reach."""
    message = EmailMessage(policy=policy)
    message["From"] = _sender(sender)
    try:
        message["To"] = _address("", mail.to)
    except (ValueError, IndexError, MessageError) as error:
        raise Undeliverable(f"{mail.to!r} is not an e-mail address") from error
    message["Subject"] = mail.subject
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    message["Content-Language"] = mail.language
    return message


def check_sender(sender: str) -> str:
    """The domain of a sender such as `Zoco <tienda@example.com>`; raises ValueError where it is no address."""
    try:
        return _sender(sender).domain
    except (IndexError, MessageError) as error:
        raise ValueError(f"mail.sender is not an e-mail address: {sender}") from error


def _sender(text: str) -> Address:
    return _address(*parseaddr(text))


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, addr_spec=f"{local}@{domain.encode('idna').decode()}")


def _give_up_for_good(mail: Mail, refusal: aiosmtplib.SMTPResponseException) -> None:
    if refusal.code >= _FOR_GOOD:
        raise Undeliverable(f"the mail server refused the mail to {mail.to}: {refusal.code} {refusal.message}")


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and on disk before anybody is told."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
