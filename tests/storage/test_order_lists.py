"""The list of orders in the back office walks along an index, however many there are."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from zoco.features.orders.sql import found_by
from zoco.testing.engines import fresh_sqlite


@pytest.fixture
def path(tmp_path: Path, _template: Path) -> Path:
    path = tmp_path / "zoco.db"
    fresh_sqlite(path, _template)
    return path


@pytest.mark.parametrize(
    ("narrowed", "index"),
    [
        ((), "ix_orders_latest"),
        (("last",), "ix_orders_latest"),
        (("since", "until"), "ix_orders_latest"),
        (("words",), "ix_orders_latest"),
        (("status",), "ix_orders_status_latest"),
        (("status", "since", "until", "last"), "ix_orders_status_latest"),
        (("email",), "ix_orders_email_latest"),
        (("email", "last"), "ix_orders_email_latest"),
    ],
)
def test_no_filter_sorts_or_reads_all(path: Path, narrowed: tuple[str, ...], index: str) -> None:
    said = found_by(narrowed).sqlite
    values = said.args(dict.fromkeys((*narrowed, "last_number", "most"), 1))
    connection = sqlite3.connect(path)
    try:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {said.text}", values)]
    finally:
        connection.close()
    assert len(plan) == 1, plan
    assert index in plan[0]
