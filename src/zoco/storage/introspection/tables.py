"""The room `sql.py`: tables in SQLAlchemy Core, as far as every engine has the same words for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from zoco.storage.introspection import dialect
from zoco.storage.introspection.found import Column, Foreign, Rule
from zoco.storage.introspection.kinds import kind_of
from zoco.storage.introspection.layout import Import, block, call, comments, literal, quoted
from zoco.storage.introspection.naming import Named, Place, free, one_line, target

Part = tuple[Sequence[str], str]
"""Code, below its remarks; without code only these."""
_CORE, _INDENT = "sqlalchemy", 8


def table(named: Named, tables: dict[Place, Named], engine: str, needs: set[Import], ours: set[str]) -> str:
    """The statement; what it imports is added to `needs`, `ours` are tables that the shop has itself."""
    writer = _Writer(named, tables, engine, needs)
    remarks = []
    if not named.table.schema and named.table.name in ours:
        remarks = ["The shop has a table of this name itself: give this one another before a feature loads it."]
    return "\n".join([*comments(remarks, 0), block(f"{named.variable} = Table", list(writer.parts()), 0)])


class _Writer:
    def __init__(self, named: Named, tables: dict[Place, Named], engine: str, needs: set[Import]) -> None:
        self._named, self._table, self._tables = named, named.table, tables
        self._engine, self._needs = engine, needs
        order = [column.name for column in self._table.columns if column.name in self._table.key]
        self._in_order = order == list(self._table.key)

    def parts(self) -> Iterator[Part]:
        """The arguments of the Table, in the order of the house."""
        table = self._table
        yield [], quoted(table.name)
        yield [], "metadata"
        yield from map(self._column, table.columns)
        if not self._in_order:
            yield [], self._call("PrimaryKeyConstraint", self._keys(table.key), 4)
        yield from (
            self._foreign(each) for each in table.foreign if len(each.columns) > 1 or not target(each, self._tables)
        )
        yield from map(self._unique, [each for each in table.unique if not self._alone(each)])
        names = set[str]()
        yield from (self._check(each, names) for each in table.checks)
        yield from map(self._index, table.indexes)
        yield from (([f"Not read: {one_line(sql)}"], "") for sql in table.unread)
        if table.schema:
            yield [], f"schema={quoted(table.schema)}"

    def _column(self, column: Column) -> Part:
        kind, table, key = kind_of(column, self._engine, {}), self._table, self._named.keys[column.name]
        self._needs.update(kind.needs)
        remarks, said = list(kind.remarks), [literal(column.name, _INDENT), kind.column]
        said += [
            self._reference(each)
            for each in table.foreign
            if list(each.columns) == [column.name] and target(each, self._tables)
        ]
        if column.computed:
            said += self._computed(column, remarks)
        if key != column.name:
            said.append(f"key={quoted(key)}")
        if column.name in table.key and self._in_order:
            said.append("primary_key=True")
            if len(table.key) == 1 and kind.python == "int" and self._engine != "sqlite" and not column.counted:
                said.append("autoincrement=False")
        elif not column.nullable:
            said.append("nullable=False")
        if any(self._alone(each) and list(each.columns) == [column.name] for each in table.unique):
            said.append("unique=True")
        if column.default:
            said += self._default(column, remarks)
        if column.counted and column.name not in table.key:
            remarks.append("the database counts it")
        return remarks, self._call("Column", said, 4)

    def _computed(self, column: Column, remarks: list[str]) -> list[str]:
        sql = dialect.common(column.computed)
        if not dialect.is_computed(self._table, column.name, sql):
            remarks.append(f"computed as {one_line(column.computed)}")
            return []
        persisted = [] if column.persisted is None else [f"persisted={column.persisted}"]
        return [self._call("Computed", [literal(dialect.escaped(sql), 12), *persisted], _INDENT)]

    def _default(self, column: Column, remarks: list[str]) -> list[str]:
        plain = dialect.common(column.default)
        for sql in (plain, f"({plain})"):
            if dialect.is_default(self._table, sql):
                return [self._text(sql, "server_default=")]
        remarks.append(f"where left out, {one_line(column.default)}")
        return []

    def _reference(self, foreign: Foreign) -> str:
        return self._call("ForeignKey", [quoted(self._targets(foreign)[0]), *_options(foreign)], _INDENT)

    def _foreign(self, foreign: Foreign) -> Part:
        if not target(foreign, self._tables):
            whom = f"{one_line(foreign.table)} ({one_line(', '.join(foreign.targets))})"
            return [f"{one_line(', '.join(foreign.columns))} refers to {whom}, which is not among these tables."], ""
        own = call("", self._keys(foreign.columns), _INDENT, "[]")
        theirs = call("", [quoted(name) for name in self._targets(foreign)], _INDENT, "[]")
        return [], self._call("ForeignKeyConstraint", [own, theirs, *_options(foreign)], 4)

    def _targets(self, foreign: Foreign) -> list[str]:
        found = target(foreign, self._tables)
        return [f"{found.table.full}.{found.keys[name]}" for name in foreign.targets] if found else []

    def _alone(self, rule: Rule) -> bool:
        """Whether a unique constraint is one column's, by the name that the house gives it or by none."""
        return len(rule.columns) == 1 and not self._own_name(rule) and not rule.remark

    def _own_name(self, rule: Rule) -> str:
        """The name of a unique constraint where it is another than the house gives."""
        house = f"uq_{self._table.name}_{'_'.join(column for column in rule.columns if column)}"
        return "" if rule.name in {None, house} else str(rule.name)

    def _unique(self, rule: Rule) -> Part:
        name = [f"name={quoted(self._own_name(rule))}"] if self._own_name(rule) else []
        columns = self._keys([column for column in rule.columns if column])
        return _remarks(rule), self._call("UniqueConstraint", [*columns, *name], 4)

    def _check(self, rule: Rule, names: set[str]) -> Part:
        sql = dialect.common(rule.sql)
        if not dialect.is_check(self._table, sql):
            return [f"Check {one_line(rule.name or '')}: {one_line(rule.sql)}"], ""
        prefix = f"ck_{self._table.name}_"
        if rule.name and not rule.name.startswith(prefix):
            self._needs.add(("sqlalchemy.schema", "conv"))
            name = f"conv({quoted(rule.name)})"
        else:
            name = quoted(rule.name.removeprefix(prefix) if rule.name else self._called(sql, names))
        return [], self._call("CheckConstraint", [literal(dialect.escaped(sql), _INDENT), f"name={name}"], 4)

    def _called(self, sql: str, names: set[str]) -> str:
        """A name for a check that has none: that of the first column that it speaks of."""
        keys = self._named.keys
        places = {name: re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql) for name in keys}
        spoken = [(place.start(), keys[name]) for name, place in places.items() if place]
        column = min(spoken)[1] if spoken else "rule"
        name = free(column, names)
        names.add(name)
        return name

    def _index(self, rule: Rule) -> Part:
        keys, where = self._named.keys, dialect.common(rule.where)
        said = [part if part in keys else dialect.common(part) for part in rule.expressions or rule.columns if part]
        tried = [dialect.name(part) if part in keys else part for part in said]
        if not dialect.is_index(self._table, tried, where):
            limit = f" WHERE {rule.where}" if rule.where else ""
            return [*_remarks(rule), f"Index {one_line(rule.name or '')}: {one_line(', '.join(tried) + limit)}"], ""
        columns = [quoted(keys[part]) if part in keys else self._text(part) for part in said]
        more = [*(["unique=True"] if rule.unique else []), *([self._text(where, "sqlite_where=")] if where else [])]
        return _remarks(rule), self._call("Index", [quoted(rule.name or ""), *columns, *more], 4)

    def _text(self, sql: str, argument: str = "") -> str:
        self._needs.add((_CORE, "text"))
        return call(f"{argument}text", [literal(dialect.escaped(sql), 12)], _INDENT)

    def _keys(self, columns: Sequence[str]) -> list[str]:
        return [quoted(self._named.keys[column]) for column in columns]

    def _call(self, name: str, arguments: Sequence[str], indent: int) -> str:
        self._needs.add((_CORE, name))
        return call(name, arguments, indent)


def _options(foreign: Foreign) -> list[str]:
    given = {name: value for name, value in foreign.options.items() if value not in (None, False)}
    return [f"{name}={quoted(value) if isinstance(value, str) else value}" for name, value in sorted(given.items())]


def _remarks(rule: Rule) -> list[str]:
    return [f"In the database with {one_line(rule.remark)}."] if rule.remark else []
