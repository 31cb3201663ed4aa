"""Runs migrations in a process of its own: `python -m zoco.storage.migrations DATABASE FOLDER TABLE …`.

`TABLE` is where the database says how far it is in the migrations of `FOLDER`; several pairs run in one transaction.
With `postgresql FOLDER REVISION` it writes the statements for PostgreSQL that come after that revision (or `base`).
A running shop never needs Alembic, which would take a tenth of its memory.
"""

from __future__ import annotations

import sqlite3
import sys
from typing import TextIO

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event

from zoco.storage.postgres_sql import Dialect


def migrate(path: str, *rows: tuple[str, str]) -> None:
    """Everything that the database lacks, in one transaction; whoever calls holds the lock."""
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _autocommit)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        for folder, table in rows:
            scripts = _scripts(folder)
            context = MigrationContext.configure(connection, opts={"version_table": table})
            missing = list(scripts.iterate_revisions("head", context.get_current_revision()))
            with Operations.context(context):
                for script in reversed(missing):
                    script.module.upgrade()
                    context.stamp(scripts, script.revision)
    engine.dispose()


def write(folder: str, stored: str, out: TextIO) -> None:
    """The statements of the migrations after the `stored` revision; whoever runs them notes the new one."""
    dialect = Dialect()  # type: ignore[no-untyped-call]
    context = MigrationContext.configure(dialect=dialect, opts={"as_sql": True, "output_buffer": out})
    with Operations.context(context):
        for script in reversed(list(_scripts(folder).iterate_revisions("head", stored))):
            script.module.upgrade()


def _scripts(folder: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _autocommit(connection: sqlite3.Connection, _: object) -> None:
    """Let SQLAlchemy's BEGIN be the only one: the driver would commit before every CREATE TABLE."""
    connection.isolation_level = None


if __name__ == "__main__":
    _, database, *given = sys.argv
    if database == "postgresql":
        write(given[0], given[1], sys.stdout)
    else:
        migrate(database, *zip(given[::2], given[1::2], strict=True))
