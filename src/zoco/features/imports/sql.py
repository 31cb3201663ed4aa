"""Records of imports on SQL engines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Column, Integer, String, Table, Text, bindparam, delete, insert, select, update

from zoco.features.imports.models import ImportJob, Piece, ProductDraft, Row, RowRefused
from zoco.features.imports.repository import Imported
from zoco.storage.sql import Instant, Json, SqlTx, Statement, any_of, insert_new, metadata, to_json
from zoco.storage.sql_moving import Rising

imported_rows = Table(
    "imported_rows",
    metadata,
    Column("key", String, primary_key=True),
    Column("product_id", String, nullable=False),
    Column("said", Json, nullable=False),
)
import_jobs = Table(
    "import_jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("made_at", Instant, nullable=False, index=True),
    Column("body", Json, nullable=False),
)
import_pieces = Table(
    "import_pieces",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("answers", Text, nullable=False),
    Column("report", Text, nullable=False),
)
_c = imported_rows.c
_GET = Statement(select(_c.key, _c.product_id, _c.said).where(_c.key == bindparam("key")))
_MANY = Statement(select(_c.key, _c.product_id, _c.said).where(any_of(_c.key, "keys")))
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

    async def many(self, keys: Iterable[str]) -> dict[str, Imported]:
        rows = await self._tx.all(_MANY, keys=to_json(list(keys)))
        return {row[0]: Imported(*row) for row in rows}

    async def save(self, imported: Imported) -> None:
        key, product, said = imported.key, imported.product, to_json(imported.said)
        if not await self._tx.run(_ADD, key=key, product_id=product, said=said):
            await self._tx.run(_REPLACE, row_key=key, new_product=product, new_said=said)

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Imported]]:
        return [(row[-1], Imported(*row[:3])) for row in await _RECORDS.page(self._tx, after, limit)]

    async def restore(self, record: Imported) -> None:
        await self.save(record)


_j, _p = import_jobs.c, import_pieces.c
_ADD_JOB = Statement(insert(import_jobs))
_ADD_PIECE = Statement(insert(import_pieces))
_JOB = Statement(select(_j.body).where(_j.id == bindparam("id")), held=True)
_NEWEST = Statement(select(_j.body).order_by(_j.made_at.desc(), _j.id.desc()).limit(bindparam("most")))
_SAVE_JOB = Statement(update(import_jobs).where(_j.id == bindparam("row_id")).values(body=bindparam("new_body")))
_PIECE = Statement(
    select(_p.answers, _p.report).where(_p.job_id == bindparam("job"), _p.number == bindparam("piece_number"))
)
_REPORTS = Statement(select(_p.report).where(_p.job_id == bindparam("job")).order_by(_p.number))
_PIECES = Statement(select(_p.answers, _p.report).where(_p.job_id == bindparam("job")).order_by(_p.number))
_REPORT = Statement(
    update(import_pieces)
    .where(_p.job_id == bindparam("job"), _p.number == bindparam("piece_number"))
    .values(report=bindparam("new_report"))
)
_old = select(_j.id).where(_j.made_at < bindparam("before"))
_FORGET_PIECES = Statement(delete(import_pieces).where(_p.job_id.in_(_old)))
_FORGET = Statement(delete(import_jobs).where(_j.made_at < bindparam("before")))
_JOB_RECORDS = Rising(select(_j.body), _j.id)
_Answers = list[ProductDraft | RowRefused]


class SqlImportJobs:
    """The rows of a piece are JSON, which nobody looks into."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx

    async def add(self, job: ImportJob, pieces: list[Piece]) -> None:
        await self._tx.run(_ADD_JOB, id=job.id, made_at=job.made_at, body=to_json(job))
        rows = [
            {"job_id": job.id, "number": number, "answers": to_json(piece.answers), "report": to_json(piece.report)}
            for number, piece in enumerate(pieces)
        ]
        await self._tx.run_many(_ADD_PIECE, rows)

    async def get(self, job: str) -> ImportJob | None:
        row = await self._tx.one(_JOB, id=job)
        return msgspec.convert(row[0], ImportJob) if row else None

    async def newest(self, limit: int) -> list[ImportJob]:
        return [msgspec.convert(row[0], ImportJob) for row in await self._tx.all(_NEWEST, most=limit)]

    async def save(self, job: ImportJob) -> None:
        await self._tx.run(_SAVE_JOB, row_id=job.id, new_body=to_json(job))

    async def piece(self, job: str, number: int) -> Piece | None:
        row = await self._tx.one(_PIECE, job=job, piece_number=number)
        return _piece(*row) if row else None

    async def reports(self, job: str) -> list[Piece]:
        return [_piece("[]", row[0]) for row in await self._tx.scan(_REPORTS, job=job)]

    async def report(self, job: str, number: int, piece: Piece) -> None:
        await self._tx.run(_REPORT, job=job, piece_number=number, new_report=to_json(piece.report))

    async def forget(self, before: datetime) -> None:
        await self._tx.run(_FORGET_PIECES, before=before)
        await self._tx.run(_FORGET, before=before)

    async def records(self, after: str | None, limit: int) -> list[tuple[str, tuple[ImportJob, list[Piece]]]]:
        found = []
        for row in await _JOB_RECORDS.page(self._tx, after, limit):
            pieces = [_piece(*piece) for piece in await self._tx.scan(_PIECES, job=row[-1])]
            found.append((row[-1], (msgspec.convert(row[0], ImportJob), pieces)))
        return found

    async def restore(self, record: tuple[ImportJob, list[Piece]]) -> None:
        await self.add(*record)


def _piece(answers: str, report: str) -> Piece:
    return Piece(msgspec.json.decode(answers, type=_Answers), msgspec.json.decode(report, type=list[Row]))
