"""Where things are kept: the ports of every engine, and what makes a method a use case."""

from __future__ import annotations

import asyncio
import functools
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import ParamSpec, Protocol, TypeVar

from zoco.kit.errors import StaleWrite, Unavailable
from zoco.kit.events import Event

P = ParamSpec("P")
R = TypeVar("R")
Port = TypeVar("Port")

_PAUSES = (0.005, 0.02, 0.08)  # seconds, at most, before each further run


class Collision(StaleWrite):
    """Somebody else is writing the same thing right now; who collides again and again is told to come back later."""


class Tx(Protocol):
    """One transaction: what is done through it happens together or not at all."""

    def __getitem__(self, port: type[Port]) -> Port:
        """The repository that this engine has for a port, at work inside this transaction."""

    def emit(self, event: Event) -> None:
        """Leave a fact behind, stored for its reactions by the same commit."""


class Store(Protocol):
    """A database, whichever engine it is."""

    def read(self) -> AbstractAsyncContextManager[Tx]:
        """A view that stays the same while it is open; nothing can be written through it."""

    def write(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction. Left normally, the block ends once everything is on disk; left by an error, nothing is."""

    def new_id(self) -> str:
        """A fresh id of the engine's kind; later ones sort after earlier ones."""

    async def revision(self, topic: str) -> int:
        """A number that has grown once any fact of the topic was committed, by this process or another.

        What was made from a read that began after the number was taken is fresh while the number is the same.
        """

    async def version(self) -> str:
        """The engine and its version, such as `SQLite 3.51.3`; the engine is asked. Raises Unavailable."""


def use_case(method: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """A whole use case: opens exactly one transaction, and is run again where another writer came first.

    Raises Unavailable where others are still writing the same thing at the last run.
    """

    @functools.wraps(method)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for pause in _PAUSES:
            try:
                return await method(*args, **kwargs)
            except StaleWrite:
                await asyncio.sleep(random.uniform(0, pause))  # noqa: S311 - jitter, not a secret
        try:
            return await method(*args, **kwargs)
        except Collision:
            raise Unavailable from None

    return run
