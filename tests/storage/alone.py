"""A server that greets as a `mongod` without `--replSet` does, and knows nothing else."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import bson

_HEADER = struct.Struct("<iiii")
_LEGACY, _MESSAGE = 2004, 2013
_HELLO = {"ok": 1.0, "isWritablePrimary": True, "ismaster": True, "minWireVersion": 0, "maxWireVersion": 21}


class _Greeting(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while head := self.rfile.read(_HEADER.size):
            length, number, _, kind = _HEADER.unpack(head)
            self.rfile.read(length - _HEADER.size)
            if kind == _LEGACY:
                opcode, before = 1, struct.pack("<iqii", 8, 0, 0, 1)
            else:
                opcode, before = _MESSAGE, struct.pack("<iB", 0, 0)
            body = before + bson.encode(_HELLO)
            self.wfile.write(_HEADER.pack(_HEADER.size + len(body), 0, number, opcode) + body)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def standalone() -> Iterator[str]:
    """Its address, without any options."""
    with _Server(("127.0.0.1", 0), _Greeting) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"mongodb://127.0.0.1:{server.server_address[1]}/zoco"
        server.shutdown()
        thread.join()
