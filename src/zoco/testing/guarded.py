"""Servers of a test run's own: they end with it, however it ends, and leave no folder behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

_GUARD = 'kill=$1 folder=$2; shift 2; "$@" & cat >/dev/null; kill -$kill $!; wait $!; rm -rf "$folder"'
_PATIENCE = 30.0  # seconds until a server that does not end counts as broken


class Guarded:
    """A program in the background, in a folder of its own; a shell waits beside it for the end of its input."""

    def __init__(self, name: str, *, ends_by: str) -> None:
        self._user = "nobody" if os.geteuid() == 0 else None  # databases refuse to be run by root
        self._signal = ends_by
        self._shell: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix=f"zoco-{name}-"))
        if self._user:
            shutil.chown(self.folder, self._user)

    def prepare(self, command: Sequence[str | Path]) -> None:
        """Run something to its end first."""
        subprocess.run(command, user=self._user, check=True, capture_output=True, cwd=self.folder)

    def start(self, command: Sequence[str | Path]) -> None:
        with (self.folder / "log").open("wb") as log:
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", _GUARD, "sh", self._signal, self.folder, *command],
                user=self._user,
                cwd="/",
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # who ends the run by a signal to its group ends the server by its input
            )

    def close(self) -> None:
        if self._shell is None:
            shutil.rmtree(self.folder)
        else:
            self._shell.communicate(timeout=_PATIENCE)  # closes its input
