"""Numbers that are counted up, each in a row of its own, which whoever counts has to themselves until the commit."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, bindparam, text

from zoco.storage.sql import SqlTx, Statement, metadata

counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
_COUNT = Statement(
    text(
        "INSERT INTO counters (name, value) VALUES (:name, 1)"
        " ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
    ).bindparams(bindparam("name"))
)


async def count(tx: SqlTx, name: str) -> int:
    """One more than the last time, beginning with 1."""
    ((number,),) = await tx.all(_COUNT, name=name)
    return int(number)
