"""How mails get their words, and how they leave."""

from __future__ import annotations

from zoco.features.mail.providers.renderer import Rendered, Renderer
from zoco.features.mail.providers.transport import FolderTransport, MailTransport, SmtpTransport, check_sender, compose

__all__ = ["FolderTransport", "MailTransport", "Rendered", "Renderer", "SmtpTransport", "check_sender", "compose"]
