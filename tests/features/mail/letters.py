"""Mails made by hand, and read as a mail program reads them."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default
from typing import Any

from zoco.features.mail.models import Mail
from zoco.kit.ids import MailId, ordered_id
from zoco.testing.clock import FrozenClock


def a_mail(**given: Any) -> Mail:
    """To Ana, in Spanish, where nothing else is said."""
    mail = ordered_id()
    usual: dict[str, Any] = {
        "id": MailId(mail),
        "key": mail,
        "to": "ana@example.com",
        "language": "es",
        "template": "orders/placed",
        "subject": "Tu pedido n.º 1 está hecho",
        "text": "Gracias, Íñigo.\n",
        "html": "<p>Gracias, Íñigo.</p>\n",
        "message_id": f"<{mail}@example.com>",
        "created_at": FrozenClock().now(),
    }
    return Mail(**usual | given)


def read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=default)


def part(message: EmailMessage, kind: str = "plain") -> str:
    """The text of the part of that kind."""
    body = message.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content.replace("\r\n", "\n")
