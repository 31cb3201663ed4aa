"""Databases for tests: which engines can be had here, and an empty shop on each of them whenever one is asked for."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Protocol

import msgspec

from zoco.app import installed
from zoco.settings import Settings
from zoco.storage.migrate import upgrade

ENGINES = ("sqlite", "postgresql", "mongodb")
_STORES = {"postgresql": "zoco.storage.postgres:open_store", "mongodb": "zoco.storage.mongo:open_store"}
_SERVERS = {"postgresql": "zoco.testing.postgresql:Postgresql", "mongodb": "zoco.testing.mongodb:Mongodb"}


class NotHere(Exception):  # noqa: N818 - a finding, told as it stands
    """An engine cannot be tried on this machine; the message says what is missing."""


class Server(Protocol):
    """An engine at work for this process, begun when the first database is asked for."""

    def fresh(self) -> str:
        """The address of an empty shop's database; what was kept there before is gone, and so are its connections."""

    def kept(self) -> str:
        """Everything in the database as text, in an order that does not change by itself."""

    def tamper(self, *statements: Any) -> None:
        """Change it as no transaction of the shop would, in the engine's own words."""

    def close(self) -> None:
        """Leave nothing behind."""


Kept = Callable[[], str]
"""What a test's database holds, as text."""


def why_not(engine: str, root: Path) -> str:
    """What is missing for an engine, or nothing; `root` is the project's folder."""
    try:
        if engine in _STORES:
            resolve_name(_STORES[engine])
            resolve_name(_SERVERS[engine]).source(root)
    except (ImportError, AttributeError, NotHere) as missing:
        return str(missing)
    return ""


def on_database(settings: Settings, url: str) -> Settings:
    """The same settings with the database elsewhere."""
    return msgspec.structs.replace(settings, database=msgspec.structs.replace(settings.database, url=url))


def fresh_sqlite(path: Path, template: Path) -> None:
    """An empty shop's database at `path`."""
    if not template.exists():
        upgrade(template, installed())
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, path)


class Sqlite:
    """No server: a file."""

    def __init__(self, path: Path, template: Path) -> None:
        self._path, self._template = path, template

    def fresh(self) -> str:
        for old in self._path.parent.glob(f"{self._path.name}*"):
            old.unlink()
        fresh_sqlite(self._path, self._template)
        return f"sqlite:///{self._path}"

    def kept(self) -> str:
        with closing(sqlite3.connect(self._path)) as connection:
            return "\n".join(connection.iterdump())

    def tamper(self, *statements: str) -> None:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            for statement in statements:
                connection.execute(statement)

    def close(self) -> None:
        """The file goes with the test's folder."""


class Databases:
    """One fresh database after another, at most one at a time on each engine that is a server."""

    def __init__(self, template: Path, root: Path) -> None:
        self._template, self._root = template, root
        self._servers: dict[str, Server] = {}

    def fresh(self, engine: str, folder: Path) -> str:
        """The address of an empty shop's database; one that is a file lies in the folder, as a shop's default does."""
        if engine == "sqlite":
            self._servers[engine] = Sqlite(folder / "zoco.db", self._template)
        elif engine not in self._servers:
            self._servers[engine] = resolve_name(_SERVERS[engine])(self._root)
        return self._servers[engine].fresh()

    def of(self, engine: str) -> Server:
        """Where the last fresh database lies."""
        return self._servers[engine]

    def close(self) -> None:
        for server in self._servers.values():
            server.close()


def uncovered(required: Sequence[str], selected: Sequence[str], missing: dict[str, str]) -> list[str]:
    """What a run was told to cover and will not; each a line."""
    return [
        f"{engine}: {missing.get(engine) or 'not selected' if engine in ENGINES else 'no such engine'}"
        for engine in required
        if engine not in selected
    ]
