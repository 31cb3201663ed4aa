"""The yardstick: an ASGI application that gives one ready answer to everything, under the shop's server settings."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

Message = dict[str, Any]


class Bare:
    """Reads the whole body, where there is one, and sends status, headers and body as they were captured."""

    def __init__(self, answer: dict[str, Any]) -> None:
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer["headers"]]
        self._start = {"type": "http.response.start", "status": answer["status"], "headers": headers}
        self._body = {"type": "http.response.body", "body": base64.b64decode(answer["body"])}

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        more = scope["method"] != "GET"
        while more:
            more = (await receive()).get("more_body", False)
        await send(self._start)
        await send(self._body)


def main(port: int, answer: Path) -> None:
    """Serve; the captured headers hold `date` and `server` already, so uvicorn adds none."""
    uvicorn.run(
        Bare(json.loads(answer.read_bytes())),
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        date_header=False,
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
