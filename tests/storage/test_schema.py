"""The schema that the migrations make is the one that the features describe."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from zoco.app import installed
from zoco.storage.migrate import upgrade
from zoco.storage.sql import metadata
from zoco.testing.engines import fresh_sqlite

START = "import sys, pathlib; from zoco.storage.migrate import upgrade; upgrade(pathlib.Path(sys.argv[1]))"


@pytest.fixture
def migrated(tmp_path: Path, _template: Path) -> Path:
    path = tmp_path / "zoco.db"
    fresh_sqlite(path, _template)
    return path


def is_ours(_thing: object, name: str | None, kind: str, *_: object) -> bool:
    """All but the tables of the full-text index, which SQLite keeps for itself."""
    return not (kind == "table" and (name or "").startswith("product_words"))


def test_migrations_make_the_tables_of_the_features(migrated: Path) -> None:
    assert installed()  # which describes every table
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        options = {"include_object": is_ours, "compare_type": False}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    engine.dispose()


def test_migrations_give_the_columns_their_types_and_the_tables_their_checks(migrated: Path, tmp_path: Path) -> None:
    assert installed()
    described = create_engine(f"sqlite:///{tmp_path / 'described.db'}")
    metadata.create_all(described)
    described.dispose()
    for table in metadata.tables:
        assert columns(migrated, table) == columns(tmp_path / "described.db", table)


def columns(path: Path, table: str) -> list[str]:
    """What SQLite was told of the table, line by line; their order does not matter."""
    connection = sqlite3.connect(path)
    try:
        told: str = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        told = told.replace(", ", ",\n")  # a column that came later stands in the line of the last one
        return sorted(line.strip().rstrip(",") for line in told.splitlines() if line.strip())
    finally:
        connection.close()


@pytest.mark.fault
def test_two_processes_that_start_at_once(tmp_path: Path) -> None:
    path = tmp_path / "zoco.db"
    both = [subprocess.Popen([sys.executable, "-c", START, str(path)]) for _ in range(2)]
    assert [process.wait(30) for process in both] == [0, 0]
    upgrade(path)


def test_a_running_shop_has_nothing_loaded_that_it_rarely_needs(migrated: Path) -> None:
    """All of it would take a quarter of its memory."""
    strange = (
        "alembic", "asyncpg", "greenlet", "nh3", "pydantic", "pygments", "pymongo", "rich",
        "sqlalchemy.dialects.postgresql", "PIL.TiffImagePlugin",
    )  # fmt: skip
    code = f"import sys, zoco.cli; zoco.cli.application();print([name for name in {strange} if name in sys.modules])"
    environ = os.environ | {"ZOCO_DATA_DIR": str(migrated.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=migrated.parent, env=environ
    )
    assert done.stdout.splitlines()[-1] == "[]"
