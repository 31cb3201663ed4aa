"""Migrations on PostgreSQL: whole or not at all, whoever starts at the same time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.storage.postgres import hand
from tests.storage.test_migrate import write

from zoco.app import installed
from zoco.kit.ids import ordered_id
from zoco.kit.module import Module
from zoco.storage import migrate, postgres_migrate
from zoco.storage.engine import DatabaseUnusable, SchemaNewer
from zoco.storage.migrate import Steps
from zoco.storage.postgres_migrate import is_made, upgrade
from zoco.storage.postgres_sql import Dialect
from zoco.storage.sql import metadata

pytestmark = pytest.mark.engines("postgresql")
START = "import sys; from zoco.storage.postgres_migrate import upgrade; upgrade(sys.argv[1])"
_TABLES = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
_COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod) || CASE WHEN collname IS NOT NULL THEN ' ' || collname ELSE '' END,
        attnotnull
    FROM pg_attribute LEFT JOIN pg_collation ON pg_collation.oid = attcollation
    WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped
"""
_INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"


@pytest.fixture
async def empty(database: str) -> AsyncIterator[str]:
    """A database that nothing was ever made in."""
    name = f"zoco_test_{ordered_id().replace('-', '')}"
    async with hand(database) as admin:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield urlsplit(database)._replace(path=f"/{name}").geturl()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def tables(url: str) -> list[str]:
    async with hand(url) as admin:
        return [row[0] for row in await admin.fetch(_TABLES)]


async def test_a_new_database_gets_every_migration(empty: str) -> None:
    assert not is_made(empty)
    upgrade(empty)  # from inside a running loop
    assert is_made(empty)
    assert {"orders", "facts", "tries", "product_words"} <= set(await tables(empty))
    async with hand(empty) as admin:
        assert await admin.fetchval("SELECT version_num FROM alembic_version") == Steps(migrate.FOLDER).newest()


async def test_an_older_database_gets_what_it_lacks(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "versions").mkdir()
    monkeypatch.setattr(migrate, "FOLDER", tmp_path)
    write(tmp_path, "0001", None, 'op.execute("CREATE TABLE first (x INT)")')
    upgrade(empty)
    write(tmp_path, "0002", "0001", 'op.execute("CREATE TABLE second (x INT)")')
    upgrade(empty)
    upgrade(empty)
    assert await tables(empty) == ["alembic_version", "first", "second"]


@pytest.mark.parametrize(
    ("does", "fault"),
    [
        ('op.execute("CREATE TABLE second (x INT)"); raise ArithmeticError', "schema 0002 .*ArithmeticError"),
        ('op.execute("CREATE TABLE second (x INT)"); op.execute("CREATE TABLE first (x INT)")', "already exists"),
    ],
)
async def test_a_migration_that_fails_leaves_nothing(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, fault: str
) -> None:
    (tmp_path / "versions").mkdir()
    monkeypatch.setattr(migrate, "FOLDER", tmp_path)
    write(tmp_path, "0001", None, 'op.execute("CREATE TABLE first (x INT)")')
    upgrade(empty)
    write(tmp_path, "0002", "0001", does)
    with pytest.raises(DatabaseUnusable, match=fault):
        upgrade(empty)
    assert await tables(empty) == ["alembic_version", "first"]


async def test_an_extension_brings_its_tables_or_takes_everything_back(
    empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    core, own = tmp_path / "core", tmp_path / "own/migrations"
    for place in (core, own):
        (place / "versions").mkdir(parents=True)
    monkeypatch.setattr(migrate, "FOLDER", core)
    write(core, "0001", None, 'op.execute("CREATE TABLE first (x INT)")')
    write(own, "0001", None, 'op.execute("CREATE TABLE first (x INT)")')
    modules = [Module("own", own.parent)]
    with pytest.raises(DatabaseUnusable, match="already exists"):
        upgrade(empty, modules)
    assert await tables(empty) == []
    write(own, "0001", None, 'op.execute("CREATE TABLE own (x INT)")')
    for _ in range(2):
        upgrade(empty, modules)
        assert await tables(empty) == ["alembic_version", "alembic_version_own", "first", "own"]
    async with hand(empty) as admin:
        await admin.execute("UPDATE alembic_version_own SET version_num = '0002'")
    with pytest.raises(SchemaNewer, match="schema 0002 of own"):
        upgrade(empty, modules)


async def test_a_database_of_a_later_version_is_left_alone(empty: str) -> None:
    upgrade(empty)
    async with hand(empty) as admin:
        await admin.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaNewer, match="9999"):
        upgrade(empty)


@pytest.mark.fault
async def test_two_processes_that_start_at_once(empty: str) -> None:
    both = [await asyncio.create_subprocess_exec(sys.executable, "-c", START, empty) for _ in range(2)]
    assert [await process.wait() for process in both] == [0, 0]
    assert "orders" in await tables(empty)


async def test_a_database_that_cannot_keep_every_text_is_refused(database: str) -> None:
    name = f"zoco_test_{ordered_id().replace('-', '')}"
    async with hand(database) as admin:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
        with pytest.raises(DatabaseUnusable, match=r"LATIN1.*createdb"):
            upgrade(urlsplit(database)._replace(path=f"/{name}").geturl())
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_server_that_is_too_old_is_refused(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_migrate, "_OLDEST", 990_000)
    with pytest.raises(DatabaseUnusable, match="needs version 99"):
        upgrade(empty)
    assert await tables(empty) == []


async def test_somebody_who_may_not_make_tables_is_told_so(empty: str) -> None:
    role = f"zoco_test_{ordered_id().replace('-', '')}"
    async with hand(empty) as admin:
        await admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
        with pytest.raises(DatabaseUnusable, match="lacks a right"):
            upgrade(empty.replace("postgres@", f"{role}:x@"))
        await admin.execute(f"DROP ROLE {role}")


async def test_migrations_make_the_tables_of_the_features(database: str) -> None:
    assert installed()  # which describes every table
    dialect = Dialect()  # type: ignore[no-untyped-call]
    async with hand(database) as admin:
        indexes = {row[0]: row[1] for row in await admin.fetch(_INDEXES)}
        for table in metadata.sorted_tables:
            made = {row[0]: (row[1].lower(), row[2]) for row in await admin.fetch(_COLUMNS, table.name)}
            assert made == {
                column.name: (column.type.compile(dialect).lower().replace('collate "c"', "c"), not column.nullable)
                for column in table.columns
            }
            for index in table.indexes:
                where = index.dialect_options["sqlite"]["where"]
                assert ("WHERE" in indexes[str(index.name)]) == (where is not None)
