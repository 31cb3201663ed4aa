"""How PostgreSQL says what the features' statements mean: their text with numbered values, made when first run."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.dialects.postgresql.base import PGDialect, PGTypeCompiler

from zoco.storage.sql import Ready, Statement, Terms


class Types(PGTypeCompiler):
    """Every text compares and sorts by code point, as on the other engines, and none has a length."""

    def visit_VARCHAR(self, type_: Any, **_: Any) -> str:  # noqa: ARG002, N802 - SQLAlchemy's own name
        return 'TEXT COLLATE "C"'

    visit_TEXT = visit_VARCHAR  # noqa: N815


class Dialect(PGDialect):
    """PostgreSQL as the bare driver wants it: no casts, values by number."""

    supports_statement_cache = True
    type_compiler_cls = Types


_VALUE = re.compile(r"\$(\d+)")
_DIALECT = Dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class PostgresReady(Ready):
    """With the text for write transactions."""

    __slots__ = ("adds", "holding")

    def __init__(self, statement: Statement) -> None:
        construct: Any = statement.construct
        self.adds = isinstance(construct, Insert)
        if self.adds:
            construct = construct.inline()  # nobody asks for the keys that the database gave
        super().__init__(construct.compile(dialect=_DIALECT))
        # Keys stay as they are, so that rows which refer to a held one can be added meanwhile.
        self.holding = f"{self.text} FOR NO KEY UPDATE" if statement.held else self.text


def ready(statement: Statement) -> PostgresReady:
    found: PostgresReady | None = statement.ready
    if found is None:
        found = statement.ready = PostgresReady(statement)
    return found


@lru_cache(1024)
def together(adding: tuple[tuple[str, int], ...]) -> str:
    """INSERTs, each with the count of its values, as one statement that takes the values of all."""
    said, before = list[str](), 0
    for text, count in adding:
        said.append(_VALUE.sub(lambda found, past=before: f"${int(found[1]) + past}", text))  # type: ignore[misc]
        before += count
    *first, last = said
    return f"WITH {', '.join(f'add_{n} AS ({text})' for n, text in enumerate(first))} {last}" if first else last


def to_tsquery(terms: Terms) -> str:
    """Words are letters and digits only, so that nothing in them needs escaping."""
    return " & ".join(f"'{term}'".replace("*'", "':*") for term in terms)
