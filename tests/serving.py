"""A shop behind a real socket, served by a thread of the test's own process; ports for servers that are processes."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn

from zoco.app import Shop, create_app


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port that nobody listens at, and that the system gives to nobody else: only who asks for this one gets it."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # whoever does so too may listen beside it
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@contextmanager
def served(shop: Shop) -> Iterator[str]:
    """Its address. The shop is closed in the end; until then only the thread may touch it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(create_app(shop), log_level="critical", access_log=False, ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"  # whoever comes early waits in the queue
        finally:
            server.should_exit = True
            thread.join()


@asynccontextmanager
async def listening(shop: Shop) -> AsyncIterator[str]:
    """Its address, WebSockets too, served by the test's own loop; nothing is delivered from the outbox."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            create_app(shop),
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="websockets-sansio",
            ws_max_size=65_536,
            ws_per_message_deflate=False,
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server._serve([listener]))  # `serve` would take the signals
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
