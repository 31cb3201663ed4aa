"""Names of a database as names of Python: `createdAt` is `created_at`, `class` is `class_`, `order lines` OrderLine."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection

import msgspec

from zoco.storage.introspection.found import Foreign, Schema, Table

Place = tuple[str | None, str]
"""A schema and a table."""
FIELDS = frozenset({"bool", "bytes", "dt", "float", "int", "list", "str"})
"""What annotations of fields need for themselves."""
VARIABLES = frozenset({"metadata", "text", *dir(builtins)})
CLASSES = frozenset(
    {"ARRAY", "Any", "BigInteger", "Boolean", "CheckConstraint", "Column", "Computed", "Date", "DateTime", "Decimal"}
    | {"Double", "Enum", "Float", "ForeignKey", "ForeignKeyConstraint", "Index", "Instant", "Integer", "Interval"}
    | {"Json", "LargeBinary", "Literal", "NullType", "Numeric", "PrimaryKeyConstraint", "SmallInteger", "String"}
    | {"Table", "Text", "Time", "UniqueConstraint", "Uuid", *dir(builtins)}
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# English and Spanish, where the ending leaves no doubt; `autores` is a word of Spanish, `stores` one of English.
_SINGULAR = (
    (r"^(series|species)", r"\1"),
    (r"^(mes|pais)es", r"\1"),
    (r"(?<=[^aeiou])ies", "y"),
    (r"(?<=[cs]ion)es", ""),
    (r"(?<=en)es", ""),
    (r"(?<=dad)es", ""),
    (r"(?:(?<=[bdlrsy]or)|(?<=[^s]tor))es", ""),
    (r"(?<=ss|sh|ch)es", ""),
    (r"(?<=x)es", ""),
    (r"(?<=[^siu])s", ""),
)


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


def identifier(name: str, taken: Collection[str], reserved: Collection[str] = ()) -> str:
    """The name in ASCII and lower case, as nobody else has it."""
    humps = _HUMP.sub("_", _plain(name))
    word = re.sub(r"[^a-z0-9]+", "_", humps.lower()).strip("_") or "unnamed"
    word = f"n{word}" if word[0].isdigit() else word
    return free(f"{word}_" if keyword.iskeyword(word) or word in reserved else word, taken)


def class_of(name: str, taken: Collection[str]) -> str:
    """The name of one row of the table."""
    *first, last = identifier(name, ()).strip("_").split("_")
    for ending, instead in _SINGULAR:
        one, changed = re.subn(f"{ending}$", instead, last)
        if changed:
            last = one
            break
    word = "".join(part.capitalize() for part in [*first, last])
    return free(f"{word}Row" if word in CLASSES or keyword.iskeyword(word) else word, taken, "")


def one_line(text: str) -> str:
    """Words of a database as they may stand in a comment or a docstring: on one line, ending neither."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split()).replace("\\", "/").replace('"""', "'''")


def free(word: str, taken: Collection[str], gap: str = "_") -> str:
    """The word, with a number behind it where others have it."""
    number, free = 2, word
    while free in taken:
        free, number = f"{word.rstrip('_')}{gap}{number}", number + 1
    return free


def _plain(name: str) -> str:
    """Without accents; `año` is `anio`, as Spanish programs have it."""
    spelt = unicodedata.normalize("NFC", name).replace("ñ", "ni").replace("Ñ", "Ni")
    return unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()
