"""SQL of a database in words that every engine has; whether SQLite understands it, SQLite itself is asked."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from zoco.storage.introspection.found import Table

_CHANGES = (
    (re.compile(r"('(?:[^']|'')*')::(?:\"[^\"]+\"|[a-z_][\w.]*(?: varying| precision)?)(?:\(\d+\))?(?:\[\])?"), r"\1"),
    (re.compile(r"::(?:character varying|text|bpchar|numeric|double precision)(?:\([\d, ]+\))?(?:\[\])?"), ""),
    (re.compile(r"\((\w+)\) = ANY \(\(?ARRAY\[([^\]]*)\]\)?\)"), r"\1 IN (\2)"),
    (re.compile(r"(\w+) = ANY \(\(?ARRAY\[([^\]]*)\]\)?\)"), r"\1 IN (\2)"),
    (re.compile(r"\bnow\(\)", re.IGNORECASE), "CURRENT_TIMESTAMP"),
)
_VALUE = re.compile(r"(?<![:\w\\]):(?=\w)")


def common(sql: str) -> str:
    """Without PostgreSQL's casts to what a text or a number is already."""
    for found, instead in _CHANGES:
        sql = found.sub(instead, sql)
    while sql.startswith("(") and sql.endswith(")") and _are_one(sql):
        sql = sql[1:-1]
    return sql


def escaped(sql: str) -> str:
    """As SQLAlchemy's `text` takes it, to which `:word` is a value."""
    return _VALUE.sub(r"\:", sql)


def is_check(table: Table, sql: str) -> bool:
    return _is_understood(table, f"{_columns(table)}, CHECK ({sql})")


def is_default(table: Table, sql: str) -> bool:
    return _is_understood(table, f"value DEFAULT {sql}")


def is_computed(table: Table, column: str, sql: str) -> bool:
    return _is_understood(table, f"{_columns(table, without=column)}, {name(column)} AS ({sql})")


def is_index(table: Table, parts: list[str], where: str) -> bool:
    limit = f" WHERE {where}" if where else ""
    index = f"CREATE INDEX tried ON {name(table.name)} ({', '.join(parts)}){limit}"
    return _is_understood(table, _columns(table), index)


def _is_understood(table: Table, columns: str, *more: str) -> bool:
    """Whether a table of these columns can be made and takes a row; one that a check refuses was understood."""
    made, filled = f"CREATE TABLE {name(table.name)} ({columns})", f"INSERT INTO {name(table.name)} DEFAULT VALUES"
    with closing(sqlite3.connect(":memory:")) as scratch:
        try:
            for statement in (made, *more, filled):
                scratch.execute(statement)
        except sqlite3.IntegrityError:
            return True
        except (sqlite3.Error, sqlite3.Warning):
            return False
    return True


def _columns(table: Table, without: str = "") -> str:
    return ", ".join(name(column.name) for column in table.columns if column.name != without) or "nothing"


def name(of: str) -> str:
    """As SQL has it, whatever it is made of."""
    return '"' + of.replace('"', '""') + '"'


def _are_one(sql: str) -> bool:
    """Whether the first bracket is closed by the last."""
    depth = 0
    for place, sign in enumerate(re.sub(r"'(?:[^']|'')*'", lambda text: "x" * len(text[0]), sql)):
        depth += (sign == "(") - (sign == ")")
        if not depth and place < len(sql) - 1:
            return False
    return True
