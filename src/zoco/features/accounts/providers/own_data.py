"""The port for what features know about a person, who may ask for a copy of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from zoco.kit.ids import UserId
from zoco.kit.store import Tx


class OwnData(Protocol):
    """A feature's part of the copy that people get of their own data."""

    async def own_data(self, tx: Tx, user: UserId) -> Mapping[str, Any]:
        """Everything that is kept about the person, in parts with names; structs are fine, secrets are not."""
