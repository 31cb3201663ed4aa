"""All commands: loading them tells the program about them."""

from __future__ import annotations

from zoco.cli import filling, introspecting, post, serving, settled, upkeep
from zoco.cli.root import cli

COMMANDS = (serving, settled, upkeep, filling, introspecting, post)

__all__ = ["COMMANDS", "cli"]
