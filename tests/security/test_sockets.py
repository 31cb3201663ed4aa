"""Case 17, WebSockets: foreign pages, strangers, floods and those who never read."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from tests.browsing import browsing, enter
from tests.serving import listening
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from zoco.app import Shop
from zoco.features.catalogue.models import Product
from zoco.kit.permissions import Actor
from zoco.testing.people import PASSWORD, account

Dial = Callable[..., connect]
SOON = 10  # seconds until what does not come counts as lost
NOTHING = 0.3  # seconds after which nothing will come any more


@pytest.fixture
async def url(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    monkeypatch.setattr("zoco.web.live._MARGIN", 0)  # what happened just before would be told as well
    async with listening(shop) as address:
        yield address


@pytest.fixture
async def browser(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url) as client:
        yield browsing(client)


@pytest.fixture
def dial(url: str) -> Dial:
    """Connect as a page of the shop with the cookies of `browser`, or as somebody else's."""

    def dialled(browser: httpx.AsyncClient | None = None, path: str = "/live", **options: Any) -> connect:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar) if browser else ""
        headers = {"cookie": cookies} if cookies else {}
        return connect(url.replace("http", "ws") + path, **{"origin": url, "additional_headers": headers} | options)

    return dialled


async def shows(page: ClientConnection, *keys: str) -> str:
    """Say what the page shows; the mark of who it is heard as."""
    you = json.loads(await page.recv())["you"]
    await page.send(json.dumps({"keys": keys, "age": 0}))
    pong = await page.ping()
    await pong
    return str(you)


async def heard(page: ClientConnection) -> set[str]:
    """The next hint's keys."""
    async with asyncio.timeout(SOON):
        return set(json.loads(await page.recv())["keys"])


async def silent(page: ClientConnection) -> bool:
    try:
        async with asyncio.timeout(NOTHING):
            await page.recv()
    except TimeoutError:
        return True
    return False


async def cut(page: ClientConnection) -> int:
    """The code that the server closes with."""
    async with asyncio.timeout(SOON):
        try:
            while True:
                await page.recv()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006


async def refusal(dialled: connect) -> int:
    with pytest.raises(InvalidStatus) as refused:
        await dialled
    return refused.value.response.status_code


async def put_into_cart(browser: httpx.AsyncClient, product: Product) -> None:
    assert (await browser.post("/carrito", data={"product_id": product.id, "quantity": "1"})).status_code == 303


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1.evil.example"]
)
async def test_a_foreign_origin_is_not_let_in(dial: Dial, origin: str) -> None:
    assert await refusal(dial(origin=origin)) == 403


async def test_a_program_without_an_origin_hears_what_everybody_may(dial: Dial, shop: Shop, product: Product) -> None:
    async with dial(origin=None) as program:
        assert await shows(program, f"product:{product.id}") == ""
        await shop.services["catalogue"].remove(Actor(id=product.seller.id), product.id)
        assert await heard(program) == {f"product:{product.id}"}


