"""What every engine owes the ports of imports."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from zoco.features.catalogue.models import Seller
from zoco.features.imports.models import ImportJob, JobState, Outcome, Piece, ProductDraft, Row, RowRefused
from zoco.features.imports.repository import Imported, ImportedRows, ImportJobs
from zoco.kit.errors import FieldError
from zoco.kit.ids import ProductId, UserId, ordered_id
from zoco.kit.money import Money
from zoco.kit.store import Store
from zoco.testing.clock import FrozenClock

DRAFT = ProductDraft(
    line=2, source_key="a", title="Taza", description="", category="Tazas", price=Money(100, "USD"), stock=3
)
WRONG = RowRefused(line=3, errors=(FieldError("price", "imports.price_wrong", "“{price}”", {"price": "x"}),))


def a_job(clock: FrozenClock, pieces: int = 2) -> ImportJob:
    return ImportJob(
        id=ordered_id(),
        file="tazas.csv",
        format="Shopify",
        seller=Seller(UserId(ordered_id()), "Ana"),
        made_at=clock.now(),
        state=JobState.WAITING,
        rows=pieces * 2,
        pieces=pieces,
        expected={Outcome.CREATED: 2, Outcome.REFUSED: 2},
        counts={},
    )


def a_piece() -> Piece:
    return Piece([DRAFT, WRONG], [Row.of(DRAFT, Outcome.CREATED), Row.refused(WRONG)])


async def test_several_rows_are_found_by_their_keys(store: Store) -> None:
    rows = [Imported(key, ProductId(ordered_id()), {"title": "1"}) for key in ("a", "b/c", "ñ")]
    async with store.write() as tx:
        for row in rows:
            await tx[ImportedRows].save(row)
    async with store.read() as tx:
        assert await tx[ImportedRows].many(["a", "ñ", "z"]) == {"a": rows[0], "ñ": rows[2]}
        assert await tx[ImportedRows].many([]) == {}


async def test_a_file_comes_back_with_its_pieces(store: Store, clock: FrozenClock) -> None:
    job = a_job(clock)
    async with store.write() as tx:
        await tx[ImportJobs].add(job, [a_piece(), a_piece()])
    async with store.read() as tx:
        assert await tx[ImportJobs].get(job.id) == job
        assert await tx[ImportJobs].get("another") is None
        assert await tx[ImportJobs].piece(job.id, 1) == a_piece()
        assert await tx[ImportJobs].piece(job.id, 2) is None
        assert await tx[ImportJobs].reports(job.id) == [Piece([], a_piece().report)] * 2


async def test_what_becomes_of_a_file_is_stored(store: Store, clock: FrozenClock) -> None:
    job = a_job(clock)
    async with store.write() as tx:
        await tx[ImportJobs].add(job, [a_piece(), a_piece()])
    changed = msgspec.structs.replace(job, state=JobState.RUNNING, done=1, counts={Outcome.SKIPPED: 2})
    report = [Row.of(DRAFT, Outcome.SKIPPED), Row.refused(WRONG)]
    async with store.write() as tx:
        await tx[ImportJobs].save(changed)
        await tx[ImportJobs].report(job.id, 1, Piece([], report))
    async with store.read() as tx:
        assert await tx[ImportJobs].get(job.id) == changed
        assert [piece.report for piece in await tx[ImportJobs].reports(job.id)] == [a_piece().report, report]


async def test_the_latest_files_come_first_and_old_ones_are_forgotten(store: Store, clock: FrozenClock) -> None:
    jobs = []
    for _ in range(3):
        jobs.append(a_job(clock, 1))
        clock.move(days=1)
        async with store.write() as tx:
            await tx[ImportJobs].add(jobs[-1], [a_piece()])
    async with store.write() as tx:
        assert await tx[ImportJobs].newest(2) == [jobs[2], jobs[1]]
        await tx[ImportJobs].forget(jobs[1].made_at + timedelta(hours=1))
    async with store.read() as tx:
        assert await tx[ImportJobs].newest(9) == [jobs[2]]
        assert await tx[ImportJobs].piece(jobs[0].id, 0) is None


async def test_files_can_be_moved(store: Store, clock: FrozenClock) -> None:
    job = a_job(clock)
    async with store.write() as tx:
        await tx[ImportJobs].add(job, [a_piece(), a_piece()])
    async with store.write() as tx:
        ((key, record),) = await tx[ImportJobs].records(None, 5)
        assert await tx[ImportJobs].records(key, 5) == []
        await tx[ImportJobs].forget(clock.now() + timedelta(days=1))
        await tx[ImportJobs].restore(record)
    async with store.read() as tx:
        assert await tx[ImportJobs].get(job.id) == job
        assert await tx[ImportJobs].piece(job.id, 0) == a_piece()
