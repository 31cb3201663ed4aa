"""All commands: loading them tells the program about them."""

from __future__ import annotations

from zoco.cli import config, filling, introspecting, mail, serving, upkeep
from zoco.cli.root import cli

COMMANDS = (serving, config, upkeep, filling, introspecting, mail)

__all__ = ["COMMANDS", "cli"]
