"""What seldom happens to a file on its way in: it says nothing, is delivered twice, or is stopped at work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from zoco.app import Shop
from zoco.features.catalogue.models import Product, ProductQuery
from zoco.features.catalogue.service import CatalogueService
from zoco.features.imports.errors import ImportOver, NothingToImport
from zoco.features.imports.events import ImportEnded, PieceWanted
from zoco.features.imports.models import ImportJob, JobState, Outcome, Row
from zoco.features.imports.service import PIECE, ImportService
from zoco.kit.errors import StaleWrite, Unavailable
from zoco.kit.events import Event
from zoco.kit.permissions import SYSTEM

HEADER = "Handle,Title,Type,Variant Price,Variant Inventory Qty"
Meanwhile = Callable[[Callable[[], Awaitable[object]]], None]


def a_file(rows: int) -> bytes:
    return "\n".join([HEADER, *(f"taza-{n},Taza {n},Tazas,1.50,3" for n in range(rows))]).encode()


@pytest.fixture
def imports(shop: Shop) -> ImportService:
    return cast(ImportService, shop.services["imports"])


@pytest.fixture
def meanwhile(imports: ImportService, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Have something else happen once the first row of a piece is in."""

    def meanwhile(happens: Callable[[], Awaitable[object]]) -> None:
        take, left = imports._row, [happens]

        async def taken(*given: object, **named: object) -> Row:
            row = await take(*given, **named)  # type: ignore[arg-type]
            if left:
                await left.pop()()
            return row

        monkeypatch.setattr(imports, "_row", taken)

    return meanwhile


async def begun(imports: ImportService, rows: int) -> ImportJob:
    job = await imports.bring(SYSTEM, "tazas.csv", a_file(rows))
    return await imports.begin(SYSTEM, job.id)


async def there(catalogue: CatalogueService) -> list[Product]:
    return (await catalogue.page(ProductQuery(in_stock=False, limit=100))).items


@pytest.mark.parametrize("data", [HEADER.encode(), f"{HEADER}\n\n\n".encode()])
async def test_a_file_that_has_but_a_header_is_refused_and_not_kept(imports: ImportService, data: bytes) -> None:
    with pytest.raises(NothingToImport):
        await imports.bring(SYSTEM, "tazas.csv", data)
    assert await imports.newest(SYSTEM) == []


async def test_a_piece_that_is_delivered_twice_at_once_counts_once(
    imports: ImportService, catalogue: CatalogueService, meanwhile: Meanwhile, facts: list[Event]
) -> None:
    job = await begun(imports, 1)
    meanwhile(lambda: imports.take_in(job.id, 0))
    await imports.take_in(job.id, 0)
    found = await imports.show(SYSTEM, job.id)
    assert (found.state, found.done, found.taken) == (JobState.DONE, 1, 1)
    assert len(await there(catalogue)) == 1
    assert len([fact for fact in facts if isinstance(fact, ImportEnded)]) == 1


async def test_a_file_that_is_stopped_while_a_piece_is_at_work_ends_with_it(
    imports: ImportService, catalogue: CatalogueService, meanwhile: Meanwhile, facts: list[Event]
) -> None:
    job = await begun(imports, PIECE + 1)
    meanwhile(lambda: imports.stop(SYSTEM, job.id))
    await imports.take_in(job.id, 0)
    found = await imports.show(SYSTEM, job.id)
    assert (found.state, found.done, found.taken) == (JobState.STOPPED, 1, PIECE)
    assert len(await there(catalogue)) == PIECE
    await imports.begin(SYSTEM, job.id)  # nobody has asked for the next piece before
    assert [fact.piece for fact in facts if isinstance(fact, PieceWanted)] == [0, 1]


async def test_rows_for_which_the_shop_was_too_busy_come_again(
    imports: ImportService, catalogue: CatalogueService, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await begun(imports, 2)
    store, busy = imports._store_row, [StaleWrite(), Unavailable()]

    async def stored(*given: object) -> None:
        if busy:
            raise busy.pop()
        await store(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(imports, "_store_row", stored)
    with pytest.raises(Unavailable):
        await imports.take_in(job.id, 0)
    assert (await imports.show(SYSTEM, job.id)).state is JobState.RUNNING
    await imports.take_in(job.id, 0)
    found = await imports.show(SYSTEM, job.id)
    assert (found.state, found.counts) == (JobState.DONE, {Outcome.CREATED: 2})
    assert len(await there(catalogue)) == 2


async def test_whoever_begins_at_the_same_time_begins_once(imports: ImportService, facts: list[Event]) -> None:
    job = await imports.bring(SYSTEM, "tazas.csv", a_file(1))
    begins = (imports.begin(SYSTEM, job.id) for _ in range(3))
    answers = await asyncio.gather(*begins, return_exceptions=True)
    assert sorted(type(answer) is ImportOver for answer in answers) == [False, True, True]
    assert len([fact for fact in facts if isinstance(fact, PieceWanted)]) == 1
