"""Whole tables in pages, for what carries a shop to another engine."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam

from zoco.storage.sql import Row, SqlTx, Statement


class Rising:
    """A query in pages by its key, which nothing else has; the key is the row's last value."""

    def __init__(self, query: Select[Any], key: ColumnElement[Any]) -> None:
        ordered = query.add_columns(key).order_by(key).limit(bindparam("most"))
        self._first, self._further = Statement(ordered), Statement(ordered.where(key > bindparam("last")))

    async def page(self, tx: SqlTx, after: Any, limit: int) -> list[Row]:
        """Up to `limit` rows beyond the key `after`, None for the first."""
        if after is None:
            return await tx.scan(self._first, most=limit)
        return await tx.scan(self._further, last=after, most=limit)
