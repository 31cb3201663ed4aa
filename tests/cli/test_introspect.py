"""`zoco introspect`: what it prints or writes, what it says beside that, and its refusals."""

from __future__ import annotations

import ast
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.cli.conftest import Zoco


@pytest.fixture
def store(place: Path) -> str:
    """The address of another program's database, which has a table named as one of the shop's."""
    with closing(sqlite3.connect(place / "store.db")) as connection:
        connection.executescript(
            'CREATE TABLE "Users" (id INTEGER PRIMARY KEY); CREATE TABLE products (id INTEGER PRIMARY KEY);'
            "CREATE VIEW cheap AS SELECT id FROM products"
        )
    return "sqlite:///store.db"


def test_it_prints_one_file_of_python(zoco: Zoco, store: str) -> None:
    code, out, err = zoco("introspect", store)
    assert code == 0
    names = [node.name for node in ast.parse(out).body if isinstance(node, ast.ClassDef)]
    assert names == ["User", "Product"]
    assert (
        "\n# The shop has a table of this name itself: give this one another before a feature loads it.\nproducts"
        in out
    )
    assert err.splitlines() == [
        "Named as tables of the shop itself; give them other names before a feature loads them: products",
        "Views were left out; name one with --table: cheap",
    ]


def test_it_writes_the_rooms_of_a_feature(zoco: Zoco, store: str, place: Path) -> None:
    code, out, err = zoco("introspect", store, "--table", "Users", "--table", "cheap", "--out", "features/old")
    assert (code, out) == (0, "")
    assert err.splitlines() == ["features/old/models.py was written.", "features/old/sql.py was written."]
    assert "class User(" in (place / "features/old/models.py").read_text(encoding="utf-8")
    assert "users = Table(" in (place / "features/old/sql.py").read_text(encoding="utf-8")


def test_it_writes_one_file_and_none_twice(zoco: Zoco, store: str, place: Path) -> None:
    assert zoco("introspect", store, "--out", "old.py").code == 0
    written = (place / "old.py").read_bytes()
    assert b"class User(" in written
    assert b"users = Table(" in written
    code, _, err = zoco("introspect", store, "--out", "old.py", "--table", "Users")
    assert (code, err) == (1, "zoco: old.py would be overwritten: name another place with --out.\n")
    assert (place / "old.py").read_bytes() == written


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("store.db",), "the address must be such as sqlite:///store.db or postgresql://user:password@host/database"),
        (("mysql://host/store",), "the address must be such as sqlite:///store.db"),
        (("sqlite://",), "the address must be such as sqlite:///store.db"),
        (("mongodb://host/store",), "documents of MongoDB have no schema to read"),
        (("sqlite:///nowhere.db",), "there is no database nowhere.db"),
        (("sqlite:///zoco.toml",), "zoco.toml cannot be read as a SQLite database (file is not a database)"),
        (("postgresql://me:secret@127.0.0.1:1/store",), "PostgreSQL does not answer"),
        (("postgresql://me:secret@127.0.0.1:port/store",), "PostgreSQL does not answer"),
        (("sqlite:///store.db", "--table", "Clients"), "there is no table Clients; there are: Users, products, cheap"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(
    zoco: Zoco, store: str, place: Path, words: tuple[str, ...], said: str
) -> None:
    (place / "zoco.toml").write_text("# no database, however long it may be\n" * 40, encoding="utf-8")
    code, out, err = zoco("introspect", *words)
    assert (code, out) == (1, "")
    assert err.startswith(f"zoco: {said}")
    assert len(err.splitlines()) == 1
    assert "secret" not in err
    assert not (place / "nowhere.db").exists()
