"""What was found in an existing database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.types import TypeEngine


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """`declared` is the type in the database's own words, `default` and `computed` are its own SQL."""

    name: str
    type: TypeEngine[Any]
    declared: str = ""
    nullable: bool = True
    counted: bool = False
    """Whether the database gives numbers by itself."""
    default: str = ""
    computed: str = ""
    persisted: bool | None = None


class Foreign(msgspec.Struct, frozen=True, kw_only=True):
    """Columns whose values name a row of another table, or of the same."""

    columns: Sequence[str]
    schema: str | None
    table: str
    targets: Sequence[str]
    options: dict[str, Any]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A check with its SQL, or a unique constraint or an index with its columns, and with SQL where it has more."""

    name: str | None
    sql: str = ""
    columns: Sequence[str | None] = ()
    expressions: Sequence[str] = ()
    unique: bool = False
    where: str = ""
    remark: str = ""
    """What cannot be said for every engine."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """`schema` is None for the one where the connection looks first; `key` keeps the order of the primary key."""

    name: str
    schema: str | None
    columns: Sequence[Column]
    view: bool = False
    key: Sequence[str] = ()
    foreign: Sequence[Foreign] = ()
    unique: Sequence[Rule] = ()
    checks: Sequence[Rule] = ()
    indexes: Sequence[Rule] = ()
    unread: Sequence[str] = ()
    """What only its own SQL or its name describes."""

    @property
    def full(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """The tables that were asked for, and the names of those that nobody asked for."""

    engine: str
    tables: Sequence[Table]
    views: Sequence[str] = ()
    schemas: Sequence[str] = ()
