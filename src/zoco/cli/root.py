"""What every command begins from: the program itself, the options that all share, and how a refusal ends."""

from __future__ import annotations

import os
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated, Literal

import typer

from zoco import __version__
from zoco.cli.saying import say
from zoco.kit.module import ModulesError
from zoco.settings import SettingsError
from zoco.storage.engine import DatabaseUnusable

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they hold passwords
    help="A shop and marketplace that you own.",
)
users, imports, mails = (typer.Typer(no_args_is_help=True) for _ in range(3))
cli.add_typer(users, name="user", help="People: make an account by hand.")
cli.add_typer(imports, name="import", help="Bring in what another shop exported.")
cli.add_typer(mails, name="mail", help="Whether mails leave the shop.")

Environment = Annotated[
    Literal["development", "production"] | None, typer.Option("--env", help="Which section of the settings holds.")
]
ConfigFile = Annotated[Path | None, typer.Option("--config", help="The settings file; zoco.toml where left out.")]


class Refused(Exception):  # noqa: N818 - told as it stands
    """What a command was asked for cannot be done; the sentence says why."""


def main() -> None:
    """Run a command; a refusal is one sentence on standard error and exit code 1."""
    try:
        cli()
    except (Refused, SettingsError, DatabaseUnusable, ModulesError) as error:
        _give_up(str(error))
    except BrokenPipeError:  # whoever read our output has seen enough
        os._exit(1)
    except OSError as error:  # a full disk, a folder that may not be written
        _give_up(f"{error.filename}: {error.strerror}" if error.filename else str(error))


def _give_up(message: str) -> None:
    resolve_name("zoco.cli.console:give_up")(message)  # only now, as a server that goes well has no use for colours


@cli.callback(invoke_without_command=True)
def version(
    *, show: Annotated[bool, typer.Option("--version", help="Show the version and end.", is_eager=True)] = False
) -> None:
    if show:
        say(f"zoco {__version__}")
        raise typer.Exit
