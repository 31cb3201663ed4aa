"""Stores on a fresh file, one after another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.storage.shelf import Wire, create, open_store, tapped

from zoco.storage.sqlite import SqliteStore
from zoco.testing.clock import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return create(tmp_path / "shelf.db")


@pytest.fixture
async def store(path: Path, clock: FrozenClock) -> AsyncIterator[SqliteStore]:
    opened = open_store(path, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def other(path: Path, clock: FrozenClock) -> AsyncIterator[SqliteStore]:
    """What another process would open."""
    opened = open_store(path, clock)
    yield opened
    await opened.close()


@pytest.fixture
def wire(store: SqliteStore) -> Wire:
    return tapped(store)
