"""How mails get their words, and how they leave."""

from __future__ import annotations

from zoco.features.mail.providers.choice import chosen
from zoco.features.mail.providers.folder import FolderTransport
from zoco.features.mail.providers.message import check_sender, compose
from zoco.features.mail.providers.renderer import Rendered, Renderer
from zoco.features.mail.providers.smtp import SmtpServer, SmtpTransport
from zoco.features.mail.providers.transport import MailTransport, Never, NotNow, Probing, Reaching

__all__ = [
    "FolderTransport",
    "MailTransport",
    "Never",
    "NotNow",
    "Probing",
    "Reaching",
    "Rendered",
    "Renderer",
    "SmtpServer",
    "SmtpTransport",
    "check_sender",
    "chosen",
    "compose",
]