async def test_no_other_address_has_a_socket(dial: Dial, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        for path in ("/", "/productos", "/live/x", "/api/products", "/static/web/zoco.css"):
            assert await refusal(dial(path=path)) in {403, 404}
    assert not caplog.records


async def test_without_sign_in_nobody_hears_of_a_persons_cart(
    dial: Dial, browser: httpx.AsyncClient, shop: Shop, product: Product, url: str
) -> None:
    eva = await account(shop, name="Eva")
    await enter(browser, eva)
    async with httpx.AsyncClient(base_url=url) as other, dial(browser) as own, dial() as stranger:
        await enter(browsing(other), await account(shop, name="Bea"))
        async with dial(other) as bea:
            for page in (own, stranger, bea):
                await shows(page, "cart", f"user:{eva.id}", "user:", "cart:")
            await put_into_cart(browser, product)
            assert await heard(own) == {"cart"}
            assert [await silent(page) for page in (stranger, bea)] == [True, True]


async def test_a_guest_hears_of_the_cart_that_the_browser_keeps(
    dial: Dial, browser: httpx.AsyncClient, product: Product, url: str
) -> None:
    await put_into_cart(browser, product)
    async with httpx.AsyncClient(base_url=url) as other, dial(browser) as own:
        await put_into_cart(browsing(other), product)
        await asyncio.sleep(0.1)  # what is just being told is told to whoever comes, too
        async with dial(other) as neighbour:
            assert await shows(own, "cart") != await shows(neighbour, "cart")
            await put_into_cart(browser, product)
            assert await heard(own) == {"cart"}
            assert await silent(neighbour)


async def test_a_planted_cookie_is_nobodys(dial: Dial, browser: httpx.AsyncClient) -> None:
    browser.cookies.update({"session": "planted", "cart": "user:ana"})
    async with dial(browser) as page:
        assert await shows(page, "cart") == ""


async def test_signing_out_ends_the_sessions_sockets(dial: Dial, browser: httpx.AsyncClient, seller: Actor) -> None:
    await enter(browser, seller)
    async with dial(browser) as page, dial() as guest:
        await shows(page, "cart")
        await shows(guest, "cart")
        assert (await browser.post("/logout")).status_code == 303
        assert await cut(page) == 1008
        assert await silent(guest)


async def test_a_new_password_ends_the_sockets_of_other_sessions(
    dial: Dial, browser: httpx.AsyncClient, shop: Shop, seller: Actor, url: str
) -> None:
    await enter(browser, seller)
    async with httpx.AsyncClient(base_url=url) as thief:
        await enter(browsing(thief), seller)
        async with dial(browser) as own, dial(thief) as stolen:
            await shows(own, "cart")
            new = "otra clave muy larga"
            form = {"current_password": PASSWORD, "password": new, "password_confirm": new}
            answer = await browser.post("/cuenta/clave", data=form)
            assert answer.status_code == 303, answer.text
            assert await cut(stolen) == 1008
            assert await silent(own)


async def test_whoever_is_removed_or_signed_out_everywhere_is_cut(
    dial: Dial, browser: httpx.AsyncClient, shop: Shop, seller: Actor
) -> None:
    await enter(browser, seller)
    async with dial(browser) as page:
        await shows(page, "cart")
        await shop.services["accounts"].sign_out_everywhere(seller)
        assert await cut(page) == 1008
    await enter(browser, seller)
    async with dial(browser) as page:
        await shows(page, "cart")
        await shop.services["accounts"].remove(seller, seller.id)
        assert await cut(page) == 1008


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("x" * 1_000_000, 1009),
        ("x" * 9_000, 1009),
        (b"\x00\x01", 1003),
        ("{", 1007),
        ("[]", 1007),
        ('{"keys": [1], "age": 0}', 1007),
        ('{"keys": ["a"], "age": -1}', 1007),
        ('{"keys": ["a"], "age": "x"}', 1007),
        ('{"keys": ["a"], "age": 0, "more": 1}', 1007),
        (json.dumps({"keys": ["k" * 81], "age": 0}), 1007),
        (json.dumps({"keys": [str(n) for n in range(201)], "age": 0}), 1007),
    ],
    ids=lambda value: f"{str(value)[:30]} {len(value)}" if isinstance(value, str | bytes) else str(value),
)
async def test_what_no_page_says_is_the_end(dial: Dial, message: str | bytes, code: int) -> None:
    async with dial() as page:
        await page.send(message)
        assert await cut(page) == code


async def test_a_flood_is_cut_and_others_are_served(dial: Dial, shop: Shop, product: Product) -> None:
    async with dial() as flood, dial() as page:
        await shows(page, "newest")
        with pytest.raises(ConnectionClosed):
            for _ in range(1000):
                await flood.send('{"keys": [], "age": 0}')
                await asyncio.sleep(0.001)
        assert await cut(flood) == 1008
        await shop.services["catalogue"].remove(Actor(id=product.seller.id), product.id)
        assert await heard(page) == {"newest"}


async def test_sockets_of_one_person_and_of_one_address_have_a_limit(
    dial: Dial, browser: httpx.AsyncClient, seller: Actor
) -> None:
    await enter(browser, seller)
    own = [await dial(browser) for _ in range(20)]
    assert await refusal(dial(browser)) == 429
    guests = [await dial() for _ in range(200)]
    assert await refusal(dial()) == 429
    for page in (*own, *guests):
        page.transport.abort()
    async with asyncio.timeout(SOON):
        while True:
            try:
                async with dial(browser) as page:
                    await shows(page)
                break
            except InvalidStatus:
                await asyncio.sleep(0.02)


async def test_who_never_reads_costs_no_memory_and_delays_nobody(dial: Dial, url: str, shop: Shop) -> None:
    """The server's hints for a deaf page gather into one, however many there are."""
    host, port = url.removeprefix("http://").split(":")
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    deaf.connect((host, int(port)))
    shake = f"GET /live HTTP/1.1\r\nhost: {host}:{port}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    deaf.sendall(f"{shake}sec-websocket-key: {'a' * 22}==\r\nsec-websocket-version: 13\r\n\r\n".encode())
    keys = json.dumps({"keys": [f"seller:{n}" for n in range(100)], "age": 0}).encode()
    deaf.sendall(b"\x81\xfe" + len(keys).to_bytes(2) + b"\0\0\0\0" + keys)
    try:
        async with dial() as page:
            await shows(page, "seller:1")
            for _ in range(3):
                async with shop.store.write() as tx:
                    for n in range(100):
                        await shop.services["catalogue"].rename_seller(tx, str(n), "Otra")
                assert await heard(page) == {"seller:1"}
    finally:
        deaf.close()
