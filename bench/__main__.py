"""`python -m bench`: prepares a shop in a folder of its own, takes the figures, prints the table."""

from __future__ import annotations

import shlex
import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.chat import chat
from bench.client import BenchError
from bench.engines import ENGINES, database
from bench.figures import FIGURES
from bench.measure import Plan, figure, idle, many, prepare
from bench.report import Row, show, write

ZOCO = [
    str(Path(sys.executable).with_name("zoco")),
    "serve",
    "--env",
    "production",
    "--host",
    "127.0.0.1",
    "--port",
    "{port}",
]
WIDTH = 116
NAMES = ["idle", "chat", *FIGURES, "many"]


def bench(
    *,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file as well.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A look only: one second each, a fifth of the carts.")] = False,
    only: Annotated[list[str] | None, typer.Option(help=f"Take only this one: {', '.join(NAMES)}.")] = None,
    engine: Annotated[str, typer.Option(help=f"Where the shop is kept: {', '.join(ENGINES)}.")] = "sqlite",
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve; one with SQLite.")] = 1,
    serve: Annotated[str, typer.Option(help="The server's command; {port} is filled in.")] = shlex.join(ZOCO),
) -> None:
    """Measure the shop against a bare ASGI application on this machine. A missed aim is marked, not an error."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are ended as well
    console = Console(width=max(WIDTH, Console().width))
    wanted = only or NAMES
    if unknown := set(wanted) - set(NAMES):
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if engine not in ENGINES:
        raise typer.BadParameter(f"there is no {engine}; there are {', '.join(ENGINES)}")
    if engine != "sqlite":
        wanted = [name for name in wanted if name != "many"]  # copies products inside a SQLite file
    command = serve if workers == 1 else f"{serve} --workers {workers}"
    with tempfile.TemporaryDirectory(prefix="zoco-bench-") as made:
        folder = Path(made)
        try:
            with database(engine, folder) as url:
                sizes = (1, 1000, 1_500, 1) if quick else (4, 1000, 8_000, 3)
                rows = _take(Plan(command, url, folder, *sizes), wanted, console)
        except BenchError as error:
            console.print(str(error), style="red", markup=False, highlight=False)
            raise typer.Exit(1) from error
    show(console, rows, f"{engine}, {workers} worker{'s' if workers > 1 else ''}")
    if json:
        write(rows, json)


def _take(plan: Plan, wanted: list[str], console: Console) -> list[Row]:
    """`idle` comes first, before there is work left over in the outbox, and `many` last, because it fills the shop."""
    rows = list[Row]()
    with console.status("preparing a shop") as status:
        products = prepare(plan)
        for name in sorted(set(wanted), key=NAMES.index):
            status.update(f"measuring {name}")
            match name:
                case "idle":
                    rows += idle(plan)
                case "chat":
                    with plan.shop() as server:
                        rows += chat(server, quick=plan.seconds == 1)
                case "many":
                    rows.append(many(plan, products))
                case _:
                    rows.append(figure(plan, name, products))
    return rows


if __name__ == "__main__":
    typer.run(bench)
