"""Front ends at other addresses: what browsers are told about the API."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from zoco.app import Shop
from zoco.testing.people import account, signed_in

ELSEWHERE = "http://localhost:5173"
PAGE = {"Origin": ELSEWHERE, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
FIRST = PAGE | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


def told(answer: httpx.Response) -> Any:
    return answer.headers.get("access-control-allow-origin")


@pytest.mark.usefixtures("product")
async def test_every_front_end_may_use_the_api(client: httpx.AsyncClient, shop: Shop) -> None:
    """As a browser does it for a page of another address: ask first, then call."""
    address = "/api/carts"
    first = await client.options(address, headers=FIRST)
    assert first.status_code == 204
    assert told(first) == "*"
    assert first.headers["access-control-allow-methods"] == "OPTIONS, POST"
    for name in ("authorization", "content-type", "idempotency-key"):
        assert name in first.headers["access-control-allow-headers"].lower()
    made = await client.post(address, json={}, headers=PAGE)
    assert (made.status_code, told(made)) == (201, "*")
    for _ in range(2):
        listed = await client.get("/api/products", headers=PAGE)
        assert (listed.status_code, told(listed)) == (200, "*")
    seen = await client.get("/api/products", headers=PAGE | {"If-None-Match": listed.headers["etag"]})
    assert (seen.status_code, told(seen)) == (304, "*")
    own = await client.get("/api/auth/me", headers=PAGE | await signed_in(client, await account(shop)))
    assert (own.status_code, told(own)) == (200, "*")


async def test_refusals_are_read_too(client: httpx.AsyncClient) -> None:
    for answer in (
        await client.get("/api/auth/me", headers=PAGE),
        await client.get("/api/nothing", headers=PAGE),
        await client.post("/api/auth/login", content=b"{", headers=PAGE),
        await client.get("/api/products?q=" + "x" * 9000, headers=PAGE),
    ):
        assert answer.status_code >= 400
        assert told(answer) == "*"
        assert "Retry-After" in answer.headers["access-control-expose-headers"]


async def test_cookies_never_ride_along(client: httpx.AsyncClient) -> None:
    """Browsers hide answers to calls with cookies where this is not allowed; writes are refused besides."""
    for address in ("/api/products", "/api/auth/me"):
        assert "access-control-allow-credentials" not in (await client.get(address, headers=PAGE)).headers
    first = await client.options("/api/carts", headers=FIRST)
    assert "access-control-allow-credentials" not in first.headers
    refused = await client.post("/api/carts", json={}, headers=PAGE | {"Cookie": "session=x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf.failed")


async def test_pages_are_for_nobody_elsewhere(client: httpx.AsyncClient) -> None:
    for address in ("/productos", "/login", "/static/web/zoco.css", "/no-hay"):
        assert told(await client.get(address, headers=PAGE)) is None
    assert told(await client.get("/api/products")) is None


@pytest.mark.parametrize(
    ("origins", "allowed"),
    [
        ((), None),
        (("https://app.example.com",), None),
        (("https://app.example.com", "HTTP://LocalHost:5173"), ELSEWHERE),
        (("https://app.example.com", "*"), "*"),
    ],
)
async def test_a_shop_may_name_its_front_ends(
    layers: Any, echo: Any, browse: Any, origins: tuple[str, ...], allowed: str | None
) -> None:
    async with browse(layers(origins=origins).around(echo)) as client:
        answer = await client.get("/api/x", headers=PAGE)
        assert (answer.status_code, told(answer)) == (200, allowed)
        assert ("origin" in answer.headers.get("vary", "")) is bool(allowed)
