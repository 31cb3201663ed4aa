"""A mail as the message that travels: its headers, its two parts."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy

from zoco.features.mail.models import Fault, Mail, Verdict
from zoco.features.mail.providers.transport import Never


def compose(mail: Mail, sender: str, policy: EmailPolicy[EmailMessage] = SMTP) -> EmailMessage:
    """The message with its headers; raises Never where the recipient's address is none that mail can reach."""
    message = EmailMessage(policy=policy)
    message["From"] = _sender(sender)
    try:
        message["To"] = _address("", mail.to)
    except (ValueError, IndexError, MessageError) as error:
        words = f"{mail.to!r} is not an e-mail address"
        raise Never(Verdict(fault=Fault.ADDRESS, words=words)) from error
    message["Subject"] = mail.subject
    message["Date"] = mail.created_at
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    message["Content-Language"] = mail.language
    return message


def address_of(sender: str) -> str:
    """Only the address of a sender such as `Zoco <tienda@example.com>`."""
    return _sender(sender).addr_spec


def check_sender(sender: str) -> str:
    """The domain of a sender such as `Zoco <tienda@example.com>`; raises ValueError where it is no address."""
    try:
        return _sender(sender).domain
    except (ValueError, IndexError, MessageError) as error:
        raise ValueError(f"mail.sender is not an e-mail address: {sender}") from error


def _sender(text: str) -> Address:
    """Whatever stands before the last `<` is a name, with commas or quotes in it, too."""
    name, _, address = text.rpartition("<")
    return _address(name.strip().strip('"'), address.removesuffix(">"))


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    given = f"{local}@{domain.encode('idna').decode()}"
    found = Address(name, addr_spec=given)
    if found.addr_spec != given:  # a comment in it, say, which would be written to without
        raise ValueError(given)
    return found
