"""Case 11: requests that are odd, smuggled, oversized or slow, over a real socket; the others are served meanwhile."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from tests.serving import served

from zoco.app import build_shop
from zoco.settings import load

GET = b"GET /api/products HTTP/1.1\r\nHost: zoco\r\nConnection: close\r\n"
POST = b"POST /api/auth/login HTTP/1.1\r\nHost: zoco\r\nConnection: close\r\n"
SMUGGLED = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: zoco\r\n\r\n"
ODD = {
    "two lengths": POST + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\n{}{}{",
    "a length that is none": POST + b"Content-Length: +2\r\n\r\n{}",
    "a length below nothing": POST + b"Content-Length: -1\r\n\r\n{}",
    "length and chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED,
    "unknown encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n" + SMUGGLED,
    "a chunk of no size": POST + b"Transfer-Encoding: chunked\r\n\r\nz\r\n{}\r\n0\r\n\r\n",
    "a space before the colon": GET + b"X-Name : value\r\n\r\n",
    "a NUL in a header": GET + b"X-Name: va\0lue\r\n\r\n",
    "a line break in a header": GET + b"X-Name: one\r\n two\r\n\r\n",
    "a NUL in the address": GET.replace(b"products", b"products?q=%00") + b"\r\n",
    "a long address": GET.replace(b"products", b"products?q=" + b"x" * 9_000) + b"\r\n",
    "large headers": GET.replace(b"products", b"orders") + b"X-Name: %s\r\n\r\n" % (b"x" * 40_000),
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("odd")
    (folder / "zoco.toml").touch()
    environ = {"ZOCO_DATA_DIR": str(folder), "ZOCO_LOG__LEVEL": "error", "ZOCO_RATELIMIT__ENABLED": "false"}
    with served(build_shop(load(folder / "zoco.toml", "development", environ))) as url:
        yield url


def asked(url: str, request: bytes) -> bytes:
    """All that the server says to these bytes."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    return answer


@pytest.mark.parametrize("kind", ODD)
def test_what_is_odd_is_refused_once_and_the_connection_closed(url: str, kind: str) -> None:
    answer = asked(url, ODD[kind])
    assert answer.startswith(b"HTTP/1.1 4")
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_others_are_served_while_some_never_finish(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    slow = [await asyncio.open_connection(host, int(port)) for _ in range(100)]
    for number, (_, writer) in enumerate(slow):
        writer.write(POST[: number + 1] if number % 2 else POST + b"Content-Length: 900000\r\n\r\n{")
        await writer.drain()
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as client:
        assert {(await client.get("/api/products")).status_code for _ in range(20)} == {200}
    for _, writer in slow:
        writer.close()


async def test_a_body_without_a_length_is_counted(url: str) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 50_000

    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        answer = await client.post("/api/auth/login", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
