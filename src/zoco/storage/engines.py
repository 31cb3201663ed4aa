"""Which engine an address names; each is loaded only where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from pkgutil import resolve_name

from zoco.kit.clock import Clock
from zoco.kit.module import Module
from zoco.storage.engine import Engine

_ENGINES = {
    "sqlite": "zoco.storage.sqlite",
    "postgresql": "zoco.storage.postgres",
    "mongodb": "zoco.storage.mongo",
    "mongodb+srv": "zoco.storage.mongo",
}


def open_engine(url: str, clock: Clock, modules: Sequence[Module]) -> Engine:
    """The engine at a `database.url`, at this version's schema; raises DatabaseUnusable."""
    opened: Engine = resolve_name(f"{_ENGINES[_scheme(url)]}:open_store")(url, clock, modules)
    return opened


def is_there(url: str) -> bool:
    """Whether a shop was ever made in that database; raises DatabaseUnusable where it cannot be reached."""
    found: bool = resolve_name(f"{_ENGINES[_scheme(url)]}:is_there")(url)
    return found


def _scheme(url: str) -> str:
    return url.partition(":")[0]
