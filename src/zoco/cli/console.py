"""How commands speak on a terminal: tables, bars, and a last sentence on standard error."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

out, err = Console(), Console(stderr=True)


def sheet(*heads: str) -> Table:
    """A table that cuts nothing off: an address that is wider than its column goes on below."""
    return Table(*(Column(head, overflow="fold") for head in heads), box=SIMPLE_HEAD)


@contextlib.contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar that is told how many of how many are done; it shows once something is."""
    with steps() as tell:
        yield lambda done, total: tell(title, done, total)


@contextlib.contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each step that is begun."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step)
            bar.update(tasks[step], completed=done, total=total)

        yield tell


def give_up(message: str) -> None:
    err.print(f"[red]zoco:[/red] {escape(message)}", highlight=False, soft_wrap=True)
    raise SystemExit(1)
