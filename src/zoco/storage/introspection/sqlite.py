"""Reading of SQLite files."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from zoco.storage.engine import DatabaseUnusable
from zoco.storage.introspection.found import Foreign, Rule, Table
from zoco.storage.sql import Instant

Result = TypeVar("Result")
_UNIQUE = text(
    "SELECT list.name, info.name FROM pragma_index_list(:table) AS list, pragma_index_info(list.name) AS info"
    " WHERE list.origin = 'u' ORDER BY list.seq DESC, info.seqno"
)
_ACTIONS = text('SELECT id, "from", on_delete, on_update FROM pragma_foreign_key_list(:table) ORDER BY id, seq')
_INDEXES = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL")
_TABLE = text("SELECT name FROM sqlite_master WHERE type = 'table' AND name = :name COLLATE NOCASE")
_COLUMNS = text("SELECT name, pk FROM pragma_table_xinfo(:table) ORDER BY pk")
_MODES = slice(18, 20)
_WAL = b"\x02\x02"


def run(url: str, work: Callable[[Connection], Result]) -> Result:
    """Do the work with a connection that can only read; raises DatabaseUnusable."""
    path = Path(url.removeprefix("sqlite://").removeprefix("/"))
    if not path.is_file():
        raise DatabaseUnusable(f"there is no database {path}")
    address = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if _is_at_rest(path) else ''}"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool)
    engine.dialect.ischema_names = engine.dialect.ischema_names | {"INSTANT": Instant}  # type: ignore[attr-defined]
    try:
        with engine.connect() as connection:
            return work(connection)
    except SQLAlchemyError as error:
        raise DatabaseUnusable(
            f"{path} cannot be read as a SQLite database ({getattr(error, 'orig', error)})"
        ) from error


def mended(connection: Connection, table: Table) -> Table:
    """With what SQLAlchemy does not find, as it looks for it in the table's SQL: behind `REFERENCES` and brackets."""
    asked = partial(connection.execute, parameters={"table": table.name})
    alone: dict[str, list[str]] = {}
    for index, column in asked(_UNIQUE):
        alone.setdefault(index, []).append(column)
    names = {tuple(rule.columns): rule.name for rule in table.unique}
    actions: dict[tuple[str, ...], dict[str, str]] = {}
    for _, rows in groupby(asked(_ACTIONS), key=itemgetter(0)):
        each = list(rows)
        told = {"ondelete": each[0][2], "onupdate": each[0][3]}
        actions[tuple(row[1] for row in each)] = {name: act for name, act in told.items() if act != "NO ACTION"}
    known = {index.name for index in table.indexes}
    return msgspec.structs.replace(
        table,
        unique=[Rule(name=names.get(tuple(columns)), columns=columns) for columns in alone.values()],
        foreign=[
            msgspec.structs.replace(_spelt(connection, one), options=actions.get(tuple(one.columns), {}) | one.options)
            for one in table.foreign
        ],
        checks=[msgspec.structs.replace(one, name=one.name and one.name.replace('""', '"')) for one in table.checks],
        unread=[sql for name, sql in asked(_INDEXES) if name not in known],
    )


def _spelt(connection: Connection, foreign: Foreign) -> Foreign:
    """With names as the other table has them: SQLite takes `USERS` for `users`."""
    table = connection.execute(_TABLE, {"name": foreign.table}).scalar() or foreign.table
    columns = connection.execute(_COLUMNS, {"table": table}).all()
    spelling = {name.lower(): name for name, _ in columns}
    targets = [spelling.get(name.lower(), name) for name in foreign.targets] or [name for name, key in columns if key]
    return msgspec.structs.replace(foreign, table=table, targets=targets)


def _is_at_rest(path: Path) -> bool:
    """Whether nobody has it open that keeps a log beside it: who reads such a file would leave a log there too."""
    with path.open("rb") as file:
        return file.read(20)[_MODES] == _WAL and not path.with_name(f"{path.name}-wal").exists()
