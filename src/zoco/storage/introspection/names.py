"""The names in Python of everything that was found."""

from __future__ import annotations

import msgspec

from zoco.storage.introspection.found import Foreign, Schema, Table
from zoco.storage.introspection.naming import FIELDS, VARIABLES, class_of, identifier

Place = tuple[str | None, str]
"""A schema and a table."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """`row` is the class of one row; `keys` are the names of columns."""

    table: Table
    variable: str
    row: str
    keys: dict[str, str]


def named(schema: Schema) -> dict[Place, Named]:
    """Every table with names that no other has."""
    found, variables, rows = dict[Place, Named](), set[str](), set[str]()
    for table in schema.tables:
        keys: dict[str, str] = {}
        for column in table.columns:
            keys[column.name] = identifier(column.name, keys.values(), FIELDS)
        words = f"{table.schema} {table.name}" if table.schema else table.name
        one = Named(table=table, variable=identifier(words, variables, VARIABLES), row=class_of(words, rows), keys=keys)
        variables.add(one.variable)
        rows.add(one.row)
        found[table.schema, table.name] = one
    return found


def target(foreign: Foreign, tables: dict[Place, Named]) -> Named | None:
    """The table that is meant, where it was asked for and SQLAlchemy can be told of it."""
    found = tables.get((foreign.schema, foreign.table))
    if found is None or "." in f"{foreign.table}{foreign.schema or ''}" or len(foreign.targets) != len(foreign.columns):
        return None
    return found if found.keys.keys() >= set(foreign.targets) else None
