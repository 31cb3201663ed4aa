"""Records of imports on SQL engines."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, bindparam, select, update

from zoco.features.imports.repository import Imported
from zoco.storage.sql import Json, SqlTx, Statement, insert_new, metadata, to_json
from zoco.storage.sql_moving import Rising

imported_rows = Table(
    "imported_rows",
    metadata,
    Column("key", String, primary_key=True),
    Column("product_id", String, nullable=False),
    Column("said", Json, nullable=False),
)
_c = imported_rows.c
_GET = Statement(select(_c.key, _c.product_id, _c.said).where(_c.key == bindparam("key")))
_RECORDS = Rising(select(_c.key, _c.product_id, _c.said), _c.key)
_ADD = Statement(insert_new(imported_rows))
_REPLACE = Statement(
    update(imported_rows)
    .where(_c.key == bindparam("row_key"))
    .values(product_id=bindparam("new_product"), said=bindparam("new_said"))
)


class SqlImportedRows:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def get(self, key: str) -> Imported | None:
        row = await self._tx.one(_GET, key=key)
        return Imported(*row) if row else None

    async def save(self, imported: Imported) -> None:
        key, product, said = imported.key, imported.product, to_json(imported.said)
        if not await self._tx.run(_ADD, key=key, product_id=product, said=said):
            await self._tx.run(_REPLACE, row_key=key, new_product=product, new_said=said)

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Imported]]:
        return [(row[-1], Imported(*row[:3])) for row in await _RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: Imported) -> None:
        await self.save(record)
