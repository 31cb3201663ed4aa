"""The line between a shop and its database, to be cut in the middle of what goes over it, and mended."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit


class Line:
    """Listens at an address of this machine and passes everything on, in threads: some who open a store let the test's
    loop wait meanwhile.
    """

    def __init__(self, database: str) -> None:
        self._database = urlsplit(database)
        self._listener = socket.socket()
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._port = 0

    @property
    def url(self) -> str:
        """The database's address by way of this line."""
        user = f"{self._database.username}@" if self._database.username else ""
        query = "directConnection=true" if self._database.scheme == "mongodb" else ""
        return self._database._replace(netloc=f"{user}127.0.0.1:{self._port}", query=query).geturl()

    def mend(self) -> None:
        self._listener.close()
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        self._start(self._listen)

    def cut(self) -> None:
        """Everybody on it is thrown off, and nobody gets on it any more."""
        _let_go(self._listener)
        while self._threads:
            for end in self._ends:
                _let_go(end)
            self._threads.pop(0).join()  # that of the listener first, after which nobody comes
        for end in (self._listener, *self._ends):
            end.close()
        self._ends.clear()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # as it is cut
            while True:
                near, _ = self._listener.accept()
                self._ends.append(near)
                far = self._dial()
                self._ends.append(far)
                self._start(_copy, near, far)
                self._start(_copy, far, near)

    def _dial(self) -> socket.socket:
        if folder := parse_qs(self._database.query).get("host"):
            far = socket.socket(socket.AF_UNIX)
            far.connect(f"{folder[0]}/.s.PGSQL.5432")
            return far
        return socket.create_connection((self._database.hostname, self._database.port))

    def _start(self, work: Callable[..., None], *ends: socket.socket) -> None:
        thread = threading.Thread(target=work, args=ends)
        self._threads.append(thread)
        thread.start()


def _copy(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while some := here.recv(65_536):
            there.sendall(some)
    for end in (here, there):
        _let_go(end)


def _let_go(end: socket.socket) -> None:
    """Whoever waits for something from it hears that nothing comes."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(database: str) -> Iterator[Line]:
    line = Line(database)
    line.mend()
    yield line
    line.cut()
