"""The list of everybody's products in the back office walks along an index, however many there are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from zoco.features.catalogue.models import Sort
from zoco.features.catalogue.sql.products import _list
from zoco.testing.engines import fresh_sqlite


@pytest.fixture
def path(tmp_path: Path, _template: Path) -> Path:
    path = tmp_path / "zoco.db"
    fresh_sqlite(path, _template)
    return path


@pytest.mark.parametrize("narrowed", [(), ("status",), ("most_stock",), ("status", "most_stock"), ("category",)])
@pytest.mark.parametrize("further", [False, True])
@pytest.mark.parametrize(
    ("sort", "index"),
    [
        (Sort.NEWEST, "ix_products_there_newest"),
        (Sort.PRICE, "ix_products_there_price"),
        (Sort.PRICE_DOWN, "ix_products_there_price"),
        (Sort.TITLE, "ix_products_there_title"),
    ],
)
def test_no_order_sorts_or_reads_all(
    path: Path, sort: Sort, index: str, narrowed: tuple[str, ...], *, further: bool
) -> None:
    said = _list(sort, "there", narrowed, further=further).sqlite
    values = said.args(dict.fromkeys((*narrowed, "last", "last_id", "most"), 1))
    connection = sqlite3.connect(path)
    try:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {said.text}", values)]
    finally:
        connection.close()
    assert len(plan) == 1, plan
    assert index in plan[0]
