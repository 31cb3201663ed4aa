"""The load generator: wrk with one thread and 32 connections, sending prepared requests."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from bench.client import HOST, BenchError, Request

CONNECTIONS = 32
NUMBER = "\x1f"
"""In the path of a request: the place of a number that no other request has."""
_SCRIPT = Path(__file__).with_name("load.lua")


class Load(NamedTuple):
    """What came back; times in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def write_requests(requests: list[Request], file: Path) -> Path:
    file.write_bytes(b"\x1e".join(request.raw() for request in requests))
    return file


def drive(port: int, requests: Path, seconds: int, *, once: bool = False, connections: int = CONNECTIONS) -> Load:
    """Send for so many seconds, with `once` at most each request once; an answer of 400 or above is an error."""
    script = ["-s", str(_SCRIPT), f"http://{HOST}:{port}", "--", str(requests), "once" if once else "cycle"]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", *script]
    if shutil.which("wrk") is None:
        raise BenchError("wrk is missing: apt-get install wrk")
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode or not ran.stdout.rstrip().endswith("}"):
        raise BenchError(f"wrk failed: {ran.stderr or ran.stdout}")
    said = json.loads(ran.stdout.rstrip().rsplit("\n", 1)[1])
    refused, broken = said.pop("refused"), said.pop("broken")
    if refused or broken or not said["requests"]:
        raise BenchError(f"Of {said['requests']} answers {refused} were refusals; {broken} connections broke")
    return Load(**said)
