"""Hooks into what each engine sends to its database, statement by statement."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
from bson import Binary
from pymongo import MongoClient, monitoring
from pymongo.errors import OperationFailure

Hook = Callable[[str], None]


class Watched(sqlite3.Connection):
    """Tells each statement before it is executed and after."""

    before: Hook
    after: Hook

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        Watched.before(sql)
        cursor = super().execute(sql, *args)
        Watched.after(sql)
        return cursor


class Listener(monitoring.CommandListener):
    """Tells each command before it is sent and after it was answered."""

    def __init__(self, before: Hook, after: Hook) -> None:
        self._before, self._after = before, after

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        session = event.command.get("lsid")
        self._before(f"{event.command_name} {session['id'].hex() if session else ''}")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        self._after(event.command_name)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        self._after(event.command_name)


def forget(database: str, statements: list[str]) -> None:
    """End the sessions of a killed client: its server would hold what it had changed for a minute."""
    if database.startswith("mongodb:"):
        ids = {statement.split()[1] for statement in statements if " " in statement}
        sessions = [{"id": Binary(bytes.fromhex(session), 4)} for session in ids]
        with MongoClient[dict[str, Any]](database) as client:
            for command in ("killSessions", "endSessions"):  # the first is quick, the second known to every server
                with contextlib.suppress(OperationFailure):
                    client.admin.command({command: sessions})


def watch(before: Hook, after: Hook) -> None:
    """Call the hooks for every statement of this process from now on, on whichever engine."""
    Watched.before, Watched.after = before, after
    setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=Watched))  # noqa: B010 - mypy refuses it
    monitoring.register(Listener(before, after))

    def told(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        @functools.wraps(method)
        async def call(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
            before(query)
            answer = await method(self, query, *args, **kwargs)
            after(query)
            return answer

        return call

    for name in ("execute", "executemany", "fetch", "fetchrow", "fetchval"):
        setattr(asyncpg.Connection, name, told(getattr(asyncpg.Connection, name)))
