"""Pictures at foreign web addresses, fetched without being led to our own network."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from typing import Final, Protocol
from urllib.parse import SplitResult, urlsplit

from zoco.features.media.errors import ImageTooLarge, ImageUnreachable

_SECONDS: Final = 10
_MEGABYTE: Final = 1_000_000


class ImageSource(Protocol):
    """Fetches a picture that an address names. It waits for the network: call it in a thread."""

    def fetch(self, address: str) -> bytes:
        """Raises ImageUnreachable or ImageTooLarge."""


class WebImages:
    """Resolves a host once, and connects to that very address if it is public; follows no redirect."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes

    def fetch(self, address: str) -> bytes:
        parts = urlsplit(address)
        try:
            return self._fetch(parts, _public_address(parts))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ImageUnreachable(address=address, reason=str(error) or type(error).__name__) from error

    def _fetch(self, parts: SplitResult, ip: str) -> bytes:
        connection = _Pinned(parts, ip)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", path, headers={"Accept": "image/*", "User-Agent": "Zoco"})
            answer = connection.getresponse()
            if answer.status != http.HTTPStatus.OK:
                message = f"the server answered {answer.status}"
                raise ValueError(message)
            data = answer.read(self._max_bytes + 1)
        finally:
            connection.close()
        if len(data) > self._max_bytes:
            raise ImageTooLarge(limit=self._max_bytes // _MEGABYTE)
        return data


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked at; the certificate must still be the host's."""

    def __init__(self, parts: SplitResult, ip: str) -> None:
        super().__init__(parts.hostname or "", parts.port or _port(parts), timeout=_SECONDS)
        self._ip, self._secure = ip, parts.scheme == "https"

    def connect(self) -> None:
        self.sock = socket.create_connection((self._ip, self.port), self.timeout)
        if self._secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _public_address(parts: SplitResult) -> str:
    """An address of the host; raises ValueError unless all of them are public, OSError where it has none."""
    found = socket.getaddrinfo(parts.hostname, parts.port or _port(parts), type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    if not all(ipaddress.ip_address(address).is_global for address in addresses):
        message = "the host is not a public one"
        raise ValueError(message)
    return addresses[0]


def _port(parts: SplitResult) -> int:
    return {"http": 80, "https": 443}[parts.scheme]
