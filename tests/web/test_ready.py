"""Ready bytes: who gets them, and until when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zoco.web.ready import Ready


class Shop:
    """An application that counts its answers, and a revision to raise."""

    def __init__(self) -> None:
        self.made = 0
        self.revision = 1
        self.headers: list[tuple[bytes, bytes]] = []
        self.status = 200
        self.chunks = 1
        self.body = b""
        self.while_made: Callable[[], None] = lambda: None

    async def revision_of(self, _topic: str) -> int:
        return self.revision

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        self.made += 1
        self.while_made()
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        for left in reversed(range(self.chunks)):
            await send(
                {"type": "http.response.body", "body": self.body or b"page %d" % self.made, "more_body": left > 0}
            )


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def ready(shop: Shop, languages: Any) -> Ready:
    return Ready(shop, languages, shop.revision_of, {"/productos": "catalogue"})


async def test_the_same_bytes_until_something_changes(shop: Shop, ready: Ready, browse: Any) -> None:
    async with browse(ready) as client:
        first, again = await client.get("/productos"), await client.get("/productos")
        assert (first.text, again.text, shop.made) == ("page 1", "page 1", 1)
        assert again.headers["cache-control"] == "no-cache"
        shop.revision += 1
        changed = await client.get("/productos")
        assert changed.text == "page 2"
        assert changed.headers["etag"] != first.headers["etag"]


async def test_an_etag_is_known_after_the_next_start_and_to_every_process(
    shop: Shop, ready: Ready, browse: Any
) -> None:
    shop.body = b"the same"
    async with browse(ready) as client:
        answer = await client.get("/productos")
    assert answer.headers["etag"] == '"db30c7495b22f574fba19665b0c2e89c"'


async def test_who_has_seen_it_gets_304(shop: Shop, ready: Ready, browse: Any) -> None:
    async with browse(ready) as client:
        etag = (await client.get("/productos")).headers["etag"]
        unchanged = await client.get("/productos", headers={"If-None-Match": etag})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", etag)
        shop.revision += 1
        shop.made = 0  # the same bytes are made again
        assert (await client.get("/productos", headers={"If-None-Match": etag})).status_code == 304


async def test_a_page_for_one_host_is_no_page_for_another(shop: Shop, ready: Ready, browse: Any) -> None:
    async with browse(ready) as client:
        for host in ("shop.test", "evil.test", "shop.test"):
            await client.get("/productos", headers={"Host": host})
        assert shop.made == 2


async def test_address_query_and_language_are_kept_apart(shop: Shop, ready: Ready, browse: Any) -> None:
    async with browse(ready) as client:
        for path, headers in [
            ("/productos", {}),
            ("/productos/tazas", {}),
            ("/productos?q=a", {}),
            ("/productos", {"Accept-Language": "en"}),
        ]:
            await client.get(path, headers=headers)
        assert shop.made == 4
        await client.get("/productos", headers={"Cookie": "lang=en"})
        await client.get("/productos", headers={"Accept-Language": "en;q=0.9, fr"})
        assert shop.made == 4


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/productos", {"Cookie": "session=a"}),
        ("GET", "/productos", {"Cookie": "lang=es; __Host-cart=a"}),
        ("GET", "/productos", {"Cookie": "csrf=a"}),
        ("GET", "/productos", {"Authorization": "Bearer a"}),
        ("GET", "/productosos", {}),
        ("GET", "/carrito", {}),
        ("POST", "/productos", {}),
        ("GET", "/productos?q=" + "x" * 600, {}),
    ],
)
async def test_what_is_somebodys_own_is_made_each_time(
    shop: Shop, ready: Ready, browse: Any, method: str, path: str, headers: dict[str, str]
) -> None:
    async with browse(ready) as client:
        await client.get("/productos")
        made = shop.made
        for more in (1, 2):
            answer = await client.request(method, path, headers=headers)
            assert answer.text == f"page {made + more}"
            assert "etag" not in answer.headers


async def test_what_changed_while_it_was_made_is_not_kept_as_fresh(shop: Shop, ready: Ready, browse: Any) -> None:
    def change() -> None:
        shop.revision += 1

    shop.while_made = change
    async with browse(ready) as client:
        await client.get("/productos")
        await client.get("/productos")
    assert shop.made == 2


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("status", 404),
        ("chunks", 2),
        ("headers", [(b"set-cookie", b"a=b")]),
        ("headers", [(b"cache-control", b"private, no-store")]),
    ],
)
async def test_what_must_not_be_kept(shop: Shop, ready: Ready, browse: Any, feature: str, value: Any) -> None:
    setattr(shop, feature, value)
    async with browse(ready) as client:
        await client.get("/productos")
        answer = await client.get("/productos")
    assert shop.made == 2
    assert answer.text == "page 2" * shop.chunks
    assert answer.status_code == shop.status


async def test_memory_has_an_end(shop: Shop, languages: Any, browse: Any) -> None:
    ready = Ready(shop, languages, shop.revision_of, {"/productos": "catalogue"}, max_bytes=5_000)
    async with browse(ready) as client:
        # There is room for two. 3 gets some as it is asked for again: that of 1, which was asked for longest ago.
        for page, made in ((1, 1), (2, 2), (1, 2), (3, 3), (1, 3), (2, 3), (3, 4), (3, 4), (2, 4), (1, 5)):
            await client.get(f"/productos?p={page}")
            assert shop.made == made
        shop.revision += 1
        for _ in range(10):
            await client.get("/productos?p=2")
            shop.revision += 1
    assert ready._bytes == sum(kept.weight for kept in ready._kept.values()) <= 5_000


async def test_a_hit_still_carries_an_id_of_its_own(shop: Shop, layers: Any, browse: Any) -> None:
    around = layers(ready={"/productos": "catalogue"}).around(shop)
    async with browse(around) as client:
        first, second = await client.get("/productos"), await client.get("/productos")
        head = await client.head("/productos")
    assert shop.made == 1
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert "content-security-policy" in second.headers
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])


async def test_who_asks_again_gets_it_packed(shop: Shop, ready: Ready, browse: Any) -> None:
    shop.body = b"jarra " * 1_000
    async with browse(ready) as client:
        first, again = await client.get("/productos"), await client.get("/productos")
        plain = await client.get("/productos", headers={"accept-encoding": "identity"})
        assert [answer.headers.get("content-encoding") for answer in (first, again, plain)] == [None, "gzip", None]
        assert first.text == again.text == plain.text
        assert int(again.headers["content-length"]) < 200
        assert first.headers["etag"] == plain.headers["etag"] != again.headers["etag"]
        for seen in (first, again):
            known = await client.get("/productos", headers={"if-none-match": seen.headers["etag"]})
            assert (known.status_code, known.headers["etag"]) == (304, seen.headers["etag"])
    assert shop.made == 1


async def test_small_answers_are_not_worth_packing(ready: Ready, browse: Any) -> None:
    async with browse(ready) as client:
        assert ["content-encoding" in (await client.get("/productos")).headers for _ in range(2)] == [False, False]
