"""The `zoco` command."""

from __future__ import annotations

from zoco.cli import filling, post, serving, settled, upkeep
from zoco.cli.root import cli, main
from zoco.cli.serving import application

COMMANDS = (serving, settled, upkeep, filling, post)
"""Loading them has told the program about them."""

__all__ = ["application", "cli", "main"]
