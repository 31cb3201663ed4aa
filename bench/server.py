"""Server processes: started as users start them, waited for, weighed, stopped."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

from bench.client import HOST, BenchError

PATIENCE = 30.0


class Server(NamedTuple):
    """A process that is ready."""

    process: subprocess.Popen[bytes]
    port: int
    started: float
    """Seconds from the start of the process to its first answer."""

    def memory(self) -> int:
        """Resident bytes of the process and all below it."""
        return sum(_resident(pid) for pid in _family(self.process.pid))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return int(listener.getsockname()[1])


@contextmanager
def serving(
    command: list[str], log: Path, *, status: int = 200, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Run a server in a process group of its own, which is ended with it; `{port}` in the command is a free one.

    It is there as soon as `/readyz` is answered with `status`.
    """
    port = free_port()
    words = [word.replace("{port}", str(port)) for word in command]
    with log.open("ab") as out:
        begin = time.perf_counter()
        process = subprocess.Popen(words, stdout=out, stderr=out, cwd=cwd, env=env, start_new_session=True)
    try:
        _wait(process, port, status, log)
        yield Server(process, port, time.perf_counter() - begin)
    finally:
        _stop(process)


def _wait(process: subprocess.Popen[bytes], port: int, status: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while _status(port) != status:
        if process.poll() is not None or time.monotonic() > end:
            state = "ended" if process.poll() is not None else f"was not ready after {PATIENCE:.0f} s"
            raise BenchError(f"The server {state}:\n{tail(log)}")
        time.sleep(0.005)


def _status(port: int) -> int | None:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask politely, then insist; the group is ours, because we made it."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, kind)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                continue


def tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in _family(int(child)))]


def _resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else 0
