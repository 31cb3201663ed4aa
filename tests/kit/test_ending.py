"""Work in the background ends, also where it misses that it was told to."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from zoco.kit.ending import end


async def test_who_misses_the_first_call_is_called_again() -> None:
    begun, for_ever = asyncio.Event(), asyncio.Event()

    async def deaf() -> None:
        with suppress(asyncio.CancelledError):
            begun.set()
            await for_ever.wait()
        await for_ever.wait()

    task = asyncio.create_task(deaf())
    await begun.wait()
    await end([task], again=0.01)
    assert task.cancelled()


async def test_what_has_ended_needs_no_call() -> None:
    task = asyncio.create_task(asyncio.sleep(0))
    await task
    await end([task])
    await end([])
    assert not task.cancelled()
