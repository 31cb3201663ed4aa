"""A shop behind a real socket, served by a thread of the test's own process."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from zoco.app import Shop, create_app


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
