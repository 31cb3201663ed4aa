"""A lock between the processes of one machine, for whoever writes to an embedded database."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

_PAUSE = 0.005  # seconds between two attempts


class FileLock:
    """One holder at a time; the system lets go of it when its holder dies."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def try_take(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def take(self, seconds: float) -> bool:
        """Wait in this thread for at most `seconds`."""
        end = time.monotonic() + seconds
        while not self.try_take():
            if time.monotonic() >= end:
                return False
            time.sleep(_PAUSE)
        return True

    def release(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._file)
