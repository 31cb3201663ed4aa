"""Static files: tags, ranges, packing, addresses."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from zoco.kit.errors import NotFound
from zoco.web.static import Source, Static

CSS = b"body { color: red }\n" * 50


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "files" / "deep").mkdir(parents=True)
    (tmp_path / "files" / "a.css").write_bytes(CSS)
    (tmp_path / "files" / "deep" / "b.bin").write_bytes(b"0123456789")
    (tmp_path / "files" / "tiny.svg").write_bytes(b"<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "files"


@pytest.fixture
def served(folder: Path, layers: Any, echo: Any) -> Any:
    return layers(static=Static([Source("web", folder)])).around(echo)


async def test_a_file_and_its_tag(served: Any, browse: Any, folder: Path) -> None:
    async with browse(served, headers={"Accept-Encoding": "identity"}) as client:
        answer = await client.get("/static/web/a.css")
        assert (answer.status_code, answer.content) == (200, CSS)
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"
        again = await client.get("/static/web/a.css", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        address = Static([Source("web", folder)]).asset("web/a.css")
        assert "immutable" in (await client.get(address)).headers["cache-control"]
        assert "immutable" not in (await client.get("/static/web/a.css?v=old")).headers["cache-control"]


async def test_texts_are_packed(served: Any, browse: Any) -> None:
    async with browse(served, headers={"Accept-Encoding": "gzip"}) as client:
        request = client.build_request("GET", "/static/web/a.css")
        answer = await client.send(request, stream=True)
        raw = b"".join([part async for part in answer.aiter_raw()])
        assert gzip.decompress(raw) == CSS
        again = await client.get("/static/web/a.css", headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        for path in ("/static/web/deep/b.bin", "/static/web/tiny.svg"):
            assert "content-encoding" not in (await client.get(path)).headers


@pytest.mark.parametrize(
    ("wanted", "status", "body", "place"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-99", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=-", 416, b"", "bytes */10"),
        ("bytes=4-2", 416, b"", "bytes */10"),
        (f"bytes={'9' * 5000}-", 200, b"0123456789", None),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
async def test_ranges(served: Any, browse: Any, wanted: str, status: int, body: bytes, place: str | None) -> None:
    async with browse(served) as client:
        answer = await client.get("/static/web/deep/b.bin", headers={"Range": wanted})
    assert (answer.status_code, answer.content, answer.headers.get("content-range")) == (status, body, place)


async def test_a_range_of_an_older_file_is_the_whole_new_one(served: Any, browse: Any) -> None:
    async with browse(served) as client:
        etag = (await client.get("/static/web/deep/b.bin")).headers["etag"]
        part = {"Range": "bytes=0-0"}
        assert (await client.get("/static/web/deep/b.bin", headers=part | {"If-Range": etag})).content == b"0"
        old = await client.get("/static/web/deep/b.bin", headers=part | {"If-Range": '"old"'})
        assert old.content == b"0123456789"


@pytest.mark.parametrize(
    "path", ["/static/web/../secret.txt", "/static/web/%2e%2e/secret.txt", "/static/", "/static/x"]
)
async def test_nothing_but_the_files(served: Any, browse: Any, path: str) -> None:
    async with browse(served) as client:
        assert (await client.get(path)).status_code == 404


async def test_methods(served: Any, browse: Any) -> None:
    async with browse(served) as client:
        refused = await client.post("/static/web/a.css")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
        head = await client.head("/static/web/deep/b.bin")
        assert (head.headers["content-length"], head.content) == ("10", b"")
        assert (await client.get("/elsewhere")).text == "hello"


async def test_in_development_files_are_read_again(folder: Path, layers: Any, echo: Any, browse: Any) -> None:
    static = Static([Source("web", folder)], reload=True)
    async with browse(layers(static=static).around(echo)) as client:
        before = (await client.get(static.asset("web/tiny.svg"))).headers
        (folder / "tiny.svg").write_bytes(b"<svg>new</svg>")
        answer = await client.get("/static/web/tiny.svg")
    assert "immutable" not in before["cache-control"]
    assert answer.content == b"<svg>new</svg>"


def test_later_sources_win_and_only_named_files_are_served(folder: Path, tmp_path: Path) -> None:
    theme = tmp_path / "theme"
    theme.mkdir()
    (theme / "a.css").write_bytes(b"theme")
    static = Static([Source("web", folder), Source("web", theme), Source("few", folder, frozenset({"a.css"}))])
    assert static.asset("web/a.css") != static.asset("few/a.css")
    with pytest.raises(NotFound):
        static.asset("few/tiny.svg")
