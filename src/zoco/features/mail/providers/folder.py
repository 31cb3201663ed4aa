"""Mails as `.eml` files in a folder, for a shop that is being set up."""

from __future__ import annotations

import asyncio
import os
import tempfile
from email.policy import SMTP
from pathlib import Path

from zoco.features.mail.models import Fault, Mail, Verdict
from zoco.features.mail.providers.message import compose
from zoco.features.mail.providers.transport import NotNow
from zoco.kit.text import slug

_READABLE = SMTP.clone(max_line_length=998)  # the longest line that RFC 5322 allows: bodies stay as they were written


class FolderTransport:
    """Writes each mail as an `.eml` file, named by time, recipient and template; the same mail is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Mail, sender: str) -> None:
        content = compose(mail, sender, _READABLE).as_bytes()
        time = f"{mail.created_at:%Y%m%d-%H%M%S}-{mail.created_at.microsecond // 1000:03}"
        name = f"{time}-{slug(mail.to)}-{slug(mail.template)}-{mail.id[-8:]}.eml"
        try:
            await asyncio.to_thread(_write, self._folder / name, content)
        except OSError as error:
            raise NotNow(_closed(error)) from error

    async def probe(self, sender: str) -> Verdict:  # noqa: ARG002 - the port's
        try:
            await asyncio.to_thread(_try, self._folder)
        except OSError as error:
            return _closed(error)
        return Verdict()


def _closed(error: OSError) -> Verdict:
    return Verdict(fault=Fault.FOLDER, words=str(error))


def _try(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and on disk before anybody is told."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
