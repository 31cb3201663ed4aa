"""What the API's own description says there is: tests made from it can't forget a new route."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from zoco.app import build_shop, create_app
from zoco.settings import load


class Operation(NamedTuple):
    """One method at one address."""

    method: str
    path: str
    details: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.details["operationId"])


@cache
def description() -> dict[str, Any]:
    """`/openapi.json` of a shop with every feature."""

    async def read(folder: Path) -> dict[str, Any]:
        file = folder / "zoco.toml"
        file.touch()
        shop = build_shop(load(file, "development", {"ZOCO_DATA_DIR": str(folder), "ZOCO_LOG__LEVEL": "error"}))
        transport = httpx.ASGITransport(create_app(shop))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            answer = await client.get("/openapi.json")
        await shop.store.close()
        described: dict[str, Any] = answer.json()
        return described

    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        return runner.run(read(Path(folder)))


def operations() -> Iterator[Operation]:
    for path, methods in description()["paths"].items():
        for method, details in methods.items():
            yield Operation(method.upper(), path, details)
