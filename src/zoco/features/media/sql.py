"""Pictures on SQL engines."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, bindparam, delete, select, update

from zoco.features.media.models import Picture
from zoco.storage.sql import SqlTx, Statement, insert_new, metadata
from zoco.storage.sql_moving import Rising

pictures = Table(
    "pictures",
    metadata,
    Column("owner", String, primary_key=True),
    Column("hash", String, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
)
_c = pictures.c
_OF = Statement(select(_c.hash, _c.width, _c.height).where(_c.owner == bindparam("owner")))
_RECORDS = Rising(select(_c.hash, _c.width, _c.height), _c.owner)
_ADD = Statement(insert_new(pictures))
_REPLACE = Statement(
    update(pictures)
    .where(_c.owner == bindparam("whose"))
    .values(hash=bindparam("new_hash"), width=bindparam("new_width"), height=bindparam("new_height"))
)
_REMOVE = Statement(delete(pictures).where(_c.owner == bindparam("owner")))


class SqlPictures:
    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def of(self, owner: str) -> Picture | None:
        row = await self._tx.one(_OF, owner=owner)
        return Picture(*row) if row else None

    async def save(self, owner: str, picture: Picture) -> None:
        if not await self._tx.run(_ADD, owner=owner, hash=picture.hash, width=picture.width, height=picture.height):
            values = {"new_hash": picture.hash, "new_width": picture.width, "new_height": picture.height}
            await self._tx.run(_REPLACE, whose=owner, **values)

    async def remove(self, owner: str) -> None:
        await self._tx.run(_REMOVE, owner=owner)

    async def records(self, after: str | None, limit: int) -> list[tuple[str, tuple[str, Picture]]]:
        rows = await _RECORDS.page(self._tx, after, limit)
        return [(row[-1], (row[-1], Picture(*row[:3]))) for row in rows]

    async def restore(self, record: tuple[str, Picture]) -> None:
        await self.save(*record)
