"""The port of the ways by which mails leave, and what such a way says when it cannot."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from zoco.features.mail.models import Mail, Verdict
from zoco.kit.events import Undeliverable


class MailTransport(Protocol):
    """How a mail leaves the shop."""

    async def send(self, mail: Mail, sender: str) -> None:
        """Hand the mail over, for good. A second time must be harmless.

        Raises Undeliverable where trying again is useless; after any other exception it is tried again later. Never
        and NotNow say more.
        """


@runtime_checkable
class Probing(Protocol):
    """A transport that can be asked whether it would work."""

    async def probe(self, sender: str) -> Verdict:
        """Go as far as can be gone without a mail. Raises nothing for what is only wrong outside."""


@runtime_checkable
class Reaching(Protocol):
    """A transport that can quickly tell whether there is anybody to talk to."""

    async def reach(self) -> Verdict:
        """Only connect, a moment at most. Raises nothing for what is only wrong outside."""


class NotNow(Exception):  # noqa: N818 - a verdict, not a fault of ours
    """It did not work this time."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.words)
        self.verdict = verdict


class Never(Undeliverable):
    """It will not work, however often it is tried."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.words)
        self.verdict = verdict
