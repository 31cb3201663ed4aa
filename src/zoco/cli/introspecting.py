"""The tables of another program's database, as a feature begins with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from zoco.app import installed
from zoco.cli.console import err
from zoco.cli.root import Refused, cli
from zoco.storage.introspection.found import Schema
from zoco.storage.introspection.naming import one_line
from zoco.storage.introspection.reading import read
from zoco.storage.introspection.writing import Written, write
from zoco.storage.sql import metadata


@cli.command()
def introspect(
    url: Annotated[str, typer.Argument(help="sqlite:///store.db or postgresql://user:password@host/database.")],
    tables: Annotated[
        list[str] | None, typer.Option("--table", help="Only this one, a view or schema.name too; again for another.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A folder for models.py and sql.py, or a .py file for both.")
    ] = None,
) -> None:
    """Write the tables of an existing database as a feature has them, and change nothing there.

    A frozen struct for each table (models.py) and its Table (sql.py); on the screen where --out is left out.
    """
    found = read(url, tables or ())
    installed()  # which describes every table of the shop
    ours = set(metadata.tables)
    written = write(found, ours)
    if out is None:
        typer.echo(written.both, nl=False)
    else:
        _save(written, out)
    _remark(found, ours)


def _save(written: Written, out: Path) -> None:
    files = (
        {out: written.both} if out.suffix == ".py" else {out / "models.py": written.models, out / "sql.py": written.sql}
    )
    if there := [str(file) for file in files if file.exists()]:
        raise Refused(f"{' and '.join(there)} would be overwritten: name another place with --out.")
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        err.print(escape(f"{file} was written."), highlight=False, soft_wrap=True)


def _remark(found: Schema, ours: set[str]) -> None:
    """What the code alone does not say."""
    same = [table.name for table in found.tables if not table.schema and table.name in ours]
    for names, sentence in (
        (same, "Named as tables of the shop itself; give them other names before a feature loads them"),
        (found.views, "Views were left out; name one with --table"),
        (found.schemas, "Other schemas were left out; name a table there as schema.table with --table"),
    ):
        if names:
            err.print(escape(f"{sentence}: {one_line(', '.join(names))}"), highlight=False, soft_wrap=True)
