"""What the server stands on: the port, and the machine itself."""

from __future__ import annotations

import shutil
import stat
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """A folder as it was found; see `Surroundings`."""

    writable: bool
    fault: str
    free: int
    newest: datetime | None
    key_open: bool = False


class Machine(Protocol):
    """Looks at the machine; it may wait for a disk: call it in a thread."""

    def look(self, data_dir: Path) -> Ground: ...


class ThisMachine:
    """The one that the server runs on."""

    def look(self, data_dir: Path) -> Ground:
        newest, fault, free, key_open = None, "", 0, False
        try:
            free = shutil.disk_usage(data_dir).free
            changed = [entry.stat().st_mtime for entry in data_dir.iterdir() if entry.is_file()]
            newest = datetime.fromtimestamp(max(changed), UTC) if changed else None
            key = data_dir / "secret.key"
            key_open = key.is_file() and bool(key.stat().st_mode & _OTHERS)
            with tempfile.TemporaryFile(dir=data_dir) as file:
                file.write(b"\0")
        except OSError as error:
            fault = error.strerror or type(error).__name__
        return Ground(writable=not fault, fault=fault, free=free, newest=newest, key_open=key_open)
