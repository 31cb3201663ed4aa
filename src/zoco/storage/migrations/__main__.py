"""Runs migrations in a process of its own: `python -m zoco.storage.migrations FOLDER DATABASE`.

A running shop never needs Alembic, which would take a tenth of its memory.
"""

from __future__ import annotations

import sqlite3
import sys

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event


def migrate(folder: str, path: str) -> None:
    """Everything that the database lacks, in one transaction; whoever calls holds the lock."""
    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _autocommit)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        missing = list(scripts.iterate_revisions("head", context.get_current_revision()))
        with Operations.context(context):
            for script in reversed(missing):
                script.module.upgrade()
                context.stamp(scripts, script.revision)
    engine.dispose()


def _autocommit(connection: sqlite3.Connection, _: object) -> None:
    """Let SQLAlchemy's BEGIN be the only one: the driver would commit before every CREATE TABLE."""
    connection.isolation_level = None


if __name__ == "__main__":
    migrate(*sys.argv[1:])
