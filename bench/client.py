"""HTTP requests: sent one by one to prepare the shop, written out as bytes for the load generator."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any, NamedTuple

HOST = "127.0.0.1"
CLIENTS = 8


class BenchError(Exception):
    """The measurement can't go on; a sentence for whoever started it."""


class Request(NamedTuple):
    """What is asked; the path may hold a mark for the load generator."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    def raw(self) -> bytes:
        """As it goes over the wire."""
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {HOST}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


class Answer(NamedTuple):
    """What came back, to the byte."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def asking(method: str, path: str, data: Any = None, *, token: str = "", key: str = "") -> Request:
    """A request of the API, or of a page where the path is not below `/api`."""
    headers = {"Accept": "application/json" if path.startswith("/api") else "text/html"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if key:
        headers["Idempotency-Key"] = key
    if data is None:
        return Request(method, path, headers)
    return Request(method, path, headers | {"Content-Type": "application/json"}, json.dumps(data).encode())


class Client:
    """Sends to one server; anything but the expected status is an error that names the answer."""

    def __init__(self, port: int) -> None:
        self._port = port

    def send(self, request: Request, *statuses: int) -> Answer:
        return self.many([request], *statuses)[0]

    def many(self, requests: list[Request], *statuses: int) -> list[Answer]:
        """Several at a time; the answers in the order of the requests."""
        shares = [requests[start::CLIENTS] for start in range(min(CLIENTS, len(requests)))]
        with ThreadPoolExecutor(CLIENTS) as pool:
            answered = list(pool.map(lambda share: self._share(share, statuses or (200, 201)), shares))
        return [answered[at % CLIENTS][at // CLIENTS] for at in range(len(requests))]

    def _share(self, requests: list[Request], statuses: tuple[int, ...]) -> list[Answer]:
        connection = HTTPConnection(HOST, self._port, timeout=60)
        try:
            return [_exchange(connection, request, statuses) for request in requests]
        finally:
            connection.close()


def _exchange(connection: HTTPConnection, request: Request, statuses: tuple[int, ...]) -> Answer:
    connection.request(request.method, request.path, request.body or None, request.headers)
    response = connection.getresponse()
    answer = Answer(response.status, response.getheaders(), response.read())
    if answer.status not in statuses:
        text = answer.body[:500].decode(errors="replace")
        raise BenchError(f"{request.method} {request.path} was answered with {answer.status}: {text}")
    return answer
