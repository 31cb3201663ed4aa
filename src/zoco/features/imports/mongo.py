"""Records of imports on MongoDB."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from zoco.features.imports.models import ImportJob, Piece, ProductDraft, Row, RowRefused
from zoco.features.imports.repository import Imported
from zoco.kit.ids import ProductId
from zoco.storage.documents import (
    ID,
    MOMENT,
    TEXT,
    WHOLE,
    Collection,
    Document,
    Index,
    MongoTx,
    key,
    list_of,
    made_of,
)
from zoco.storage.mongo_moving import rising

_SAID = made_of({"field": TEXT, "digest": TEXT})
IMPORTED = Collection("importaciones", {"_id": TEXT, "product_id": ID, "said": list_of(_SAID)})
"""`said` is a list of pairs, so that the validator can tell what each is."""

JOBS = Collection("archivos", {"_id": ID, "made_at": MOMENT, "body": TEXT}, indexes=[Index([("made_at", 1)])])
PIECES = Collection(
    "trozos",
    {"job": ID, "number": WHOLE, "answers": TEXT, "report": TEXT},
    indexes=[Index([("job", 1), ("number", 1)], unique=True)],
)
"""What is inside of both is JSON, which nobody looks into."""
_Answers = list[ProductDraft | RowRefused]


class MongoImportedRows:
    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def get(self, key: str) -> Imported | None:
        found = await self._tx.one(IMPORTED, {"_id": key})
        return _imported(found) if found else None

    async def many(self, keys: Iterable[str]) -> dict[str, Imported]:
        found = await self._tx.all(IMPORTED, {"_id": {"$in": list(keys)}})
        return {row["_id"]: _imported(row) for row in found}

    async def save(self, imported: Imported) -> None:
        said = [{"field": field, "digest": digest} for field, digest in imported.said.items()]
        values = {"product_id": key(imported.product), "said": said}
        await self._tx.put(IMPORTED, {"_id": imported.key}, {"$set": values})

    async def records(self, after: str | None, limit: int) -> list[tuple[str, Imported]]:
        return [(row["_id"], _imported(row)) for row in await rising(self._tx, IMPORTED, after, limit)]

    async def restore(self, record: Imported) -> None:
        await self.save(record)


def _imported(row: Document) -> Imported:
    said = {one["field"]: one["digest"] for one in row["said"]}
    return Imported(row["_id"], ProductId(str(row["product_id"])), said)


class MongoImportJobs:
    """A piece is a document, since a whole file would be too large for one."""

    def __init__(self, tx: MongoTx) -> None:
        self._tx = tx

    async def add(self, job: ImportJob, pieces: list[Piece]) -> None:
        await self._tx.insert(JOBS, [{"_id": key(job.id), "made_at": job.made_at, "body": _json(job)}])
        rows: list[Document] = [
            {"job": key(job.id), "number": number, "answers": _json(piece.answers), "report": _json(piece.report)}
            for number, piece in enumerate(pieces)
        ]
        if rows:
            await self._tx.insert(PIECES, rows)

    async def get(self, job: str) -> ImportJob | None:
        found = await self._tx.one(JOBS, {"_id": key(job)})
        return _job(found) if found else None

    async def newest(self, limit: int) -> list[ImportJob]:
        return [_job(row) for row in await self._tx.all(JOBS, {}, sort=[("made_at", -1), ("_id", -1)], limit=limit)]

    async def save(self, job: ImportJob) -> None:
        await self._tx.update(JOBS, {"_id": key(job.id)}, {"$set": {"body": _json(job)}})

    async def piece(self, job: str, number: int) -> Piece | None:
        found = await self._tx.one(PIECES, {"job": key(job), "number": number})
        return _piece(found["answers"], found["report"]) if found else None

    async def reports(self, job: str) -> list[Piece]:
        found = await self._tx.all(PIECES, {"job": key(job)}, sort=[("number", 1)], fields=["report"])
        return [_piece("[]", row["report"]) for row in found]

    async def report(self, job: str, number: int, piece: Piece) -> None:
        change = {"$set": {"report": _json(piece.report)}}
        await self._tx.update(PIECES, {"job": key(job), "number": number}, change)

    async def forget(self, before: datetime) -> None:
        old = await self._tx.all(JOBS, {"made_at": {"$lt": before}}, fields=["made_at"])
        if old:
            names = [row["_id"] for row in old]
            await self._tx.delete(PIECES, {"job": {"$in": names}})
            await self._tx.delete(JOBS, {"_id": {"$in": names}})

    async def records(self, after: str | None, limit: int) -> list[tuple[str, tuple[ImportJob, list[Piece]]]]:
        found = []
        for row in await rising(self._tx, JOBS, after, limit):
            rows = await self._tx.all(PIECES, {"job": row["_id"]}, sort=[("number", 1)])
            pieces = [_piece(one["answers"], one["report"]) for one in rows]
            found.append((str(row["_id"]), (_job(row), pieces)))
        return found

    async def restore(self, record: tuple[ImportJob, list[Piece]]) -> None:
        await self.add(*record)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _job(row: Document) -> ImportJob:
    return msgspec.json.decode(row["body"], type=ImportJob)


def _piece(answers: str, report: str) -> Piece:
    return Piece(msgspec.json.decode(answers, type=_Answers), msgspec.json.decode(report, type=list[Row]))
