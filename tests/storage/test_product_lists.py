"""Lists of products walk along indexes, however many there are; a sale leaves these alone."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from zoco.features.catalogue.models import Sort
from zoco.features.catalogue.sql.products import _TAKE, _list
from zoco.storage.sql import Statement
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
    everybodys = _list(sort, "there", narrowed, further=further)
    plan = [row[3] for row in explained(path, "EXPLAIN QUERY PLAN", everybodys, *narrowed, "last", "last_id", "most")]
    assert len(plan) == 1, plan
    assert index in plan[0]


@pytest.mark.parametrize("narrowed", [(), ("category",)])
@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.PRICE, Sort.PRICE_DOWN])
def test_no_order_of_what_is_offered_sorts_or_reads_all(path: Path, sort: Sort, narrowed: tuple[str, ...]) -> None:
    offered = _list(sort, "offered", narrowed, further=True)
    plan = [row[3] for row in explained(path, "EXPLAIN QUERY PLAN", offered, *narrowed, "last", "last_id", "most")]
    assert len(plan) == 1, plan
    assert "ix_products_offered_" in plan[0]


def test_a_sale_writes_to_no_index(path: Path) -> None:
    steps = {row[1] for row in explained(path, "EXPLAIN", _TAKE, "row_id", "taken")}
    assert "Insert" in steps
    assert not steps & {"IdxInsert", "IdxDelete"}


def explained(path: Path, how: str, statement: Statement, *names: str) -> list[tuple[Any, ...]]:
    said = statement.sqlite
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"{how} {said.text}", said.args(dict.fromkeys(names, 1))).fetchall()
    finally:
        connection.close()
