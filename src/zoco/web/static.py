"""Files that never change while the process runs: styles, scripts and pictures of the web and of the features."""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
import re
from collections.abc import Awaitable, Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from litestar.exceptions import HTTPException

from zoco.kit.errors import NotFound
from zoco.web.asgi import App, Headers, Receive, Scope, Send, header, respond

PREFIX = "/static/"
_TEXT = ("text/", "application/json", "application/javascript", "image/svg")
_RANGE = re.compile(rb"bytes=(\d{0,15})-(\d{0,15})")
_WORTH_PACKING = 400


class Source(NamedTuple):
    """A folder whose files are served below `/static/<name>/`; `only` these, where it names some."""

    name: str
    folder: Path
    only: frozenset[str] | None = None


class _File(NamedTuple):
    body: bytes
    packed: bytes | None
    etag: bytes
    media_type: bytes


class Static:
    """The files of all sources, later sources winning, and those `made` here. Only names known at the start are opened.

    Contents are read when first asked for and kept; with `reload` (development) they are read each time.
    """

    def __init__(
        self, sources: Iterable[Source], made: Mapping[str, bytes] | None = None, *, reload: bool = False
    ) -> None:
        self._reload = reload
        self._made = {name: _packed(name, body) for name, body in (made or {}).items()}
        self._files: dict[str, _File] = dict(self._made)
        self._paths = {
            f"{source.name}/{name}": path
            for source in sources
            for path in sorted(source.folder.rglob("*"))
            for name in [path.relative_to(source.folder).as_posix()]
            if path.is_file() and (source.only is None or name in source.only)
        }

    def asset(self, name: str) -> str:
        """The address of a file, with its content's hash, so that browsers may keep it for ever."""
        return f"{PREFIX}{name}?v={self._file(name).etag[1:-1].decode()}"

    def around(self, app: App) -> App:
        """The layer that answers below `/static/` and passes everything else on."""

        def layer(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            if scope["type"] == "http" and scope["path"].startswith(PREFIX):
                return self._answer(scope, send)
            return app(scope, receive, send)

        return layer

    def _file(self, name: str) -> _File:
        file = (self._made if self._reload else self._files).get(name)
        if file is None:
            if name not in self._paths:
                raise NotFound
            file = self._files[name] = _packed(name, self._paths[name].read_bytes())
        return file

    async def _answer(self, scope: Scope, send: Send) -> None:
        if scope["method"] != "GET":
            raise HTTPException(status_code=405, headers={"Allow": "GET, HEAD"})
        name = scope["path"].removeprefix(PREFIX)
        known = name in self._files and not self._reload
        file = self._files[name] if known else await asyncio.to_thread(self._file, name)
        immutable = scope["query_string"] == b"v=" + file.etag[1:-1] and not self._reload
        headers: Headers = [
            (b"content-type", file.media_type),
            (b"cache-control", b"public, max-age=31536000, immutable" if immutable else b"no-cache"),
            (b"accept-ranges", b"bytes"),
            (b"vary", b"accept-encoding"),
        ]
        await respond(send, *_chosen(scope, file, headers))


def _packed(name: str, body: bytes) -> _File:
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    is_text = media_type.startswith(_TEXT)
    packed = gzip.compress(body, mtime=0) if is_text and len(body) > _WORTH_PACKING else None
    etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'.encode()
    return _File(body, packed, etag, f"{media_type}; charset=utf-8".encode() if is_text else media_type.encode())


def _chosen(scope: Scope, file: _File, headers: Headers) -> tuple[int, Headers, bytes]:
    """Nothing new, a part, the packed or the plain bytes."""
    etag, body = file.etag, file.body
    wanted = header(scope, b"range")
    if wanted is not None and header(scope, b"if-range") in {None, etag} and (match := _RANGE.fullmatch(wanted)):
        return _part(body, match, [*headers, (b"etag", etag)])
    if file.packed is not None and b"gzip" in (header(scope, b"accept-encoding") or b""):
        etag, body = etag[:-1] + b'-gz"', file.packed
        headers = [*headers, (b"content-encoding", b"gzip")]
    headers = [*headers, (b"etag", etag)]
    if etag in (header(scope, b"if-none-match") or b""):
        return 304, headers, b""
    return 200, [*headers, (b"content-length", b"%d" % len(body))], body


def _part(body: bytes, match: re.Match[bytes], headers: Headers) -> tuple[int, Headers, bytes]:
    first, last = match.groups()
    size = len(body)
    start = int(first) if first else max(size - int(last or 0), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return 416, [*headers, (b"content-range", b"bytes */%d" % size), (b"content-length", b"0")], b""
    part = body[start : end + 1]
    place = b"bytes %d-%d/%d" % (start, end, size)
    return 206, [*headers, (b"content-range", place), (b"content-length", b"%d" % len(part))], part
