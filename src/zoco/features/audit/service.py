"""Keeps what staff did, and shows it to administrators."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Any

import msgspec

from zoco.features.audit.models import Deed, DeedQuery, Detail
from zoco.features.audit.repository import Deeds
from zoco.kit.clock import Clock
from zoco.kit.ids import DeedId
from zoco.kit.paging import Page
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.store import Store, Tx
from zoco.kit.text import email_key

SEE = Permission("audit.see", Role.ADMIN)
_LONGEST = 500


class AuditService:
    """The log of the back office; what is in it stays."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo = UTC) -> None:
        """`zone` is the shop's, by which its days begin."""
        self._store, self._clock, self.zone = store, clock, zone

    async def note(self, tx: Tx, actor: Actor, action: str, *, subject: str = "", **details: Any) -> None:
        """Keep that somebody did something, by the very commit that does it.

        `action` is a feature and a verb (`orders.move`), `subject` names a thing (`order 12`); of `details` texts,
        numbers and truths stay as they are, anything else as the text that it makes. No passwords, no links.
        """
        await tx[Deeds].add(
            Deed(
                id=DeedId(self._store.new_id()),
                at=self._clock.now(),
                actor=actor.signed_in(),
                name=actor.name,
                email=actor.email,
                action=action,
                subject=_cut(subject),
                details={name: _plain(value) for name, value in details.items()},
            )
        )

    async def page(self, actor: Actor, query: DeedQuery) -> Page[Deed]:
        """Latest first; for administrators."""
        actor.require(SEE)
        if "@" in query.person:
            query = msgspec.structs.replace(query, person=email_key(query.person))
        async with self._store.read() as tx:
            return await tx[Deeds].page(query)

    async def actions(self, actor: Actor) -> list[str]:
        """Every action that was ever done, by name; for administrators."""
        actor.require(SEE)
        async with self._store.read() as tx:
            return await tx[Deeds].actions()


def _plain(value: Any) -> Detail:
    return value if value is None or isinstance(value, bool | int) else _cut(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
