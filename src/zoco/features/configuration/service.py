"""Shows how the server is set, and what about it is wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta

import msgspec

from zoco.features.configuration.models import LABELS, Finding, Line, Surroundings, Visit, findings
from zoco.features.configuration.providers import Machine
from zoco.features.mail.models import Verdict
from zoco.features.mail.service import MailService
from zoco.kit.clock import Clock
from zoco.kit.errors import Unavailable
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.store import Store
from zoco.settings import Settings, origins

SEE = Permission("configuration.see", Role.STAFF)
_DATABASE_SECONDS = 5


class Configuration(msgspec.Struct, frozen=True):
    """Every setting by its section, secrets masked, and what was found about them."""

    sections: Mapping[str, list[Line]]
    findings: list[Finding]


class ConfigurationService:
    """Everything here is for staff."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        mail: MailService,
        machine: Machine,
        *,
        settings: Settings,
    ) -> None:
        self._store, self._clock, self._mail, self._machine = store, clock, mail, machine
        self._settings = settings

    async def show(self, actor: Actor, visit: Visit) -> Configuration:
        """How the running server is set."""
        actor.require(SEE)
        sections: dict[str, list[Line]] = {}
        for key, value, source in origins(self._settings):
            sections.setdefault(_section(key), []).append(Line(key, LABELS[key], value, source))
        return Configuration(sections, findings(self._settings, await self._surroundings(actor), visit))

    async def probe(self, actor: Actor) -> Verdict:
        """Whether mails could leave now; takes as long as the mail server does."""
        actor.require(SEE)
        return await self._mail.probe(actor)

    async def _surroundings(self, actor: Actor) -> Surroundings:
        looking = asyncio.to_thread(self._machine.look, self._settings.data_dir)
        ground, (engine, took), mail = await asyncio.gather(looking, self._database(), self._mail.reach(actor))
        return Surroundings(
            now=self._clock.now(),
            writable=ground.writable,
            fault=ground.fault,
            free=ground.free,
            newest=ground.newest,
            key_open=ground.key_open,
            database=took,
            engine=engine,
            mail=mail,
        )

    async def _database(self) -> tuple[str, timedelta | None]:
        """What the database is, and how long it took to say so."""
        begun = time.monotonic()
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                engine = await self._store.version()
        except (Unavailable, TimeoutError):
            return "", None
        return engine, timedelta(seconds=time.monotonic() - begun)


def _section(key: str) -> str:
    """`shop.contact.email` stands in `shop`, and so does what stands in none."""
    return key.partition(".")[0] if "." in key else "shop"
