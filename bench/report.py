"""The table of figures, on the screen and as JSON."""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench.load import CONNECTIONS

WORST_TAIL = 10
SMALL = 10
NOTES = f"""\
Ratio: to a bare ASGI application that gives the same bytes under the same uvicorn (uvloop, httptools), taken in turn, \
the median of some seconds; in the line "among", what a changed list costs against the smaller shop, by one \
connection.
Load: wrk, 1 thread, {CONNECTIONS} connections, on the same cores as the server. Tail: p99 ÷ p50, aim ≤ {WORST_TAIL}.
Unchanged: ready bytes may be sent. Changed: each request bears another query, so that no ready answer fits.
Memory: resident, the idle process and its children. First answer: counted from the start on an existing database."""


@dataclass(frozen=True)
class Row:
    """A figure; `shop` and `bare` in `unit`, times milliseconds."""

    name: str
    shop: float
    unit: str
    aim: str
    passed: bool
    bare: float | None = None
    ratio: float | None = None
    p50: float | None = None
    p99: float | None = None

    @property
    def tail(self) -> float | None:
        return self.p99 / self.p50 if self.p99 and self.p50 else None


def machine() -> dict[str, str]:
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    return {
        "cores": f"{os.cpu_count()}",
        "processor": model[1] if model else platform.machine(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "uvicorn": version("uvicorn"),
    }


def show(console: Console, rows: list[Row], served: str) -> None:
    title = " · ".join([served, *(f"{name} {value}" for name, value in machine().items())])
    table = Table(
        title=f"Zoco bench · {title}", caption=NOTES, caption_justify="left", title_justify="left", box=SIMPLE
    )
    table.add_column("figure", no_wrap=True)
    for column in ("shop", "bare", "ratio", "aim", "p50 ms", "p99 ms", "tail"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("")
    for row in rows:
        rates = (f"{_number(row.shop, 0 if row.shop > SMALL else 2)} {row.unit}", _number(row.bare, 0))
        times = (_number(row.p50), _number(row.p99), _number(row.tail, 1))
        mark = "[green]✓[/]" if row.passed else "[red]✗[/]"
        table.add_row(row.name, *rates, _number(row.ratio), row.aim, *times, mark)
    console.print(table)


def write(rows: list[Row], file: Path) -> None:
    figures = [asdict(row) | {"tail": row.tail} for row in rows]
    file.write_text(json.dumps({"machine": machine(), "figures": figures}, indent=2, ensure_ascii=False) + "\n")


def _number(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:,.{digits}f}"
