"""How work in the background is brought to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

_AGAIN = 5.0


async def end(tasks: Iterable[asyncio.Task[Any]], again: float = _AGAIN) -> None:
    """Cancel tasks and wait until they have ended; after `again` seconds they are told once more.

    `asyncio.wait_for` of Python 3.11, by which pymongo waits for a server, can miss that its task is cancelled.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=again)
