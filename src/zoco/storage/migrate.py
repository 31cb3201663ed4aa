"""Brings a database to the schema of this version, before anything else opens it."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import structlog
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event

from zoco.storage.lock import FileLock

log = structlog.get_logger("zoco.migrate")

FOLDER = Path(__file__).parent / "migrations"
_WAIT_SECONDS = 60.0
_REVISION = re.compile(r"(\d{4})_\w+\.py")


class SchemaNewer(Exception):  # noqa: N818 - told to the operator as it stands
    """The database was written by a later version of the program."""


def newest() -> str:
    """The revision that this version of the program needs, the highest number among its migrations."""
    return max(match[1] for file in (FOLDER / "versions").iterdir() if (match := _REVISION.fullmatch(file.name)))


def upgrade(path: Path) -> None:
    """Run the migrations that the database lacks, each in a transaction; processes that start together take turns.

    Raises SchemaNewer, and TimeoutError where another process holds the lock for a minute.
    """
    if _stored(path) == newest():
        return
    lock = FileLock(path.with_name(f"{path.name}.lock"))
    if not lock.take(_WAIT_SECONDS):
        message = f"another process keeps {path} locked; end it and start again"
        raise TimeoutError(message)
    try:
        _migrate(path)
    finally:
        lock.release()
        lock.close()


def _stored(path: Path) -> str | None:
    """The revision in the database, read without Alembic, since most starts find nothing to do."""
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
    return row[0] if row else None


def _migrate(path: Path) -> None:
    scripts = ScriptDirectory.from_config(_config())
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _autocommit)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        _run(connection, scripts)
    engine.dispose()


def _run(connection: Connection, scripts: ScriptDirectory) -> None:
    context = MigrationContext.configure(connection)
    stored = context.get_current_revision()
    if stored is not None and stored > newest():
        message = (
            f"the database has schema {stored}, this version knows up to {newest()}; install the version that wrote it"
        )
        raise SchemaNewer(message)
    with Operations.context(context):
        for script in reversed(list(scripts.iterate_revisions("head", stored))):
            log.info("migrate", revision=script.revision, meaning=script.doc)
            script.module.upgrade()
            context.stamp(scripts, script.revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def _autocommit(connection: sqlite3.Connection, _: object) -> None:
    """Let SQLAlchemy's BEGIN be the only one: the driver would commit before every CREATE TABLE."""
    connection.isolation_level = None
