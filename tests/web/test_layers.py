"""The layers together: limits, rates, sessions, forged forms."""

from __future__ import annotations

import asyncio
from time import process_time
from typing import Any

import pytest

from zoco.kit.errors import TooLarge, TooMany
from zoco.kit.ratelimit import MemoryTries, RateLimiter, Rule
from zoco.web.csrf import Csrf, CsrfFailed
from zoco.web.limits import FIELDS, Limits
from zoco.web.live import Hub
from zoco.web.session import bearer
from zoco.web.sockets import Live, SocketLimits
from zoco.web.visitor import behind, client_address

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def test_too_large_by_its_length(layers: Any, echo: Any, browse: Any) -> None:
    async with browse(layers(body=10, larger={"/api/products": 20}).around(echo)) as client:
        assert (await client.post("/api/x", content=b"x" * 10)).status_code == 200
        refused = await client.post("/api/x", content=b"x" * 11)
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
        assert (await client.post("/api/products/1/image", content=b"x" * 20)).status_code == 200
        assert (await client.post("/api/products/1/image", content=b"x" * 21)).status_code == 413
        assert (await client.post("/api/products", content=b"x" * 11, headers=FORM)).status_code == 413
        assert (await client.post("/api/x", content=b"x", headers={"Content-Length": "-1"})).status_code == 400


async def test_too_large_while_it_comes(layers: Any, echo: Any, browse: Any) -> None:
    async def chunks() -> Any:
        for _ in range(3):
            yield b"x" * 5

    async with browse(layers(body=15).around(echo)) as client:
        assert (await client.post("/api/x", content=chunks())).status_code == 200
    async with browse(layers(body=14).around(echo)) as client:
        assert (await client.post("/api/x", content=chunks())).status_code == 413


async def test_addresses_and_headers_have_an_end(layers: Any, echo: Any, browse: Any) -> None:
    async with browse(layers().around(echo)) as client:
        assert (await client.get("/api/x?" + "q" * 9000)).status_code == 414
        assert (await client.get("/api/x", headers={"X-Long": "y" * 33_000})).status_code == 431


async def test_no_nul_in_an_address(layers: Any, echo: Any, browse: Any) -> None:
    async with browse(layers().around(echo)) as client:
        assert (await client.get("/api/x?q=a%00")).status_code == 400
        assert (await client.get("/api/x%00")).status_code == 400


async def test_who_knocks_too_often_waits(layers: Any, echo: Any, browse: Any, clock: Any) -> None:
    async with browse(layers().around(echo)) as client:
        for _ in range(10):
            assert (await client.post("/api/users")).status_code == 200
        assert (await client.post("http://shop.test//api//users")).status_code == 429
        refused = await client.post("/api/users/")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "6")
        assert (await client.get("/api/users")).status_code == 200
        clock.forward(6)
        assert (await client.post("/api/users")).status_code == 200
        assert (await client.post("/api/users")).status_code == 429


async def test_who_has_a_network_is_one_visitor(layers: Any, echo: Any, browse: Any) -> None:
    async with browse(layers(client=client_address(["127.0.0.1"])).around(echo)) as client:

        async def knock(address: str) -> int:
            answer = await client.post("/api/users", headers={"X-Forwarded-For": address})
            return int(answer.status_code)

        assert {await knock(f"2001:db8:1:2::{number}") for number in range(10)} == {200}
        assert await knock("2001:db8:1:2:ffff:ffff:ffff:ffff") == 429
        assert await knock("2001:db8:1:3::1") == 200
        assert {await knock(address) for address in ["198.51.100.1", "::ffff:198.51.100.1"] * 5} == {200}
        assert await knock("198.51.100.1") == 429
        assert await knock("198.51.100.2") == 200


async def test_pages_of_one_network_are_counted_together(make_scope: Any, cookies: Any) -> None:
    here, said = asyncio.Event(), list[str]()

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        said.append(message["type"])
        here.set()

    nobody: Any = None
    live: Any = Live(nobody, Hub(), cookies, lambda scope: scope["client"][0], SocketLimits(of_address=1))
    one, other = ({**make_scope("/live"), "type": "websocket", "client": (f"2001:db8::{n}", 1)} for n in (1, 2))
    first = asyncio.create_task(live(one, receive, send))
    await here.wait()
    said.clear()
    async with asyncio.timeout(5):
        await live(other, receive, send)
    assert said == ["websocket.close"]
    first.cancel()


async def test_the_limiter_forgets_what_it_must(clock: Any) -> None:
    limiter, rule = RateLimiter(clock, MemoryTries(keys=2)), Rule(1, 60)
    for key in ("a", "b", "c", "a"):
        await limiter.check(key, rule)  # "a" was forgotten for "c"
    with pytest.raises(TooMany) as refused:
        await limiter.check("a", rule)
    assert refused.value.retry_after == 60
    await limiter.forget("a")
    await limiter.check("a", rule)
    off = RateLimiter(clock, MemoryTries(), enabled=False)
    for _ in range(3):
        await off.check("a", rule)


