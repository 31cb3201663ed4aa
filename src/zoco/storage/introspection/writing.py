"""The two files that a feature begins with, from what was found."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from zoco.storage.introspection.found import Schema
from zoco.storage.introspection.kinds import Choices
from zoco.storage.introspection.layout import Import, call, module
from zoco.storage.introspection.naming import named
from zoco.storage.introspection.structs import struct
from zoco.storage.introspection.tables import table


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """`both` is one file with what stands in the two others."""

    models: str
    sql: str
    both: str


def write(schema: Schema, ours: Collection[str] = ()) -> Written:
    """`ours` are the tables that the shop has itself, beside which another cannot have the same name."""
    tables = named(schema)
    rows_need: set[Import] = {("msgspec", "")}
    tables_need: set[Import] = {("sqlalchemy", "Table"), ("zoco.storage.sql", "metadata")}
    choices: Choices = {(each.row,): each.row for each in tables.values()}  # names that are taken
    rows = [struct(each, tables, schema.engine, rows_need, choices) for each in tables.values()]
    named_words = [call(f"{name} = Literal", words, 0, "[]") for words, name in choices.items() if words != (name,)]
    core = "\n".join(table(each, tables, schema.engine, tables_need, set(ours)) for each in tables.values())
    first = "".join(["\n\n" if named_words else "", "\n".join(named_words), *(f"\n\n\n{row}" for row in rows)])
    return Written(
        models=module("What an existing database keeps.", rows_need, first),
        sql=module("The tables of an existing database.", tables_need, f"\n\n{core}"),
        both=module("The tables of an existing database.", rows_need | tables_need, f"{first}\n\n\n{core}"),
    )
