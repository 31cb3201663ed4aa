"""Brings a database to the schema of this version, before anything else opens it."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import structlog

from zoco.storage.engine import DatabaseUnusable, SchemaNewer
from zoco.storage.lock import FileLock

log = structlog.get_logger("zoco.migrate")

FOLDER = Path(__file__).parent / "migrations"
_WAIT_SECONDS = 60.0
_REVISION = re.compile(r"(\d{4})_\w+\.py")


def newest() -> str:
    """The revision that this version of the program needs, the highest number among its migrations."""
    return max(match[1] for file in (FOLDER / "versions").iterdir() if (match := _REVISION.fullmatch(file.name)))


def upgrade(path: Path) -> None:
    """Run the migrations that the database lacks, all or none; processes that start together take turns.

    Raises DatabaseUnusable: it is newer, no database, read-only, kept locked for a minute, or a migration failed.
    """
    if path.exists() and not os.access(path, os.W_OK):
        raise DatabaseUnusable(f"the database {path} cannot be written; make it writable for whoever runs the shop")
    if not _lacks(path):
        return
    try:
        lock = FileLock(path.with_name(f"{path.name}.lock"))
    except OSError as error:
        raise DatabaseUnusable(f"the database {path} cannot be written ({error.strerror})") from error
    if not lock.take(_WAIT_SECONDS):
        lock.close()
        raise DatabaseUnusable(f"another process keeps {path} locked; end it and start again")
    try:
        if _lacks(path):  # nobody else did it meanwhile
            _migrate(path)
    finally:
        lock.release()
        lock.close()


def _lacks(path: Path) -> bool:
    """Whether migrations must run."""
    stored, needed = _stored(path), newest()
    if stored is not None and stored > needed:
        raise SchemaNewer(
            f"the database {path} has schema {stored}, this version knows up to {needed}; "
            "install the version that wrote it"
        )
    return stored != needed


def _stored(path: Path) -> str | None:
    """The revision in the database; None where no migration ever ran."""
    if not path.exists():
        return None
    try:
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS)
        try:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise DatabaseUnusable(f"the database {path} cannot be read ({error})") from error
    return row[0] if row else None


def _migrate(path: Path) -> None:
    """In a process of its own: `migrations/__main__.py` says why."""
    command = [sys.executable, "-m", "zoco.storage.migrations", str(FOLDER), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if done.returncode:
        log.error("migrate.failed", detail=done.stderr)
        fault = (done.stderr.strip().splitlines() or ["it ended at once"])[-1]
        raise DatabaseUnusable(f"the database {path} could not be brought to schema {newest()} ({fault})")
    log.info("migrate", schema=newest())
