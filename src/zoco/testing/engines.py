"""Databases for tests: each test gets a fresh one, copied from one that was migrated once."""

from __future__ import annotations

import shutil
from pathlib import Path

from zoco.storage.migrate import upgrade

ENGINES = ("sqlite",)


def fresh_sqlite(path: Path, template: Path) -> None:
    """An empty shop's database at `path`."""
    if not template.exists():
        upgrade(template)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, path)
