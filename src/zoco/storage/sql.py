"""SQL written once in SQLAlchemy Core, kept as ready text for each dialect and run on the bare driver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Protocol, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Executable, Insert, MetaData, Table, bindparam, literal_column
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import UserDefinedType

from zoco.kit.recent import Recent
from zoco.kit.store import Tx

Row = tuple[Any, ...]
Port = TypeVar("Port")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of every feature; migrations are compared with it."""


class Instant(UserDefinedType[Any]):
    """A moment in UTC, to the millisecond."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "INSTANT"


class Json(UserDefinedType[Any]):
    """A JSON value: written as the text that `to_json` makes, read as Python values."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"


@compiles(Instant, "postgresql")
def _instant(_type: Instant, _compiler: Any, **_: Any) -> str:
    return "TIMESTAMP WITH TIME ZONE"


@compiles(Json, "postgresql")
def _json(_type: Json, _compiler: Any, **_: Any) -> str:
    return "JSONB"


class Ready:
    """A statement as one dialect says it: its text, and its values in the order in which the text takes them.

    Values by place and not by name: looking a hundred names up takes SQLite as long as storing a row.
    """

    __slots__ = ("_fixed", "_in_order", "text")

    def __init__(self, compiled: SQLCompiler) -> None:
        self.text = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._in_order = _picking(tuple(compiled.positiontup or ()))

    def args(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values in their order, with those that stand in the construct; KeyError where one was forgotten."""
        return self._in_order({**self._fixed, **values} if self._fixed else values)


def _picking(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: tuple(values[name] for name in names)


class Statement:
    """One statement: SQLite runs `sqlite`, other engines make theirs of `construct` when they run it.

    `held` rows belong to the write transaction that reads them until it ends, where others could come between; all
    who want to change them wait and then see the newest.
    """

    __slots__ = ("construct", "held", "ready", "sqlite")

    sqlite: Ready
    """Made when it is first asked for, since a start needs few of them."""

    def __init__(self, construct: Executable, *, held: bool = False) -> None:
        self.construct, self.held = construct, held
        self.ready: Any = None
        """What another engine keeps of it."""

    def __getattr__(self, name: str) -> Ready:
        if name != "sqlite":
            raise AttributeError(name, name=name, obj=self)
        self.sqlite = Ready(self.construct.compile(dialect=_SQLITE))  # type: ignore[attr-defined]
        return self.sqlite


_SQLITE = sqlite.dialect(paramstyle="qmark")


class InsertNew(Insert):
    """An INSERT that leaves a row alone that is there already; its count of changed rows then is 0."""

    inherit_cache = False


@compiles(InsertNew)
def _insert_new(element: InsertNew, compiler: SQLCompiler, **kwargs: Any) -> str:
    plain: str = compiler.visit_insert(element, **kwargs)  # type: ignore[no-untyped-call]
    return f"{plain} ON CONFLICT DO NOTHING"


def insert_new(table: Table) -> InsertNew:
    return InsertNew(table)


def constant(value: str | int) -> ColumnElement[Any]:
    """A value inside the text itself, as partial indexes need it; never one that came from outside."""
    return literal_column(f"'{value}'" if isinstance(value, str) else str(value))


def within(text: str) -> str:
    """A pattern for `like(…, escape="!")` that texts have which hold this one; empty where there is none."""
    plain = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{plain}%" if plain else ""


def any_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the column is one of a list of texts, given under `name` as `to_json` makes it."""
    return _AnyOf(column, bindparam(name))


def found_in(table: str, column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the row of that number in a table of words has the `Terms` that are given under `name`."""
    return _FoundIn(column, bindparam(name), literal_column(table))


def quarter_of(column: ColumnElement[Any]) -> ColumnElement[str]:
    """The quarter of an hour in which a moment falls, in UTC, as `2026-11-21T09:45`; in all zones days begin so."""
    return _QuarterOf(column)


class Terms(tuple[str, ...]):
    """What is looked for, as `kit.text` has it: folded words that all have to be there, with a `*` as beginnings."""

    __slots__ = ()


class _Said(ColumnElement[Any]):
    """What each dialect says in its own way."""

    inherit_cache = False

    def __init__(self, *parts: ColumnElement[Any]) -> None:
        self.parts = parts

    def said(self, form: str, compiler: SQLCompiler, kwargs: dict[str, Any]) -> str:
        return form.format(*(compiler.process(part, **kwargs) for part in self.parts))


class _AnyOf(_Said):
    pass


class _FoundIn(_Said):
    pass


class _QuarterOf(_Said):
    pass


_FORMS: dict[tuple[type[_Said], str], str] = {
    (_AnyOf, "sqlite"): "{0} IN (SELECT value FROM json_each({1}))",
    (_AnyOf, "postgresql"): "{0} = ANY(ARRAY(SELECT jsonb_array_elements_text(CAST({1} AS JSONB))))",
    (_QuarterOf, "sqlite"): "substr({0}, 1, 14) || printf('%02d', substr({0}, 15, 2) / 15 * 15)",
    (_QuarterOf, "postgresql"): (
        "to_char(to_timestamp(floor(extract(epoch FROM {0}) / 900) * 900) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI')"
    ),
    (_FoundIn, "sqlite"): "{0} IN (SELECT rowid FROM {2} WHERE {2} MATCH {1})",
    (_FoundIn, "postgresql"): "{0} IN (SELECT rowid FROM {2} WHERE search @@ CAST({1} AS TSQUERY))",
}


@compiles(_AnyOf)
@compiles(_FoundIn)
@compiles(_QuarterOf)
def _said(element: _Said, compiler: SQLCompiler, **kwargs: Any) -> str:
    return element.said(_FORMS[type(element), compiler.dialect.name], compiler, kwargs)


def to_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


class SqlTx(Tx, Protocol):
    """A transaction on an engine that speaks SQL."""

    @property
    def lasting(self) -> Recent[Any, Any]:
        """What adapters keep of what is committed, for as long as the store lasts."""

    @property
    def learnt(self) -> dict[Any, Any]:
        """What this transaction has to add to `lasting`, where it goes once the transaction has ended well."""

    async def one(self, statement: Statement, **values: Any) -> Row | None:
        """The first row, or None."""

    async def all(self, statement: Statement, **values: Any) -> list[Row]:
        """Every row; for short, indexed reads."""

    async def scan(self, statement: Statement, **values: Any) -> list[Row]:
        """Every row of a read that may take long (a search, a report), away from the event loop if need be."""

    async def run(self, statement: Statement, **values: Any) -> int:
        """How many rows a write changed."""

    async def run_many(self, statement: Statement, rows: list[dict[str, Any]]) -> None:
        """One write for each of the rows."""