async def test_who_asks(layers: Any, echo: Any, browse: Any, accounts: Any) -> None:
    async with browse(layers().around(echo)) as client:
        assert (await client.get("/x")).headers["x-actor"] == "None"
        assert (await client.get("/x", headers={"Authorization": "Bearer good"})).headers["x-actor"] == "None"
        assert (await client.get("/api/x", headers={"Authorization": "Basic good"})).headers["x-actor"] == "None"
        assert accounts.asked == 0
        assert (await client.get("/api/x", headers={"Authorization": "bearer good"})).headers["x-actor"] == "api"
        assert (await client.get("/api/x", headers={"Cookie": "session=good"})).headers["x-actor"] == "good"
        assert (await client.get("/x", headers={"Cookie": "a=b; session=planted"})).headers["x-actor"] == "None"
        refused = await client.get("/api/x", headers={"Authorization": "Bearer forged", "Cookie": "session=good"})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


def test_a_bearer_token_is_for_programs(make_scope: Any) -> None:
    assert bearer(make_scope("/api", authorization="Bearer a.b")) == "a.b"
    assert bearer(make_scope("/apis", authorization="Bearer a.b")) is None


COOKIE = {"Cookie": "session=good; csrf=token-1"}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/x", {"Sec-Fetch-Site": "same-origin", **COOKIE}, 200),
        ("/x", {"Sec-Fetch-Site": "none", **COOKIE}, 200),
        ("/x", {"Sec-Fetch-Site": "cross-site", **COOKIE}, 403),
        ("/x", {"Sec-Fetch-Site": "same-site", "Origin": "http://shop.test", **COOKIE}, 403),
        ("/x", {"Origin": "http://shop.test", **COOKIE}, 200),
        ("/x", {"Origin": "https://shop.test:444", **COOKIE}, 403),
        ("/x", {"Origin": "null", **COOKIE}, 403),
        ("/x", {"Origin": "http://evil.test"}, 403),
        ("/x", COOKIE, 403),
        ("/x", {"X-CSRF-Token": "token-1", **COOKIE}, 200),
        ("/x", {"X-CSRF-Token": "token-2", **COOKIE}, 403),
        ("/x", {"X-CSRF-Token": "", "Cookie": "session=good; csrf="}, 403),
        ("/x", {}, 200),
        ("/x", {"Cookie": "cart=1"}, 403),
        ("/api/x", {"Origin": "http://app.test"}, 200),
        ("/api/x", {"Origin": "http://app.test", "Authorization": "Bearer good", **COOKIE}, 200),
        ("/api/x", {"Origin": "http://app.test", **COOKIE}, 403),
        ("/x", {"Origin": "http://evil.test", "Authorization": "Bearer good", **COOKIE}, 403),
    ],
)
async def test_forged_writes(
    layers: Any, echo: Any, browse: Any, path: str, headers: dict[str, str], status: int
) -> None:
    async with browse(layers().around(echo)) as client:
        answer = await client.post(path, headers={"Accept": "application/json", **headers})
        assert answer.status_code == status
        assert status == 200 or answer.json()["code"] == "csrf.failed"
        assert (await client.get(path, headers=headers)).status_code == 200


async def test_the_token_of_a_form_is_found_and_the_body_still_arrives(layers: Any, echo: Any, browse: Any) -> None:
    async def pieces() -> Any:
        for piece in (b"a=1&csrf_", b"token=token-1"):
            yield piece

    async with browse(layers().around(echo)) as client:
        right = await client.post("/x", content=pieces(), headers=COOKIE | FORM)
        assert (right.status_code, right.text) == (200, "a=1&csrf_token=token-1")
        assert (await client.post("/x", content=b"csrf_token=other", headers=COOKIE | FORM)).status_code == 403
        parts = {"csrf_token": (None, "token-1"), "image": ("a.png", b"\x89PNG")}
        assert (await client.post("/x", files=parts, headers=COOKIE)).status_code == 200
        assert (await client.post("/x", files={"image": b"x"}, headers=COOKIE)).status_code == 403
        assert (await client.post("/x", json={"csrf_token": "token-1"}, headers=COOKIE)).status_code == 403


@pytest.mark.parametrize("content", ["name=Bego%C3%B1a&csrf_token=token-1", "name=Begoña&csrf_token=token-1"])
async def test_a_form_with_accents_and_a_token(layers: Any, echo: Any, browse: Any, content: str) -> None:
    async with browse(layers().around(echo)) as client:
        assert (await client.post("/x", content=content, headers=COOKIE | FORM)).status_code == 200
        many = content + "&a=1" * FIELDS
        assert (await client.post("/x", content=many, headers=COOKIE | FORM)).status_code == 403


