"""Which type a column has in a Table of the house, and which its values have in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import types
from sqlalchemy.types import TypeEngine

from zoco.storage.introspection.found import Column
from zoco.storage.introspection.layout import Import, call, quoted
from zoco.storage.introspection.naming import class_of, one_line
from zoco.storage.sql import Instant

_HOUSE = "zoco.storage.sql"
_HOUSE_COLLATION = "C"
# The first that fits; a subclass stands before what it is derived from.
_PYTHON: tuple[tuple[type[TypeEngine[Any]], str, Import | None], ...] = (
    (types.Uuid, "UUID", ("uuid", "UUID")),
    (types.Text, "str", None),
    (types.String, "str", None),
    (types.Boolean, "bool", None),
    (types.SmallInteger, "int", None),
    (types.BigInteger, "int", None),
    (types.Integer, "int", None),
    (types.Double, "float", None),
    (types.Float, "float", None),
    (types.Numeric, "Decimal", ("decimal", "Decimal")),
    (types.DateTime, "dt.datetime", ("datetime", "as dt")),
    (types.Date, "dt.date", ("datetime", "as dt")),
    (types.Time, "dt.time", ("datetime", "as dt")),
    (types.Interval, "dt.timedelta", ("datetime", "as dt")),
    (types.LargeBinary, "bytes", None),
)
_MEASURES = {
    types.String: ("length",),
    types.Numeric: ("precision", "scale"),
}

Choices = dict[tuple[str, ...], str]
"""Words as literals, and the name of the type that is one of them; other names that are taken are among them too."""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """`column` and `python` are code, with what each of them imports."""

    column: str
    python: str
    needs: tuple[Import, ...]
    python_needs: tuple[Import, ...] = ()
    remarks: Sequence[str] = ()


_MOMENT = Kind(
    column="Instant",
    python="dt.datetime",
    needs=((_HOUSE, "Instant"),),
    python_needs=(("datetime", "as dt"),),
)


def kind_of(column: Column, engine: str, choices: Choices) -> Kind:
    """A type that is not known is said in a remark; its values are `Any`."""
    found = column.type
    if domain := getattr(found, "data_type", None):
        kind = _kind(domain, engine, choices)
        if kind:
            return msgspec.structs.replace(kind, remarks=[f"of the domain {one_line(column.declared)}"])
    # Where SQLite knows a type by no part of its name, it is said to be a number.
    number = isinstance(found, types.Numeric) and not column.declared.upper().startswith(("NUM", "DEC"))
    guessed = engine == "sqlite" and number and not isinstance(found, types.Float)
    kind = None if guessed else _kind(found, engine, choices)
    if kind:
        collation: str = getattr(found, "collation", None) or _HOUSE_COLLATION
        strange = collation != _HOUSE_COLLATION
        return msgspec.structs.replace(kind, remarks=[f"collation {one_line(collation)}"]) if strange else kind
    type_ = f"of the type {one_line(column.declared)}, which" if column.declared else "of no type, which"
    return Kind(
        column="NullType()",
        python="Any",
        needs=(("sqlalchemy.types", "NullType"),),
        python_needs=(("typing", "Any"),),
        remarks=[f"{type_} is not known here: name one before a table is made"],
    )


def _kind(found: TypeEngine[Any], engine: str, choices: Choices) -> Kind | None:
    try:
        plain = found if isinstance(found, Instant) else found.as_generic()
    except NotImplementedError:
        return None
    match plain:
        case types.Enum():
            kind: Kind | None = _choice(found, plain, choices)
        case types.ARRAY():
            kind = _list(plain, engine, choices)
        case types.JSON():
            kind = Kind(column="Json", python="Any", needs=((_HOUSE, "Json"),), python_needs=(("typing", "Any"),))
        case Instant():
            kind = _MOMENT
        case types.DateTime() if plain.timezone or engine == "sqlite":
            kind = _MOMENT
        case _:
            kind = next((_plain(plain, *each) for each in _PYTHON if isinstance(plain, each[0])), None)
    return kind


def _plain(found: TypeEngine[Any], known: type[TypeEngine[Any]], python: str, need: Import | None) -> Kind:
    return Kind(
        column=_measured(known.__name__, found),
        python=python,
        needs=(("sqlalchemy", known.__name__),),
        python_needs=(need,) if need else (),
    )


def _choice(found: TypeEngine[Any], plain: types.Enum, choices: Choices) -> Kind:
    """One of a few words, by the name that the database has for them."""
    words, name = tuple(quoted(word) for word in plain.enums), str(getattr(found, "name", None) or "choice")
    return Kind(
        column=call("Enum", [*words, f"name={quoted(name)}"], 8),
        python=choices.setdefault(words, class_of(name, choices.values())),
        needs=(("sqlalchemy", "Enum"),),
        python_needs=(("typing", "Literal"),),
    )


def _list(plain: types.ARRAY[Any], engine: str, choices: Choices) -> Kind | None:
    inner = _kind(plain.item_type, engine, choices)
    return inner and Kind(
        column=call("ARRAY", [inner.column.replace("\n", "\n    ")], 8),
        python=f"list[{inner.python}]",
        needs=(("sqlalchemy", "ARRAY"), *inner.needs),
        python_needs=inner.python_needs,
        remarks=["a list, which only PostgreSQL has"],
    )


def _measured(name: str, plain: TypeEngine[Any]) -> str:
    for known, measures in _MEASURES.items():
        if isinstance(plain, known) and not isinstance(plain, types.Float):
            given = [getattr(plain, measure) for measure in measures]
            given = [value for value in given if value is not None]
            return f"{name}({', '.join(map(str, given))})" if given else name
    return "Time(timezone=True)" if getattr(plain, "timezone", False) else name
