"""The mails of a test's shop, as their readers get them."""

from __future__ import annotations

import re
from email.message import EmailMessage

from tests.features.mail.letters import part, read

from zoco.app import Shop
from zoco.storage.outbox import Relay


async def letters(shop: Shop, relay: Relay) -> list[EmailMessage]:
    """What has been written since the last look, in the order of its writing."""
    await relay.drain()
    files = sorted((shop.settings.data_dir / "mail").glob("*.eml"))
    found = [read(file.read_bytes()) for file in files]
    for file in files:
        file.unlink()
    return found


def link(letter: EmailMessage, place: str) -> str:
    """The path of the link below `place`, which stands in both forms of the mail."""
    found = re.search(rf"https?://[^/\s]+({place}/[\w.-]+)", part(letter))
    assert found, part(letter)
    assert f'{found[1]}"' in part(letter, "html")
    return found[1]
