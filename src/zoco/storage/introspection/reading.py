"""Reads the tables of a SQLite or PostgreSQL database by SQLAlchemy's reflection."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pkgutil import resolve_name
from typing import Any

from sqlalchemy import Connection, Inspector, inspect, text
from sqlalchemy.exc import SAWarning

from zoco.storage.engine import DatabaseUnusable
from zoco.storage.introspection import dialect
from zoco.storage.introspection.found import Column, Foreign, Rule, Schema, Table
from zoco.storage.introspection.naming import one_line
from zoco.storage.introspection.sqlite import mended

_READERS = {
    "sqlite": "zoco.storage.introspection.sqlite:run",
    "postgresql": "zoco.storage.introspection.postgres:run",
    "postgres": "zoco.storage.introspection.postgres:run",
}
_DECLARED = {
    "sqlite": "SELECT name, type FROM pragma_table_xinfo(:table) WHERE :schema IS NULL",
    "postgresql": (
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " WHERE relname = CAST(:table AS TEXT) AND attnum > 0 AND NOT attisdropped AND"
        " relnamespace = COALESCE(CAST(:schema AS TEXT), current_schema())::regnamespace"
    ),
}
_HIDDEN = "SELECT name FROM pragma_table_list WHERE type IN ('virtual', 'shadow')"


def read(url: str, names: Sequence[str] = ()) -> Schema:
    """The tables of the database, or those named, a view or `schema.name` too; raises DatabaseUnusable."""
    scheme, _, rest = url.partition("://")
    if scheme.startswith("mongodb"):
        raise DatabaseUnusable(
            "documents of MongoDB have no schema to read: write their structs by hand, as `models.py` of a feature does"
        )
    if scheme not in _READERS or not rest.strip("/"):
        raise DatabaseUnusable(
            "the address must be such as sqlite:///store.db or postgresql://user:password@host/database"
        )
    found: Schema = resolve_name(_READERS[scheme])(url, lambda connection: _schema(connection, names))
    return found


def _schema(connection: Connection, names: Sequence[str]) -> Schema:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of types and indexes that it does not know, which we tell of
        look = inspect(connection)
        tables, views = _names(look, None)
        if not names and not tables:
            raise DatabaseUnusable("there is no table in this database that its user may see")
        wanted = [_wanted(look, name, [*tables, *views]) for name in dict.fromkeys(names)]
        wanted = wanted or [(None, table) for table in tables]
        own = {look.default_schema_name, "information_schema", "main", "temp"}
        return Schema(
            engine=connection.dialect.name,
            tables=[_table(look, schema, name) for schema, name in wanted],
            views=[] if names else views,
            schemas=[] if names else [name for name in look.get_schema_names() if name not in own],
        )


def _names(look: Inspector, schema: str | None) -> tuple[list[str], list[str]]:
    """Tables and views, without what full-text indexes of SQLite keep for themselves."""
    tables = set(look.get_table_names(schema))
    if look.dialect.name == "sqlite":
        tables -= set(_asked(look, _HIDDEN))
    return sorted(tables), _views(look, schema)


def _views(look: Inspector, schema: str | None) -> list[str]:
    kept = [] if look.dialect.name == "sqlite" else look.get_materialized_view_names(schema)
    return sorted({*look.get_view_names(schema), *kept})


def _wanted(look: Inspector, name: str, known: Sequence[str]) -> tuple[str | None, str]:
    schema, _, table = name.partition(".")
    if name in known:
        return None, name
    if schema == look.default_schema_name and table in known:
        return None, table
    if table and schema in look.get_schema_names():
        known = [each for kind in _names(look, schema) for each in kind]
        if table in known:
            return schema, table
    there = f"there are: {one_line(', '.join(known))}" if known else "there is none that this user may see"
    raise DatabaseUnusable(f"there is no table {one_line(name)}; {there}")


def _table(look: Inspector, schema: str | None, name: str) -> Table:
    place: dict[str, Any] = {"table_name": name, "schema": schema}
    key = look.get_pk_constraint(**place)
    indexes, unique = look.get_indexes(**place), look.get_unique_constraints(**place)
    kept = {each["name"] for each in unique}
    other = {index.get("duplicates_constraint") for index in indexes} - kept - {None}
    table = Table(
        name=name,
        schema=schema,
        view=name in _views(look, schema),
        columns=list(_columns(look, schema, name)),
        key=key["constrained_columns"],
        foreign=[
            Foreign(
                columns=each["constrained_columns"],
                schema=None if each["referred_schema"] == look.default_schema_name else each["referred_schema"],
                table=each["referred_table"],
                targets=each["referred_columns"],
                options=dict(each.get("options") or {}),
            )
            for each in sorted(look.get_foreign_keys(**place), key=lambda each: each["constrained_columns"])
        ],
        unique=[_rule(each) for each in unique],
        checks=[_rule(each) for each in sorted(look.get_check_constraints(**place), key=itemgetter("sqltext"))],
        indexes=[_rule(each) for each in indexes if not each.get("duplicates_constraint")],
        unread=[f"the constraint {each}" for each in sorted(map(str, other))],
    )
    return mended(_connection(look), table) if look.dialect.name == "sqlite" else table


def _columns(look: Inspector, schema: str | None, table: str) -> Iterator[Column]:
    declared = _asked(look, _DECLARED[look.dialect.name], table=table, schema=schema)
    for each in look.get_columns(table, schema):
        default, computed = each.get("default") or "", each.get("computed")
        counted = default.startswith("nextval(") or "identity" in each
        yield Column(
            name=each["name"],
            type=each["type"],
            declared=declared.get(each["name"], ""),
            nullable=each["nullable"],
            counted=counted,
            default="" if counted or computed else default,
            computed=(computed["sqltext"] or "its table says") if computed else "",
            persisted=computed.get("persisted") if computed else None,
        )


def _rule(reflected: Any) -> Rule:
    options = dict(reflected.get("dialect_options") or {})
    where = next((options.pop(name) for name in [*options] if name.endswith("_where")), "")
    sorting = reflected.get("column_sorting") or {}
    names = reflected.get("column_names", ())
    said: Sequence[str] = reflected.get("expressions", ())
    if sorting:
        said = [_sorted(name, sorting.get(name, ())) for name in (said or names)]
    return Rule(
        name=reflected["name"],
        sql=reflected.get("sqltext", ""),
        columns=names,
        expressions=said,
        unique=bool(reflected.get("unique")),
        where=str(where),
        remark=", ".join(f"{name}={value}" for name, value in sorted(options.items()) if value),
    )


def _sorted(name: str, order: Sequence[str]) -> str:
    return " ".join([dialect.name(name), *(word.replace("_", " ").upper() for word in order)]) if order else name


def _asked(look: Inspector, question: str, **values: Any) -> dict[str, str]:
    """The last column of the answer by the first."""
    return {row[0]: row[-1] for row in _connection(look).execute(text(question), values)}


def _connection(look: Inspector) -> Connection:
    if not isinstance(look.bind, Connection):
        raise TypeError(look.bind)
    return look.bind
