"""Brings a database to the schema of this version, before anything else opens it."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from zoco.kit.module import Module
from zoco.storage.engine import DatabaseUnusable, SchemaNewer
from zoco.storage.lock import FileLock

log = structlog.get_logger("zoco.migrate")

FOLDER = Path(__file__).parent / "migrations"
_WAIT_SECONDS = 60.0
_REVISION = re.compile(r"(\d{4})_\w+\.py")
_FAULT = re.compile(r"^[A-Za-z_][\w.]*(?:: .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Steps:
    """A row of migrations, the shop's own or an extension's, and the table in which a database says how far it is."""

    folder: Path
    table: str = "alembic_version"
    whose: str = ""

    def newest(self) -> str:
        """The revision that this version of the program needs, the highest number among the migrations."""
        files = (self.folder / "versions").iterdir()
        return max(match[1] for file in files if (match := _REVISION.fullmatch(file.name)))

    def lacking(self, stored: str | None, database: str) -> bool:
        """Whether migrations must run; raises SchemaNewer where the database is ahead of the program."""
        needed = self.newest()
        if stored is not None and stored > needed:
            raise SchemaNewer(
                f"{database} has schema {stored}{self.whose}, this version knows up to {needed}; "
                "install the version that wrote it"
            )
        return stored != needed


def steps_of(modules: Iterable[Module]) -> list[Steps]:
    """The shop's own, then those of every module whose folder has `migrations`; a module's follow what it requires."""
    folders = {module.name: module.folder / "migrations" for module in modules if module.folder}
    named = [Steps(folder, f"alembic_version_{name}", f" of {name}") for name, folder in folders.items()]
    return [Steps(FOLDER), *(steps for steps in named if steps.folder.is_dir())]


def said(every: Iterable[Steps]) -> str:
    """What the steps lead to, such as `0009 and 0002 of tasks`."""
    return " and ".join(steps.newest() + steps.whose for steps in every)


def fault_in(told: str) -> str:
    """The last error that a process told of; below it the statement may stand, and where to read on."""
    errors: list[str] = _FAULT.findall(told)
    return errors[-1] if errors else "it ended at once"


def upgrade(path: Path, modules: Sequence[Module] = ()) -> None:
    """Run the migrations that the database lacks, all or none; processes that start together take turns.

    Raises DatabaseUnusable: it is newer, no database, read-only, kept locked for a minute, or a migration failed.
    """
    if path.exists() and not os.access(path, os.W_OK):
        raise DatabaseUnusable(f"the database {path} cannot be written; make it writable for whoever runs the shop")
    every = steps_of(modules)
    if not _lacking(path, every):
        return
    try:
        lock = FileLock(path.with_name(f"{path.name}.lock"))
    except OSError as error:
        raise DatabaseUnusable(f"the database {path} cannot be written ({error.strerror})") from error
    if not lock.take(_WAIT_SECONDS):
        lock.close()
        raise DatabaseUnusable(f"another process keeps {path} locked; end it and start again")
    try:
        if lacking := _lacking(path, every):  # nobody else did it meanwhile
            _migrate(path, lacking)
    finally:
        lock.release()
        lock.close()


def _lacking(path: Path, every: Iterable[Steps]) -> list[Steps]:
    """Those of which something must run."""
    return [steps for steps in every if steps.lacking(_stored(path, steps.table), f"the database {path}")]


def _stored(path: Path, table: str) -> str | None:
    """The revision in the database; None where none of these migrations ever ran."""
    if not path.exists():
        return None
    try:
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS)
        try:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
                return None
            row = connection.execute(f'SELECT version_num FROM "{table}"').fetchone()  # noqa: S608 - a name of ours
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"the database {path} cannot be read ({error})") from error
    return row[0] if row else None


def _migrate(path: Path, lacking: Sequence[Steps]) -> None:
    """In a process of its own: `migrations/__main__.py` says why."""
    rows = [part for steps in lacking for part in (str(steps.folder), steps.table)]
    command = [sys.executable, "-m", "zoco.storage.migrations", str(path), *rows]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if done.returncode:
        log.error("migrate.failed", detail=done.stderr)
        fault = fault_in(done.stderr)
        raise DatabaseUnusable(f"the database {path} could not be brought to schema {said(lacking)} ({fault})")
    log.info("migrate", schema=said(lacking))
