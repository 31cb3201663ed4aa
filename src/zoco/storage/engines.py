"""Which engine an address names; each is loaded only where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from pkgutil import resolve_name

from zoco.kit.clock import Clock
from zoco.kit.module import Module
from zoco.storage.engine import Engine

POOL = 16
"""Connections that a process keeps to a server where nothing else is said."""
_ENGINES = {
    "sqlite": "zoco.storage.sqlite",
    "postgresql": "zoco.storage.postgres",
    "mongodb": "zoco.storage.mongo",
    "mongodb+srv": "zoco.storage.mongo",
}


def open_engine(url: str, clock: Clock, modules: Sequence[Module], pool: int = POOL) -> Engine:
    """The engine at a `database.url`, at this version's schema; raises DatabaseUnusable.

    `pool` is for PostgreSQL; MongoDB is told by its address (`maxPoolSize`).
    """
    scheme = _scheme(url)
    more = (pool,) if scheme == "postgresql" else ()
    opened: Engine = resolve_name(f"{_ENGINES[scheme]}:open_store")(url, clock, modules, *more)
    return opened


def is_there(url: str) -> bool:
    """Whether a shop was ever made in that database; raises DatabaseUnusable where it cannot be reached."""
    found: bool = resolve_name(f"{_ENGINES[_scheme(url)]}:is_there")(url)
    return found


def file_of(url: str) -> Path:
    """Where the embedded engine keeps a shop."""
    return Path(url.removeprefix("sqlite:///"))


def _scheme(url: str) -> str:
    return url.partition(":")[0]
