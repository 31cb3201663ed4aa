"""Whatever is done to two engines, both answer the same, and the same can be read from both afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import hypothesis
from hypothesis import strategies as st
from tests.contract.deeds import DEEDS, QUERIES, Deed, everything

from zoco.app import installed
from zoco.features.catalogue.models import ProductQuery
from zoco.kit.errors import Declined
from zoco.kit.store import Store
from zoco.storage.engines import open_engine
from zoco.testing.clock import FrozenClock
from zoco.testing.engines import ENGINES, Databases

EXAMPLES, MOST_DEEDS = 30, 40


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[Store]:
    store = open_engine(address, FrozenClock(), installed())
    await store.start()
    try:
        yield store
    finally:
        await store.close()


async def outcome(store: Store, deed: Deed) -> object:
    """The answer of a deed, or the kind of its refusal."""
    what, given = deed
    try:
        async with store.write() as tx:
            return await what(tx, *given)
    except Declined as refusal:
        return type(refusal)


@hypothesis.given(deeds=st.lists(DEEDS, min_size=10, max_size=MOST_DEEDS), queries=st.lists(QUERIES, max_size=6))
@hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
)
async def test_an_engine_answers_as_the_first_one_does(
    engine: str, databases: Databases, tmp_path: Path, deeds: list[Deed], queries: list[ProductQuery]
) -> None:
    async with (
        opened(databases.fresh(ENGINES[0], tmp_path / "first")) as first,
        opened(databases.fresh(engine, tmp_path / "other")) as other,
    ):
        for deed in deeds:
            answer = await outcome(first, deed)
            assert await outcome(other, deed) == answer, deed
        async with first.read() as one, other.read() as two:
            wanted, found = await everything(one, queries), await everything(two, queries)
        for what, value in wanted.items():
            assert found[what] == value, what
