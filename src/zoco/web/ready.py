"""Answers kept as ready bytes: sent again to any guest for as long as nothing they show has changed."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from xxhash import xxh3_128_hexdigest

from zoco.kit.recent import Recent
from zoco.web.asgi import App, Headers, Message, Receive, Scope, Send, respond
from zoco.web.i18n import Languages

_OWN = (b"session=", b"cart=", b"csrf=", b"flash=")
"""Cookies that make an answer somebody's own; a substring, so that `__Host-` is seen as well."""
_Key: TypeAlias = tuple[Any, ...]
"""Scheme, host, path, query, language: pages name the host that was asked, and no visitor chooses it for another."""
_LONGEST_QUERY = 512
_VARY = b"cookie, accept-language, accept-encoding"
_OURS = frozenset({b"etag", b"cache-control"})
_WORTH_PACKING = 1_000
_MARKED = 4_000
_OVERHEAD = 2_000
"""What an entry takes in memory beside its body, roughly."""


@dataclass(slots=True)
class _Kept:
    revision: int
    etag: bytes
    headers: Headers
    body: bytes
    packed: tuple[Headers, bytes] | None = None

    @property
    def packed_etag(self) -> bytes:
        return b'%s-gz"' % self.etag[:-1]

    @property
    def weight(self) -> int:
        """Bytes in memory, roughly; what is packed takes a quarter more."""
        return len(self.body) * 5 // 4 + _OVERHEAD

    def pack(self) -> tuple[Headers, bytes]:
        """The same with less to send; made when somebody asks a second time, since many an answer is asked for once.

        These pages hold nothing secret, so that their length gives nothing away (BREACH).
        """
        if self.packed is None:
            headers = [(name, value) for name, value in self.headers if name not in {b"etag", b"content-length"}]
            body = gzip.compress(self.body, compresslevel=5, mtime=0)
            headers += [(b"etag", self.packed_etag), (b"content-encoding", b"gzip")]
            self.packed = [*headers, (b"content-length", b"%d" % len(body))], body
        return self.packed


class Ready:
    """Serves GETs below the prefixes of `topics` to visitors without cookies of their own.

    An answer is kept with the revision of its topic from before it was made, so older facts are never taken for newer.
    One that sets a cookie or forbids it is not kept. Once there is no room, only what is asked for again makes some:
    robots ask for thousands of addresses once. Browsers ask each time (`no-cache`) and mostly get 304.
    """

    def __init__(
        self,
        app: App,
        languages: Languages,
        revision: Callable[[str], Awaitable[int]],
        topics: Mapping[str, str],
        *,
        max_bytes: int = 16_000_000,
    ) -> None:
        self._app = app
        self._languages = languages
        self._revision = revision
        self._topics = tuple((prefix, f"{prefix.rstrip('/')}/", topic) for prefix, topic in topics.items())
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._marks = Recent[int, bool](_MARKED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        topic = self._topic(scope)
        if topic is None:
            await self._app(scope, receive, send)
            return
        asked = _asked(scope["headers"])
        if asked is None:
            await self._app(scope, receive, send)
            return
        host, seen, coding = asked
        revision = await self._revision(topic)
        key = scope.get("scheme"), host, scope["path"], scope["query_string"], self._languages.of(scope).code
        kept = self._kept.get(key)
        if kept is None or kept.revision != revision:
            scope["zoco.ready"] = True
            maker = _Maker(revision, send)
            await self._app(scope, receive, maker)
            if maker.made is None:
                return
            kept = maker.made
            self._keep(key, kept)
            coding = b""
        else:
            self._kept.move_to_end(key)
        if seen and (known := next((tag for tag in (kept.etag, kept.packed_etag) if tag in seen), None)):
            await respond(send, 304, [(b"etag", known), (b"cache-control", b"no-cache")])
        elif b"gzip" in coding and len(kept.body) > _WORTH_PACKING:
            await respond(send, 200, *kept.pack())
        else:
            await respond(send, 200, kept.headers, kept.body)

    def _topic(self, scope: Scope) -> str | None:
        if scope["type"] == "http" and scope["method"] == "GET" and len(scope["query_string"]) <= _LONGEST_QUERY:
            path: str = scope["path"]
            for exact, below, topic in self._topics:
                if path == exact or path.startswith(below):
                    return topic
        return None

    def _keep(self, key: _Key, kept: _Kept) -> None:
        old, weight = self._kept.pop(key, None), kept.weight
        if old is None and self._bytes + weight > self._max_bytes and not self._is_asked_again(key):
            return
        self._kept[key] = kept
        self._bytes += weight - (old.weight if old else 0)
        while self._bytes > self._max_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.weight

    def _is_asked_again(self, key: _Key) -> bool:
        """Within the last few thousand answers that found no room."""
        mark = hash(key)
        marked = self._marks.get(mark) is not None
        self._marks.put(mark, True)
        return marked


class _Maker:
    """A `send` that holds a whole answer back to be kept, and lets every other one through."""

    def __init__(self, revision: int, send: Send) -> None:
        self.made: _Kept | None = None
        self._revision = revision
        self._send = send
        self._start: Message | None = None
        self._headers: Headers = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and (headers := _kept_headers(message)) is not None:
            self._start, self._headers = message, headers
            return
        start, self._start = self._start, None
        if start is not None:
            if not message.get("more_body", False):
                body = message.get("body", b"")
                etag = f'"{xxh3_128_hexdigest(body)}"'.encode()  # the same from each process, and after its next start
                self._headers += [(b"etag", etag), (b"cache-control", b"no-cache"), (b"vary", _VARY)]
                self.made = _Kept(self._revision, etag, self._headers, body)
                return
            await self._send(start)
        await self._send(message)


def _asked(headers: Headers) -> tuple[bytes, bytes, bytes] | None:
    """Host, known ETags and codings; None for somebody whose answer is their own."""
    host = seen = coding = b""
    for name, value in headers:
        if name == b"if-none-match":
            seen = value
        elif name == b"accept-encoding":
            coding = value
        elif name == b"host":
            host = host or value
        elif name == b"authorization" or (name == b"cookie" and any(own in value for own in _OWN)):
            return None
    return host, seen, coding


def _kept_headers(start: Message) -> Headers | None:
    """Those of an answer's headers that are kept with it; None where it is not to be kept."""
    if start["status"] != 200:  # noqa: PLR2004 - answers other than OK are not kept
        return None
    headers: Headers = []
    for header in start["headers"]:
        name, value = header
        if name == b"set-cookie" or (name == b"cache-control" and b"no-store" in value):
            return None
        if name not in _OURS:
            headers.append(header)
    return headers
