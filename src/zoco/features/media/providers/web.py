"""Pictures at foreign web addresses, fetched without being led to our own network."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Final, Protocol
from urllib.parse import SplitResult, quote, urlsplit

from zoco.features.media.errors import (
    HostNotPublic,
    HostUnknown,
    ImageNotServed,
    ImageTooLarge,
    ImageUnreachable,
    millions,
)

_PORTS: Final = {"http": 80, "https": 443}
_STEP_SECONDS: Final = 10.0
_READY_IN_PATH: Final = "/%:@!$&'()*+,;=-._~?"
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class ImageSource(Protocol):
    """Fetches a picture that an address names. It waits for the network: call it in a thread."""

    def fetch(self, address: str) -> bytes:
        """Raises ImageUnreachable, ImageNotServed or ImageTooLarge."""


def is_public(address: Address) -> bool:
    """Whether it belongs to the internet; an IPv6 address that stands for an IPv4 one is taken for that."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


class WebImages:
    """Resolves a host once, and connects to that very address if `public` says so; follows no redirect.

    No picture takes longer than `seconds`, however slowly it comes.
    """

    def __init__(self, max_bytes: int, seconds: float = 30.0, public: Callable[[Address], bool] = is_public) -> None:
        self._max_bytes, self._seconds, self._public = max_bytes, seconds, public

    def fetch(self, address: str) -> bytes:
        host = address
        try:
            parts = urlsplit(address)
            host = parts.hostname or address
            return self._fetch(_Pinned(parts, self._resolve(host, parts.port or _PORTS[parts.scheme])), parts)
        except socket.gaierror as error:
            raise HostUnknown(host=host) from error
        except (OSError, http.client.HTTPException, ValueError, LookupError) as error:
            raise ImageUnreachable(host=host) from error

    def _resolve(self, host: str, port: int) -> tuple[str, int]:
        """An address of the host; raises HostNotPublic unless all of them are public, OSError where it has none."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if not all(self._public(ipaddress.ip_address(address)) for address in addresses):
            raise HostNotPublic(host=host)
        return addresses[0], port

    def _fetch(self, connection: _Pinned, parts: SplitResult) -> bytes:
        watchdog = threading.Timer(self._seconds, connection.cut)
        watchdog.start()
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"Accept": "image/*", "User-Agent": "Zoco"}
            connection.request("GET", quote(target, safe=_READY_IN_PATH), headers=headers)
            with connection.getresponse() as answer:
                if answer.status != http.HTTPStatus.OK:
                    raise ImageNotServed(host=connection.host, status=answer.status)
                data = answer.read(self._max_bytes + 1)
        finally:
            watchdog.cancel()
            connection.close()
        if connection.was_cut:
            raise TimeoutError
        if len(data) > self._max_bytes:
            raise ImageTooLarge(limit=millions(self._max_bytes))
        return data


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked at; the certificate must still be the host's."""

    def __init__(self, parts: SplitResult, place: tuple[str, int]) -> None:
        super().__init__(parts.hostname or "", place[1], timeout=_STEP_SECONDS)
        self._place, self._secure = place, parts.scheme == "https"
        self._socket: socket.socket | None = None
        self.was_cut = False

    def connect(self) -> None:
        self.sock = self._socket = socket.create_connection(self._place, self.timeout)
        if self._secure:
            context = ssl.create_default_context()
            secured = context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = self._socket = secured
            secured.do_handshake()

    def cut(self) -> None:
        """End it from another thread, whatever it waits for."""
        self.was_cut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # below TLS, which the other thread uses
