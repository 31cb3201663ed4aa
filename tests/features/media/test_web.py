"""Fetching pictures: only from public servers, by the very address that was looked at, within bounds."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from zoco.features.media.errors import HostNotPublic, HostUnknown, ImageNotServed, ImageTooLarge, ImageUnreachable
from zoco.features.media.providers import WebImages
from zoco.features.media.providers.web import _Pinned, is_public

IMAGE = b"pretend that this is an image"


class Photos(BaseHTTPRequestHandler):
    """A foreign server that knows a picture, a redirect, and how to waste time."""

    protocol_version = "HTTP/1.1"
    gone = threading.Event()

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Host"]))  # type: ignore[attr-defined]
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a")
            self.wfile.flush()
            self.gone.wait(5)
            self.close_connection = True
            return
        found = {"/moved": 302, "/missing": 404}.get(self.path, 200)
        self.send_response(found)
        if found == 302:
            self.send_header("Location", "http://169.254.169.254/")
        self.send_header("Content-Length", str(len(IMAGE)))
        self.end_headers()
        self.wfile.write(IMAGE)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def asked() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def port(asked: list[tuple[str, str]]) -> Iterator[int]:
    Photos.gone.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Photos)
    server.asked = asked  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_address[1]
    Photos.gone.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to; every look-up of a name takes the first of its answers away while there are more."""
    known: dict[str, list[str]] = {"photos.example": ["127.0.0.1"]}
    truly = socket.getaddrinfo

    def look_up(host: str, *args: Any, **kwargs: Any) -> Any:
        if host not in known:
            if host.endswith(".example"):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return truly(host, *args, **kwargs)
        answers = known[host]
        return truly(answers.pop(0) if len(answers) > 1 else answers[0], *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def anywhere(_: object) -> bool:
    return True


def test_an_image_is_fetched(port: int, names: object, asked: list[tuple[str, str]]) -> None:
    images = WebImages(1_000, public=anywhere)
    assert images.fetch(f"http://photos.example:{port}/taza ñ.jpg?v=1&w=a b") == IMAGE
    assert images.fetch(f"http://photos.example:{port}") == IMAGE
    assert asked == [
        ("/taza%20%C3%B1.jpg?v=1&w=a%20b", f"photos.example:{port}"),
        ("/", f"photos.example:{port}"),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",  # noqa: S104 - a stranger's idea of a picture's address
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_nothing_is_fetched_from_an_address_that_is_not_public(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(HostNotPublic) as refused:
        WebImages(1_000).fetch(f"http://{host}:9/photo.jpg")
    assert refused.value.params == {"host": address}


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101", "2002:101:101::"])
def test_what_belongs_to_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_odd_ways_to_write_our_own_address_are_seen_through() -> None:
    for host in ("2130706433", "0x7f.1", "0177.0.0.1", "localhost"):
        with pytest.raises(HostNotPublic):
            WebImages(1_000).fetch(f"http://{host}/")


def test_one_address_that_is_not_public_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(HostNotPublic):
        WebImages(1_000).fetch("http://photos.example/")


def test_a_name_is_looked_up_once(port: int, names: dict[str, list[str]]) -> None:
    """A name that points elsewhere the second time (DNS rebinding) changes nothing."""
    names["photos.example"] = ["127.0.0.1", "127.0.0.9"]
    seen = list[str]()

    def note(address: object) -> bool:
        seen.append(str(address))
        return True

    assert WebImages(1_000, public=note).fetch(f"http://photos.example:{port}/") == IMAGE
    assert seen == ["127.0.0.1"]
    assert names["photos.example"] == ["127.0.0.9"]


def test_a_redirect_is_not_followed(port: int, names: object, asked: list[tuple[str, str]]) -> None:
    with pytest.raises(ImageNotServed) as refused:
        WebImages(1_000, public=anywhere).fetch(f"http://photos.example:{port}/moved")
    assert refused.value.params == {"host": "photos.example", "status": 302}
    assert len(asked) == 1


def test_what_is_not_there_says_so(port: int, names: object) -> None:
    with pytest.raises(ImageNotServed, match="answered 404 in place"):
        WebImages(1_000, public=anywhere).fetch(f"http://photos.example:{port}/missing")


def test_too_many_bytes_are_not_read(port: int, names: object) -> None:
    with pytest.raises(ImageTooLarge):
        WebImages(len(IMAGE) - 1, public=anywhere).fetch(f"http://photos.example:{port}/")
    assert WebImages(len(IMAGE), public=anywhere).fetch(f"http://photos.example:{port}/") == IMAGE


def test_a_server_that_never_ends_is_cut_off(port: int, names: object) -> None:
    with pytest.raises(ImageUnreachable, match=r"photos\.example does not answer"):
        WebImages(1_000, seconds=0.1, public=anywhere).fetch(f"http://photos.example:{port}/slow")


def test_what_is_cut_before_it_is_connected_asks_for_nothing(names: object, asked: list[tuple[str, str]]) -> None:
    connection = _Pinned(urlsplit("http://photos.example/"), ("127.0.0.1", 9))
    connection.cut()
    assert connection.was_cut
    assert not asked


def test_a_server_that_says_nothing_is_cut_off(names: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ImageUnreachable):
        port = silent.getsockname()[1]
        WebImages(1_000, seconds=0.1, public=anywhere).fetch(f"https://photos.example:{port}/")


def test_a_host_that_does_not_exist(names: object) -> None:
    with pytest.raises(HostUnknown, match=r"no server called nowhere\.example"):
        WebImages(1_000).fetch("https://nowhere.example/photo.jpg")


def test_a_port_where_nobody_listens(names: object) -> None:
    with socket.socket() as place, pytest.raises(ImageUnreachable):
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
        WebImages(1_000, public=anywhere).fetch(f"http://photos.example:{port}/")


@pytest.mark.parametrize(
    "address",
    ["", "photo.jpg", "ftp://photos.example/a", "file:///etc/passwd", "http://photos.example:99999/", "http://[bad/",
     "http://", f"http://{'a' * 70}.example/"],
)  # fmt: skip
def test_what_is_no_address_of_the_web(address: str, names: object) -> None:
    with pytest.raises(ImageUnreachable):
        WebImages(1_000, public=anywhere).fetch(address)


def test_the_certificate_must_be_the_hosts(
    names: object, monkeypatch: pytest.MonkeyPatch, asked: list[tuple[str, str]], port: int
) -> None:
    wanted = list[str | None]()
    truly = ssl.SSLContext.wrap_socket

    def wrap(context: ssl.SSLContext, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        wanted.append(kwargs["server_hostname"])
        assert context.check_hostname
        return truly(context, *args, **kwargs)

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrap)
    with pytest.raises(ImageUnreachable):  # this server speaks no TLS
        WebImages(1_000, public=anywhere).fetch(f"https://photos.example:{port}/")
    assert wanted == ["photos.example"]
    assert not asked
