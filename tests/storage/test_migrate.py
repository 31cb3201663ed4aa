"""Migrations: each runs once, whole or not at all, whoever starts at the same time."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zoco.storage import migrate
from zoco.storage.lock import FileLock
from zoco.storage.migrate import SchemaNewer, newest, upgrade

SCRIPT = """
\"\"\"{meaning}\"\"\"

from alembic import op

revision = "{revision}"
down_revision = {below!r}


def upgrade():
    {does}
"""


def write(folder: Path, revision: str, below: str | None, does: str) -> None:
    script = SCRIPT.format(meaning=f"step {revision}", revision=revision, below=below, does=does)
    (folder / "versions" / f"{revision}_step.py").write_text(script, encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two migrations of our own."""
    place = tmp_path / "migrations"
    (place / "versions").mkdir(parents=True)
    (place / "versions" / "README.md").write_text("not a migration", encoding="utf-8")
    write(place, "0001", None, 'op.execute("CREATE TABLE first (x)")')
    write(place, "0002", "0001", 'op.execute("CREATE TABLE second (x)")')
    monkeypatch.setattr(migrate, "FOLDER", place)
    return place


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "zoco.db"


def tables(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [row[0] for row in found if row[0] != "alembic_version"]
    finally:
        connection.close()


def test_a_new_database_gets_every_migration(path: Path) -> None:
    assert newest() == "0002"
    upgrade(path)
    upgrade(path)
    assert tables(path) == ["first", "second"]


def test_an_older_database_gets_what_it_lacks(path: Path, folder: Path) -> None:
    upgrade(path)
    write(folder, "0003", "0002", 'op.execute("CREATE TABLE third (x)")')
    upgrade(path)
    assert tables(path) == ["first", "second", "third"]


def test_a_migration_that_fails_leaves_nothing(path: Path, folder: Path) -> None:
    upgrade(path)
    write(folder, "0003", "0002", 'op.execute("CREATE TABLE third (x)"); raise ArithmeticError')
    with pytest.raises(ArithmeticError):
        upgrade(path)
    assert tables(path) == ["first", "second"]
    write(folder, "0003", "0002", 'op.execute("CREATE TABLE third (x, y, z)")')
    upgrade(path)
    assert tables(path) == ["first", "second", "third"]


def test_a_database_of_a_later_version_is_left_alone(path: Path) -> None:
    upgrade(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '0009'")
    connection.commit()
    connection.close()
    with pytest.raises(SchemaNewer, match="0009"):
        upgrade(path)


def test_an_empty_file_is_a_new_database(path: Path) -> None:
    path.touch()
    upgrade(path)
    assert tables(path) == ["first", "second"]


def test_a_database_without_a_revision_gets_every_migration(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.close()
    upgrade(path)
    assert tables(path) == ["first", "second"]


def test_those_who_start_together_take_turns(path: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: upgrade(path), range(4)))
    assert tables(path) == ["first", "second"]


def test_a_lock_that_is_never_freed_stops_the_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "_WAIT_SECONDS", 0.01)
    lock = FileLock(path.with_name("zoco.db.lock"))
    assert lock.try_take()
    with pytest.raises(TimeoutError, match="keeps"):
        upgrade(path)
    lock.close()
