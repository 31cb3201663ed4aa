"""Migrations: each runs once, whole or not at all, whoever starts at the same time."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zoco.kit.module import Module
from zoco.storage import migrate
from zoco.storage.engine import DatabaseUnusable, SchemaNewer
from zoco.storage.lock import FileLock
from zoco.storage.migrate import Steps, upgrade
from zoco.storage.migrations import __main__ as migrations

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
def here(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Run migrations in this process, which is quicker."""
    monkeypatch.setattr(
        migrate, "_migrate", lambda path, _: migrations.migrate(str(path), (str(folder), "alembic_version"))
    )


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
    assert Steps(migrate.FOLDER).newest() == "0002"
    upgrade(path)
    upgrade(path)
    assert tables(path) == ["first", "second"]


def test_an_older_database_gets_what_it_lacks(path: Path, here: None, folder: Path) -> None:
    upgrade(path)
    write(folder, "0003", "0002", 'op.execute("CREATE TABLE third (x)")')
    upgrade(path)
    assert tables(path) == ["first", "second", "third"]


def test_a_migration_that_fails_leaves_nothing(path: Path, folder: Path) -> None:
    upgrade(path)
    write(folder, "0003", "0002", 'op.execute("CREATE TABLE third (x)"); raise ArithmeticError')
    with pytest.raises(DatabaseUnusable, match=r"schema 0003 .*ArithmeticError"):
        upgrade(path)
    assert tables(path) == ["first", "second"]
    write(folder, "0003", "0002", 'op.execute("CREATE TABLE third (x, y, z)")')
    upgrade(path)
    assert tables(path) == ["first", "second", "third"]


def test_a_database_of_a_later_version_is_left_alone(path: Path, here: None) -> None:
    upgrade(path)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '0009'")
    connection.commit()
    connection.close()
    with pytest.raises(SchemaNewer, match="0009"):
        upgrade(path)


def test_an_empty_file_is_a_new_database(path: Path, here: None) -> None:
    path.touch()
    upgrade(path)
    assert tables(path) == ["first", "second"]


def test_a_database_without_a_revision_gets_every_migration(path: Path, here: None) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    connection.close()
    upgrade(path)
    assert tables(path) == ["first", "second"]


def test_those_who_start_together_take_turns(path: Path, here: None) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: upgrade(path), range(4)))
    assert tables(path) == ["first", "second"]


def test_a_lock_that_is_never_freed_stops_the_start(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "_WAIT_SECONDS", 0.01)
    lock = FileLock(path.with_name("zoco.db.lock"))
    assert lock.try_take()
    with pytest.raises(DatabaseUnusable, match="keeps"):
        upgrade(path)
    lock.close()


def test_who_waited_for_another_finds_nothing_left_to_do(
    path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = FileLock(path.with_name("zoco.db.lock"))
    truly = FileLock.take

    def take(own: FileLock, seconds: float) -> bool:
        monkeypatch.setattr(FileLock, "take", truly)
        upgrade(path)  # the other one, who was first
        monkeypatch.setattr(migrate, "_migrate", lambda *_: pytest.fail("twice"))
        return own.take(seconds)

    monkeypatch.setattr(FileLock, "take", take)
    upgrade(path)
    assert tables(path) == ["first", "second"]
    lock.close()


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_text("my diary, which is much longer than the header of a database" * 9, encoding="utf-8")
    with pytest.raises(DatabaseUnusable, match=r"cannot be read .*not a database"):
        upgrade(path)
    assert path.read_text(encoding="utf-8").startswith("my diary")


def test_a_database_that_cannot_be_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(path)
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(DatabaseUnusable, match="cannot be written"):
        upgrade(path)


def test_a_folder_that_cannot_be_written(path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="cannot be written"):
        upgrade(path.parent / "nowhere" / "zoco.db")


@pytest.fixture
def extension(tmp_path: Path) -> Module:
    """A package with a table of its own."""
    place = tmp_path / "extension"
    (place / "migrations/versions").mkdir(parents=True)
    write(place / "migrations", "0001", None, 'op.execute("CREATE TABLE own (x)")')
    return Module("own", place)


def test_an_extension_brings_its_tables_to_a_shop_that_is_there(path: Path, extension: Module, tmp_path: Path) -> None:
    upgrade(path)
    modules = [Module("bare"), Module("pages", tmp_path / "pages"), extension]
    for _ in range(2):
        upgrade(path, modules)
        assert tables(path) == ["alembic_version_own", "first", "own", "second"]
    upgrade(path)  # without it, nothing is lost
    assert "own" in tables(path)


def test_an_extension_that_fails_takes_everything_back(path: Path, extension: Module, folder: Path) -> None:
    upgrade(path)
    write(folder, "0003", "0002", 'op.execute("CREATE TABLE third (x)")')
    own = folder.parent / "extension/migrations"
    write(own, "0002", "0001", 'op.execute("CREATE TABLE own (x)")')
    with pytest.raises(DatabaseUnusable, match=r"schema 0003 and 0002 of own .*already exists"):
        upgrade(path, [extension])
    assert tables(path) == ["first", "second"]
    (own / "versions/0002_step.py").unlink()
    upgrade(path, [extension])
    assert tables(path) == ["alembic_version_own", "first", "own", "second", "third"]


def test_an_extension_older_than_the_database_is_refused(path: Path, extension: Module) -> None:
    upgrade(path, [extension])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version_own SET version_num = '0007'")
    connection.close()
    with pytest.raises(SchemaNewer, match="schema 0007 of own, this version knows up to 0001"):
        upgrade(path, [extension])
