"""What the process writes about itself: structured lines, JSON for machines or text for a terminal."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from time import time
from typing import Any, BinaryIO, Literal, TypeAlias

import msgspec
import structlog

FLUSH_SECONDS = 0.05
LEVELS = logging.getLevelNamesMapping()
Format = Literal["json", "text"]


def configure(level: str, form: Format) -> None:
    """Set up structlog, once per process. `level` is a name such as `info`."""
    render: Any = structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(),
        exception_formatter=structlog.dev.plain_traceback,  # the others print local variables, passwords among them
    )
    if form == "json":
        render = structlog.processors.JSONRenderer(
            lambda event, **_: msgspec.json.encode(event, enc_hook=repr).decode()
        )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if form == "json" else []),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level.upper()]),
        cache_logger_on_first_use=True,
    )


SECRET = ("/clave/", "/setup/", "/verificar/", "/invitacion/", "/chat-enlace/")
"""Addresses that go on with a token, which no log may keep."""


def shown_path(path: str) -> str:
    """The path as it may be written down."""
    return f"{path[: path.index('/', 1)]}/…" if path.startswith(SECRET) else path


_Answered: TypeAlias = tuple[float, str, str, str, str, int, float]


class Access(msgspec.Struct):
    """One request that was answered. The query is left out: it may hold what is nobody's business."""

    timestamp: datetime
    id: str
    client: str
    method: str
    path: str
    status: int
    ms: float
    level: str = "info"
    event: str = "request"


class AccessLog:
    """Access lines, gathered for a moment and written together: one system call for many requests."""

    def __init__(self, form: Format, out: BinaryIO | None = None) -> None:
        self._lines = _json_lines if form == "json" else _text_lines
        self._out = out or sys.stdout.buffer
        self._answered: list[_Answered] = []

    def __call__(  # noqa: PLR0917 - called once per request; names cost
        self, request_id: str, client: str, method: str, path: str, status: int, seconds: float
    ) -> None:
        if not self._answered:
            asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)
        self._answered.append((time(), request_id, client, method, path, status, seconds))

    def flush(self) -> None:
        """Write what has been gathered; the entrance calls this last when the process ends."""
        answered, self._answered = self._answered, []
        if answered:
            self._out.write(self._lines(answered))
            self._out.flush()


_encode_lines = msgspec.json.Encoder().encode_lines


def _json_lines(answered: Iterable[_Answered]) -> bytes:
    return _encode_lines(
        Access(
            datetime.fromtimestamp(moment, UTC), name, client, method, shown_path(path), status, round(took * 1000, 2)
        )
        for moment, name, client, method, path, status, took in answered
    )


def _text_lines(answered: Iterable[_Answered]) -> bytes:
    return "".join(
        f"{_to_the_second(int(moment))} {client} {method} {_on_one_line(path)} {status} {took * 1000:.2f} ms {name}\n"
        for moment, name, client, method, path, status, took in answered
    ).encode()


@lru_cache(2)
def _to_the_second(moment: int) -> str:
    return str(datetime.fromtimestamp(moment, UTC))[:19]


def _on_one_line(path: str) -> str:
    """No line break of a visitor's making."""
    shown = shown_path(path)
    plain = shown.isascii() and shown.isprintable() and "\\" not in shown
    return shown if plain else shown.encode("unicode_escape").decode("ascii")
