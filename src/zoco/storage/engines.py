"""Which engine an address names; each is loaded only where it is used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from pkgutil import resolve_name

from zoco.kit.clock import Clock
from zoco.kit.module import Module
from zoco.storage.engine import DatabaseUnusable, Engine

POOL = 16
"""Connections that a process keeps to a server where nothing else is said."""
_ENGINES = {
    "sqlite": "zoco.storage.sqlite",
    "postgresql": "zoco.storage.postgres",
    "mongodb": "zoco.storage.mongo",
    "mongodb+srv": "zoco.storage.mongo",
}
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mongodb": "MongoDB", "mongodb+srv": "MongoDB"}


def open_engine(url: str, clock: Clock, modules: Sequence[Module], pool: int = POOL) -> Engine:
    """The engine at a `database.url`, at this version's schema; raises DatabaseUnusable.

    `pool` is for PostgreSQL; MongoDB is told by its address (`maxPoolSize`).
    """
    scheme = _scheme(url)
    _check_adapters(scheme, modules)
    more = (pool,) if scheme == "postgresql" else ()
    opened: Engine = resolve_name(f"{_ENGINES[scheme]}:open_store")(url, clock, modules, *more)
    return opened


def _check_adapters(scheme: str, modules: Sequence[Module]) -> None:
    """Raises DatabaseUnusable for what a module keeps on other engines only: each request for it would fail."""
    here, elsewhere = ("mongo", "sql") if scheme.startswith("mongodb") else ("sql", "mongo")
    filled = {port for module in modules for port in getattr(module, here)}
    for module in modules:
        if lacking := ", ".join(port.__name__ for port in getattr(module, elsewhere) if port not in filled):
            raise DatabaseUnusable(
                f"the module {module.name} cannot be used on {_NAMES[scheme]}, where it has no adapter for {lacking}: "
                "remove its package, or name another database.url."
            )


def is_there(url: str) -> bool:
    """Whether a shop was ever made in that database; raises DatabaseUnusable where it cannot be reached."""
    found: bool = resolve_name(f"{_ENGINES[_scheme(url)]}:is_there")(url)
    return found


def file_of(url: str) -> Path:
    """Where the embedded engine keeps a shop."""
    return Path(url.removeprefix("sqlite:///"))


def _scheme(url: str) -> str:
    return url.partition(":")[0]
