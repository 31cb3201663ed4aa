"""Files that staff bring: looked at first, then taken in piece by piece, whatever happens to the shop in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from io import BytesIO
from itertools import islice

import msgspec

from zoco.features.audit.service import AuditService
from zoco.features.catalogue.models import Product, ProductQuery
from zoco.features.catalogue.service import MANAGE, CatalogueService
from zoco.features.imports.errors import ImportMissing, ImportOver, NothingToImport, TooManyRows
from zoco.features.imports.events import ImportEnded, PieceWanted
from zoco.features.imports.models import ImportJob, JobState, Outcome, Piece, ProductDraft, Row, RowRefused
from zoco.features.imports.providers import read
from zoco.features.imports.providers.export import header, lines
from zoco.features.imports.repository import Imported, ImportedRows, ImportJobs
from zoco.features.imports.service.rows import PICTURES, TOGETHER, Images, Rows, news, product_of
from zoco.features.media.service import MediaService
from zoco.kit.clock import Clock
from zoco.kit.errors import FieldError, StaleWrite, Unavailable
from zoco.kit.ids import ProductId
from zoco.kit.permissions import Actor
from zoco.kit.store import Store, Tx, use_case
from zoco.kit.text import N_

MOST_ROWS = 20_000
PIECE = 25
"""Rows that one delivery takes in; with their pictures it must end within the minute that an effect has."""
_PICTURES_IN_A_PIECE = 50
_AT_ONCE = 200
_KEPT = timedelta(days=30)
_SHOWN = 20
_LONGEST_NAME = 200
_PASSING = {StaleWrite.code, Unavailable.code}

PICTURE_WANTED = FieldError(
    "image", "imports.picture_wanted", N_("Its picture is not here yet and will be asked for again.")
)


class ImportService(Rows):
    """With `Rows` one file at once, as the command line does; here those that staff bring to the back office."""

    def __init__(
        self, store: Store, clock: Clock, catalogue: CatalogueService, media: MediaService, audit: AuditService
    ) -> None:
        super().__init__(store, clock, catalogue, media)
        self._audit = audit
        self._images: tuple[str, Images] = ("", Images(media, keep=True))

    async def bring(self, actor: Actor, file: str, data: bytes) -> ImportJob:
        """Keep a file with a preview of what it would do; nothing is taken in yet.

        Raises what `providers.read` does of a file that cannot be read at all, or TooManyRows.
        """
        actor.require(MANAGE)
        name, answers = await asyncio.to_thread(_read, data, self._catalogue.currency)
        if not answers:
            raise NothingToImport
        report = await self._preview(answers)
        pieces = _pieces(answers, report)
        now = self._clock.now()
        job = ImportJob(
            id=self._store.new_id(),
            file="".join(filter(str.isprintable, file))[:_LONGEST_NAME],
            format=name,
            seller=self._catalogue.seller(actor),
            made_at=now,
            state=JobState.WAITING,
            rows=len(answers),
            pieces=len(pieces),
            expected=Counter(row.outcome for row in report),
            counts={},
            changes=any(map(_changes, report)),
        )
        await self._keep(job, pieces)
        return job

    @use_case
    async def _keep(self, job: ImportJob, pieces: list[Piece]) -> None:
        async with self._store.write() as tx:
            await tx[ImportJobs].forget(job.made_at - _KEPT)
            await tx[ImportJobs].add(job, pieces)

    async def newest(self, actor: Actor) -> list[ImportJob]:
        """The latest files, those of everybody."""
        actor.require(MANAGE)
        async with self._store.read() as tx:
            return await tx[ImportJobs].newest(_SHOWN)

    async def show(self, actor: Actor, job: str) -> ImportJob:
        """Raises ImportMissing."""
        actor.require(MANAGE)
        async with self._store.read() as tx:
            return await self._job(tx, job)

    async def report(self, actor: Actor, job: str, *, outcome: Outcome | None, start: int, limit: int) -> list[Row]:
        """The rows of the report from a place on, all of them or those of one outcome; at most `limit` and one more."""
        actor.require(MANAGE)
        async with self._store.read() as tx:
            await self._job(tx, job)
            pieces = await tx[ImportJobs].reports(job)
        rows = [row for piece in pieces for row in piece.report if outcome in (None, row.outcome)]
        return rows[start : start + limit + 1]

    @use_case
    async def begin(self, actor: Actor, job: str) -> ImportJob:
        """Take it in, or go on where it was stopped; raises ImportOver."""
        actor.require(MANAGE)
        async with self._store.write() as tx:
            found = await self._job(tx, job)
            if found.state not in {JobState.WAITING, JobState.STOPPED}:
                raise ImportOver
            found = msgspec.structs.replace(found, state=JobState.RUNNING)
            await tx[ImportJobs].save(found)
            tx.emit(PieceWanted(job=job, piece=found.done))
            await self._audit.note(tx, actor, "imports.begin", subject=found.file, rows=found.rows)
            return found

    @use_case
    async def stop(self, actor: Actor, job: str) -> ImportJob:
        """After the piece that is at work; what was taken in stays. Raises ImportOver."""
        actor.require(MANAGE)
        async with self._store.write() as tx:
            found = await self._job(tx, job)
            if found.state is not JobState.RUNNING:
                raise ImportOver
            found = msgspec.structs.replace(found, state=JobState.STOPPED)
            await tx[ImportJobs].save(found)
            tx.emit(ImportEnded(job=job))
            await self._audit.note(tx, actor, "imports.stop", subject=found.file, taken=found.taken)
            return found

    async def take_in(self, job: str, number: int) -> None:
        """One piece; doing it twice changes nothing, the report then says that its rows were there.

        Raises Unavailable where the shop was too busy for some of them.
        """
        async with self._store.read() as tx:
            found, piece = await tx[ImportJobs].get(job), await tx[ImportJobs].piece(job, number)
        if found is None or piece is None or found.state is not JobState.RUNNING or found.done != number:
            return
        if self._images[0] != job:
            self._images = (job, Images(self._media, keep=True))
        turns = asyncio.Semaphore(TOGETHER)

        async def take(answer: ProductDraft | RowRefused) -> Row:
            async with turns:
                return await self._row(found.seller, answer, self._images[1], dry_run=False)

        rows = await asyncio.gather(*map(take, piece.answers))
        if any(reason.code in _PASSING for row in rows for reason in row.reasons):
            raise Unavailable  # nothing is wrong with these rows: the piece comes again
        await self._finish_piece(job, number, Piece([], list(rows)))

    @use_case
    async def _finish_piece(self, job: str, number: int, piece: Piece) -> None:
        async with self._store.write() as tx:
            found = await self._job(tx, job)
            if found.done != number:
                return
            counts = Counter(found.counts) + Counter(row.outcome for row in piece.report)
            over = number + 1 == found.pieces
            state = JobState.DONE if over else found.state
            found = msgspec.structs.replace(found, counts=counts, done=number + 1, state=state)
            await tx[ImportJobs].save(found)
            await tx[ImportJobs].report(job, number, piece)
            if over:
                tx.emit(ImportEnded(job=job))
            elif state is JobState.RUNNING:
                tx.emit(PieceWanted(job=job, piece=number + 1))

    async def export(self, actor: Actor, query: ProductQuery, origin: str) -> AsyncIterator[bytes]:
        """What a list of products finds as a CSV file, piece by piece; `origin` is what addresses begin with."""
        actor.require(MANAGE)
        names = {shelf.category.slug: shelf.category.name for shelf in await self._catalogue.shelves(actor)}
        yield header()
        async for some in self._catalogue.everything(actor, query):
            yield lines(some, names, origin)

    async def _job(self, tx: Tx, job: str) -> ImportJob:
        found = await tx[ImportJobs].get(job)
        if found is None:
            raise ImportMissing
        return found

    async def _preview(self, answers: Sequence[ProductDraft | RowRefused]) -> list[Row]:
        """What would become of the rows, without a look at their pictures."""
        rows = list[Row]()
        for start in range(0, len(answers), _AT_ONCE):
            some = answers[start : start + _AT_ONCE]
            drafts = [answer for answer in some if isinstance(answer, ProductDraft)]
            async with self._store.read() as tx:
                known = await tx[ImportedRows].many([draft.source_key for draft in drafts])
                wanted = {draft.source_key: product_of(known.get(draft.source_key), draft) for draft in drafts}
                there = await self._catalogue.many(tx, [product for product in wanted.values() if product])
            for answer in some:
                if isinstance(answer, RowRefused):
                    rows.append(Row.refused(answer))
                else:
                    key = answer.source_key
                    product = there.get(wanted[key] or ProductId(""))
                    rows.append(_foreseen(known.get(key), product, answer))
            await asyncio.sleep(0)  # digests take their time, and others wait for theirs
        return rows


def _pieces(answers: Sequence[ProductDraft | RowRefused], report: Sequence[Row]) -> list[Piece]:
    pieces, pictures = list[Piece](), 0
    for answer, row in zip(answers, report, strict=True):
        more = 1 + len(answer.further) if isinstance(answer, ProductDraft) else 0
        pictures += more
        if not pieces or len(pieces[-1].answers) == PIECE or pictures > _PICTURES_IN_A_PIECE:
            pieces.append(Piece([], []))
            pictures = more
        pieces[-1].answers.append(answer)
        pieces[-1].report.append(row)
    return pieces


def _changes(row: Row) -> bool:
    return row.outcome in {Outcome.CREATED, Outcome.UPDATED} or PICTURE_WANTED in row.reasons


def _foreseen(known: Imported | None, product: Product | None, draft: ProductDraft) -> Row:
    changed = news(known, product, draft)
    if known and not changed and product is None:
        return Row.of(draft, Outcome.SKIPPED)
    wanted = PICTURES - known.said.keys() if known else set[str]()  # those that could not be fetched last time
    if (known or product) and changed <= wanted:
        lacking = changed or (draft.image_url and product and product.cover is None)
        return Row.of(draft, Outcome.SKIPPED, *([PICTURE_WANTED] if lacking else []))
    return Row.of(draft, Outcome.UPDATED if product else Outcome.CREATED)


def _read(data: bytes, currency: str) -> tuple[str, list[ProductDraft | RowRefused]]:
    reading = read(BytesIO(data), currency)
    answers = list(islice(reading.rows, MOST_ROWS + 1))
    if len(answers) > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    return reading.dialect.name, answers
