"""What is written of a database that another program made: it imports, is well typed, and makes the same tables."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, text
from tests.storage.legacy import Legacy, legacy_on

from zoco.storage import sql
from zoco.storage.engine import DatabaseUnusable
from zoco.storage.introspection import dialect, postgres
from zoco.storage.introspection.naming import class_of, identifier, one_line
from zoco.storage.introspection.reading import read
from zoco.storage.introspection.writing import Written, write

ROOT = Path(__file__).parents[2]
EXISTING = pytest.mark.engines("sqlite", "postgresql")
POSTGRESQL = pytest.mark.engines("postgresql")


@pytest.fixture
def legacy(engine: str, database: str, tmp_path: Path) -> Iterator[Legacy]:
    with legacy_on(engine, database, tmp_path) as made:
        yield made


def run(code: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the code defines, its tables apart from the shop's."""
    monkeypatch.setattr(sql, "metadata", MetaData(naming_convention=sql.metadata.naming_convention))
    defined: dict[str, Any] = {"__name__": "written"}
    monkeypatch.setitem(sys.modules, "written", type(sys)("written"))
    exec(compile(code, "written.py", "exec"), defined)  # noqa: S102 - what is tested
    return defined


@EXISTING
def test_the_code_makes_the_same_tables(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
    legacy.run(legacy.tables)
    written = write(read(legacy.url))
    legacy.make(run(written.both, monkeypatch)["metadata"])
    again = write(read(legacy.again))
    assert again == written
    assert "Not read" not in written.both


@pytest.mark.engines("sqlite")
def test_sqlite_sees_the_same_tables(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
    legacy.run(legacy.tables)
    legacy.make(run(write(read(legacy.url)).both, monkeypatch)["metadata"])
    assert pragmas(legacy.again) == pragmas(legacy.url)


def pragmas(url: str) -> set[tuple[object, ...]]:
    """What SQLite itself knows of columns, keys, relations and indexes, whatever their names and types are called."""
    columns = "c.name, c.'notnull' OR c.pk, c.dflt_value, c.pk, c.hidden FROM {t}, pragma_table_xinfo(t.name) c"
    target = "lower(f.'table'), lower(coalesce(f.'to', 'id'))"  # however it is spelt there
    relations = f"f.'from', {target}, on_update, on_delete FROM {{t}}, pragma_foreign_key_list(t.name) f"
    indexes = (
        "i.'unique', i.origin, i.partial, c.seqno, c.name"
        " FROM {t}, pragma_index_list(t.name) i, pragma_index_info(i.name) c"
    )
    tables = "(SELECT name FROM sqlite_master WHERE type = 'table') t"
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        questions = (f"SELECT t.name, {what}".format(t=tables) for what in (columns, relations, indexes))
        return {row for question in questions for row in connection.execute(question)}


@EXISTING
def test_the_code_passes_the_houses_checks(legacy: Legacy, tmp_path: Path) -> None:
    legacy.run(legacy.tables)
    written = write(read(legacy.url))
    for name in Written.__struct_fields__:
        (tmp_path / f"written_{name}.py").write_text(getattr(written, name), encoding="utf-8")
    files = [str(path) for path in tmp_path.glob("written_*.py")]
    cache = f"--cache-dir={ROOT / '.mypy_cache'}"
    for command in (
        ["ruff", "format", "--diff", "--no-cache"],
        ["ruff", "check", "--no-cache", "--ignore=INP001"],  # a feature's folder is a package
        ["mypy", cache],
    ):
        words = [sys.executable, "-m", *command, "--config-file" if command[0] == "mypy" else "--config"]
        done = subprocess.run([*words, "pyproject.toml", *files], capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr


@EXISTING
def test_structs_say_keys_relations_and_what_may_be_missing(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
    legacy.run(legacy.tables)
    models = write(read(legacy.url)).models
    defined = run(models, monkeypatch)
    assert {"Usuario", "Orden", "Line", "Ca", "Cb"} <= defined.keys()
    assert '"""A row of `Usuarios`, by `id`; `boss` is of a `Usuario`."""' in models
    assert '"""A row of `lines`, which has no key; `shop` and `order` are of a `Orden`."""' in models
    for line in ("created_at: dt.datetime", "class_: str | None = None", "anio: int | None = None", "paid: bool"):
        assert f"\n    {line}\n" in models
    with pytest.raises(AttributeError):
        defined["Line"]().order = 3


@EXISTING
def test_only_what_is_named_is_read_views_too(legacy: Legacy) -> None:
    legacy.run(legacy.tables)
    everything = read(legacy.url)
    assert [table.name for table in everything.tables] == ["Usuarios", "ca", "cb", "lines", "ordenes", "wordy"]
    assert everything.views == ["buyers"]
    written = write(read(legacy.url, ["buyers", "lines", "buyers"]))
    assert "A row of the view `buyers`." in written.models
    assert "refers to ordenes (shop, order), which is not among these tables." in written.sql
    assert "ForeignKey" not in written.sql
    with pytest.raises(
        DatabaseUnusable, match=r"there is no table nix; there are: Usuarios, ca, cb, lines, ordenes, wordy, b"
    ):
        read(legacy.url, ["nix"])


@EXISTING
def test_an_empty_database(legacy: Legacy) -> None:
    legacy.run("CREATE TABLE t (a int); DROP TABLE t")
    with pytest.raises(DatabaseUnusable, match="there is no table in this database"):
        read(legacy.url)
    with pytest.raises(DatabaseUnusable, match=r"there is no table a\.b; there is none"):
        read(legacy.url, ["a.b"])


@EXISTING
def test_names_that_would_break_out_of_the_code(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
    legacy.run(
        'CREATE TABLE "a"" """""" \n\\import os" ("x%s:y\n#" int CHECK ("x%s:y\n#" > 1), "1" text, "!" int, "日" int)'
    )
    written = write(read(legacy.url))
    (table,) = run(written.both, monkeypatch)["metadata"].tables.values()
    assert table.name == 'a" """ \n\\import os'
    assert [column.key for column in table.columns] == ["x_s_y", "n1", "unnamed", "unnamed_2"]
    legacy.make(table.metadata)
    assert write(read(legacy.again)) == written


@POSTGRESQL
def test_types_that_are_not_known_are_said(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
    legacy.run(
        "CREATE DOMAIN amount AS integer; CREATE TABLE odd (p point, i inet[], a amount,"
        ' n int GENERATED ALWAYS AS IDENTITY, c text COLLATE "POSIX",'
        " r text DEFAULT md5('x') CHECK (r ~ '^a'), g text GENERATED ALWAYS AS (md5(c)) STORED);"
        "CREATE INDEX g ON odd USING hash (a); CREATE INDEX w ON odd (a) WHERE r ~ 'b'"
    )
    written = write(read(legacy.url))
    run(written.both, monkeypatch)
    assert (
        "    # of the type point, which is not known here: name one before a table is made\n    p: Any"
        in written.models
    )
    assert written.sql.count("NullType()") == 2
    for remark in (
        "of the type inet[], which", "of the domain amount", "the database counts it", "collation POSIX",
        "where left out, md5('x'::text)", "computed as md5(c)", "Check odd_r_check: r ~ '^a'::text",
        "In the database with postgresql_using=hash.", "Index w: \"a\" WHERE (r ~ 'b'::text)",
    ):  # fmt: skip
        assert f"    # {remark}" in written.sql


@pytest.mark.engines("sqlite")
def test_what_sqlite_does_not_type_or_tell_is_said(legacy: Legacy) -> None:
    legacy.run(
        "CREATE TABLE odd (a, m MONEY, n NUMERIC, i INT UNSIGNED, t NUMERIC(9, 2) AS (n * 2));"
        "CREATE INDEX l ON odd (lower(a));"
        "CREATE VIRTUAL TABLE words USING fts5 (word)"
    )
    schema = read(legacy.url)
    assert [table.name for table in schema.tables] == ["odd"]
    written = write(schema)
    for remark in (
        "of no type, which", "of the type MONEY, which", "computed as its table says",
        "Not read: CREATE INDEX l ON odd (lower(a))",
    ):  # fmt: skip
        assert f"    # {remark}" in written.sql
    assert 'Column("n", Numeric)' in written.sql


@pytest.mark.engines("sqlite")
def test_relations_that_sqlite_does_not_spell_out(legacy: Legacy) -> None:
    legacy.run(
        "CREATE TABLE parent (a INT NOT NULL, b INT NOT NULL, PRIMARY KEY (b, a));"
        "CREATE TABLE kid (x INT, y INT, gone INT REFERENCES nowhere, FOREIGN KEY (y, x) REFERENCES PARENT)"
    )
    written = write(read(legacy.url)).sql
    assert 'ForeignKeyConstraint(["y", "x"], ["parent.b", "parent.a"])' in written
    assert "# gone refers to nowhere (), which is not among these tables." in written


@POSTGRESQL
def test_other_schemas(legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
    legacy.run(
        "CREATE SCHEMA other; CREATE TABLE other.orders (id int PRIMARY KEY, up int REFERENCES other.orders);"
        "CREATE TABLE orders (id int PRIMARY KEY, o int REFERENCES other.orders)"
    )
    assert "other" in read(legacy.url).schemas
    both = write(read(legacy.url, ["legacy.orders", "other.orders"])).both
    tables = run(both, monkeypatch)["metadata"].tables
    assert list(tables) == ["orders", "other.orders"]
    assert {key.target_fullname for table in tables.values() for key in table.foreign_keys} == {"other.orders.id"}
    with pytest.raises(DatabaseUnusable, match=r"no table other\.nix; there are: orders"):
        read(legacy.url, ["other.nix"])


@POSTGRESQL
def test_postgresql_is_read_in_a_transaction_that_cannot_write(legacy: Legacy) -> None:
    with pytest.raises(DatabaseUnusable, match="read-only transaction"):
        postgres.run(legacy.url, lambda connection: connection.execute(text("CREATE TABLE t (a int)")))


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_reading_a_sqlite_file_leaves_nothing_behind(tmp_path: Path, journal: str) -> None:
    path = tmp_path / "legacy.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}")
        connection.execute("CREATE TABLE t (a)")
        connection.commit()
    before = path.read_bytes()
    assert read(f"sqlite:///{path}").tables
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before
    path.chmod(0o400)
    assert read(f"sqlite:///{path}").tables


@POSTGRESQL
def test_a_database_that_is_not_there(database: str) -> None:
    name = database.rpartition("/")[2] if "?" not in database else database.partition("?")[0].rpartition("/")[2]
    with pytest.raises(DatabaseUnusable, match="there is no such database"):
        read(database.replace(f"/{name}", "/nowhere", 1))
    with pytest.raises(DatabaseUnusable, match="PostgreSQL does not answer"):
        read("postgresql://nobody:secret@127.0.0.1:1/nowhere")


def test_names() -> None:
    assert [identifier(name, ()) for name in ("userID", "HTTPCode", "Número de año", "2fa", "class", "")] == [
        "user_id", "http_code", "numero_de_anio", "n2fa", "class_", "unnamed",
    ]  # fmt: skip
    words = {
        "categories": "Category", "ordenes": "Orden", "direcciones": "Direccion", "ciudades": "Ciudad",
        "status": "Status", "addresses": "Address", "boxes": "Box", "order_lines": "OrderLine", "columns": "ColumnRow",
        "series": "Series", "colores": "Color", "vendedores": "Vendedor", "profesores": "Profesor", "errores": "Error",
        "sectores": "Sector", "stores": "Store", "scores": "Score", "carnivores": "Carnivore",
        "meses": "Mes", "paises": "Pais", "clases": "Clase", "clientes": "Cliente", "imagenes": "Imagen",
        "detalles": "Detalle",
    }  # fmt: skip
    assert {word: class_of(word, ()) for word in words} == words
    assert class_of("user", {"User", "User2"}) == "User3"
    assert one_line('a\n"""b\\') == "a '''b/"


@pytest.mark.parametrize(
    ("theirs", "common"),
    [
        ("((status)::text = ANY ((ARRAY['a'::character varying, 'b''::x'::character varying])::text[]))", ""),
        ("(price > (0)::numeric)", "price > (0)"),
        ("(a = 1) OR (b = 2)", "(a = 1) OR (b = 2)"),
        ("'{}'::jsonb", "'{}'"),
        ("now()", "CURRENT_TIMESTAMP"),
    ],
)
def test_sql_in_common_words(theirs: str, common: str) -> None:
    assert dialect.common(theirs) == (common or "status IN ('a', 'b''::x')")
