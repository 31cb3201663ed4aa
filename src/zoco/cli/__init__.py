"""The `zoco` command. What it is made of is loaded when it runs, a server's part without what others draw with."""

from __future__ import annotations

import gc
import sys
from pkgutil import resolve_name
from typing import Any


def main() -> None:
    """Run the command that was asked for."""
    _load_log()
    if sys.argv[1:2] == ["serve"]:
        gc.disable()  # until everything is loaded
        resolve_name("zoco.cli.serving")
    else:
        resolve_name("zoco.cli.commands")
    resolve_name("zoco.cli.root:main")()


def application() -> Any:
    """The application that ZOCO_ENV and ZOCO_CONFIG ask for, for a server that makes it itself: `uvicorn --factory`."""
    _load_log()
    gc.disable()  # until everything is loaded
    return resolve_name("zoco.cli.serving:application")()


def _load_log() -> None:
    """Load structlog without what it takes where it is found: Rich is 5 MB for tracebacks that we do not print."""
    hidden = {"greenlet", "rich"}.difference(sys.modules)
    sys.modules |= dict.fromkeys(hidden)  # type: ignore[arg-type] # as if they were not installed
    resolve_name("structlog")
    for name in hidden:
        del sys.modules[name]