@pytest.mark.parametrize("line", [b'name="csrf_token"', b'name="csrf_token"\r\n'])
async def test_the_token_is_not_looked_for_again_and_again(cookies: Any, make_scope: Any, line: bytes) -> None:
    pieces = iter([line * 3] * 7_000)

    async def receive() -> Any:
        piece = next(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    scope = make_scope("/x", cookie="cart=a; csrf=t", content_type="multipart/form-data; boundary=b")
    app: Any = None
    layer: Any = Csrf(app, cookies)
    began = process_time()
    with pytest.raises(CsrfFailed):
        await layer({**scope, "method": "POST"}, receive, None)
    assert process_time() - began < 1


async def test_what_follows_the_replayed_body_is_what_the_server_says(cookies: Any, make_scope: Any) -> None:
    heard = []
    given = iter([{"type": "http.request", "body": b"csrf_token=t"}, {"type": "http.disconnect"}])

    async def app(scope: Any, receive: Any, send: Any) -> None:
        heard.extend([(await receive())["type"], (await receive())["type"]])

    async def receive() -> Any:
        return next(given)

    scope = make_scope("/x", cookie="session=a; csrf=t", content_type=FORM["Content-Type"])
    layer: Any = Csrf(app, cookies)
    await layer({**scope, "method": "POST"}, receive, None)
    assert heard == ["http.request", "http.disconnect"]


@pytest.mark.parametrize(("origin", "let_in"), [("http://shop.test", True), ("http://evil.test", False), (None, True)])
async def test_sockets_of_foreign_pages(cookies: Any, make_scope: Any, origin: Any, let_in: bool) -> None:  # noqa: FBT001
    sent, entered = [], []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        entered.append(scope)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    headers = {"host": "shop.test"} | ({"origin": origin} if origin else {})
    layer: Any = Csrf(app, cookies)
    await layer({**make_scope("/live", **headers), "type": "websocket"}, receive, send)
    assert (bool(entered), sent) == (let_in, [] if let_in else ["websocket.close"])


async def test_the_life_of_the_process_passes_through_all(layers: Any) -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    await layers().around(app)({"type": "lifespan"}, None, None)
    assert seen == [{"type": "lifespan"}]


async def test_a_length_that_is_kept_needs_no_counting(make_scope: Any) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert receive is None

    layer: Any = Limits(app, app, body=5)
    await layer({**make_scope("/x", content_length="5"), "method": "POST"}, None, None)
    with pytest.raises(TooLarge):
        await layer({**make_scope("/x", content_length="6"), "method": "POST"}, None, None)


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
        ("10.0.0.1", "6.6.6.6:1, 198.51.100.1:41000, 10.0.0.2:80", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, [2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "nonsense", "nonsense"),
        ("10.0.0.1", None, "10.0.0.1"),
        (None, "198.51.100.1", "198.51.100.1"),
    ],
)
def test_the_visitors_address(make_scope: Any, peer: Any, forwarded: Any, found: str) -> None:
    headers = {"x_forwarded_for": forwarded} if forwarded else {}
    scope = {**make_scope(**headers), "client": (peer, 1) if peer else None}
    assert client_address(["10.0.0.0/8"])(scope) == found
    assert client_address()(scope) == (peer or "")


def test_a_proxy_may_write_a_line_of_its_own(make_scope: Any) -> None:
    lines = [(b"x-forwarded-for", b"6.6.6.6"), (b"x-forwarded-for", b"198.51.100.1")]
    scope = {**make_scope(), "client": ("10.0.0.1", 1), "headers": lines}
    assert client_address(["10.0.0.0/8"])(scope) == "198.51.100.1"


@pytest.mark.parametrize(
    ("kind", "peer", "said", "scheme"),
    [
        ("http", "10.0.0.1", "https", "https"),
        ("http", "10.0.0.1", "http", "http"),
        ("http", "10.0.0.1", "gopher", "http"),
        ("http", "203.0.113.9", "https", "http"),
        ("http", None, "https", "https"),
        ("websocket", "10.0.0.1", "https", "wss"),
    ],
)
async def test_the_scheme_is_what_a_trusted_proxy_was_asked_by(
    make_scope: Any, kind: str, peer: Any, said: str, scheme: str
) -> None:
    seen = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope.get("scheme"))

    plain = {"http": "http", "websocket": "ws"}[kind]
    scope = {**make_scope(x_forwarded_proto=said), "type": kind, "scheme": plain, "client": (peer, 1) if peer else None}
    layer: Any = behind(app, ["10.0.0.0/8"])
    await layer({"type": "lifespan"}, None, None)
    await layer(scope, None, None)
    assert seen == [None, scheme]
