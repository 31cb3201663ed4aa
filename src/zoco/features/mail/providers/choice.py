"""Which of our own ways a shop's settings ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zoco.features.mail.providers.folder import FolderTransport
from zoco.features.mail.providers.smtp import SmtpServer, SmtpTransport


def chosen(mail: Any, data_dir: Path) -> FolderTransport | SmtpTransport:
    """By the section `mail`; its `ca_file` and the folder of mails lie in the data directory."""
    if mail.transport == "folder":
        return FolderTransport(data_dir / "mail")
    return SmtpTransport(
        SmtpServer(
            host=mail.host,
            port=mail.port,
            security=mail.security,
            user=mail.user,
            password=mail.password,
            ca_file=data_dir / mail.ca_file if mail.ca_file else None,
        )
    )
