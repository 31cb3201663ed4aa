"""Icons, the manifest, `robots.txt`, and the address that all of it stands at."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, cast

import httpx
import pytest
from litestar import Litestar
from litestar.utils import normalize_path
from PIL import Image

from zoco.app import installed
from zoco.settings.tree import Colours, Shop
from zoco.web.about import LONGEST, brief, linked
from zoco.web.body import ShopRequest
from zoco.web.errors import Errors
from zoco.web.icons import icon_ico, icon_png, icon_svg
from zoco.web.identity import identity_routes
from zoco.web.origin import origin
from zoco.web.pages import Pages
from zoco.web.theme import parse

SHOP = Shop(name="El Zoco", colours=Colours(primary="#112233", accent="#ffdd00"))


@pytest.fixture
async def client(pages: Pages, errors: Errors, browse: Any) -> Any:
    app = Litestar(
        identity_routes(pages, SHOP),
        exception_handlers=errors.handlers,
        openapi_config=None,
        logging_config=None,
        request_class=ShopRequest,
    )
    async with browse(app) as client:
        yield client


async def test_every_icon_of_the_manifest_is_there_in_its_size(client: httpx.AsyncClient) -> None:
    answer = await client.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["name"], manifest["theme_color"], manifest["lang"]) == ("El Zoco", "#112233", "es")
    for icon in manifest["icons"]:
        answer = await client.get(icon["src"])
        assert answer.headers["content-type"] == icon["type"]
        if icon["sizes"] != "any":
            picture = Image.open(BytesIO(answer.content))
            assert f"{picture.width}x{picture.height}" == icon["sizes"]


@pytest.mark.parametrize(
    ("address", "kind"), [("/favicon.ico", "image/x-icon"), ("/apple-touch-icon.png", "image/png")]
)
async def test_icons_that_systems_ask_for_unasked(client: httpx.AsyncClient, address: str, kind: str) -> None:
    answer = await client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    again = await client.get(address, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_an_icon_that_nobody_drew(client: httpx.AsyncClient) -> None:
    assert (await client.get("/icons/64.png")).status_code == 404


def test_icons_are_in_the_shops_colours() -> None:
    picture = Image.open(BytesIO(icon_png(SHOP.colours, 64)))
    assert picture.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert picture.getpixel((32, 8)) == (*parse("#ffdd00"), 255)
    assert picture.getpixel((32, 24)) == (*parse("#17120f"), 255)  # dark on yellow
    whole = Image.open(BytesIO(icon_png(Colours(), 64, whole=True)))
    assert whole.getpixel((0, 0)) == (255, 253, 249, 255)
    assert Image.open(BytesIO(icon_ico(SHOP.colours))).size == (32, 32)
    assert b'fill="#ffdd00"' in icon_svg(SHOP.colours)


async def test_robots_read_what_is_for_everybody(client: httpx.AsyncClient) -> None:
    lines = (await client.get("/robots.txt")).text.splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Allow: /api/products", "Disallow: /api/", "Disallow: /cuenta"} <= set(lines)
    assert lines[-1] == "Sitemap: http://shop.test/sitemap.xml"


FOR_ROBOTS = (
    "/api/products", "/api/categories", "/images/", "/llms.txt", "/productos", "/products", "/realTimeProducts",
)  # fmt: skip
THEIR_OWN = ("/sitemap", "/vitrina/")
"""A map, and a card that says itself that it stands in no index."""


async def test_robots_stay_away_from_every_page_that_is_not_for_everybody(client: httpx.AsyncClient) -> None:
    lines = (await client.get("/robots.txt")).text.splitlines()
    closed = tuple(line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: "))
    places = {
        normalize_path(f"{controller.path}{path}")
        for module in installed()
        for controller in cast("tuple[Any, ...]", module.controllers)
        for handler in vars(controller).values()
        for path in getattr(handler, "paths", ())
    }
    assert len(places) > 100
    assert not [place for place in places if place.startswith(FOR_ROBOTS[2:]) and place.startswith(closed)]
    assert {place for place in places if not place.startswith((*closed, *FOR_ROBOTS, *THEIR_OWN))} == {"/"}


@pytest.mark.parametrize(
    ("host", "whole"),
    [
        ("tienda.example.com:8443", "http://tienda.example.com:8443"),
        ("[::1]:80", "http://[::1]:80"),
        ('x"><script>', ""),
        ("a b", ""),
        ("", ""),
    ],
)
def test_only_the_name_of_a_host_is_taken_over(make_scope: Callable[..., Any], host: str, whole: str) -> None:
    assert origin(make_scope(host=host)) == whole
    assert origin(make_scope(host=host), "https://zoco.example") == "https://zoco.example"


def test_a_description_is_one_line_that_ends_with_a_word() -> None:
    assert brief("<p>Una</p><p>taza\n de\tbarro &lt;3</p>") == "Una taza de barro <3"
    assert brief("palabra " * 50) == "palabra " * 19 + "palabra…"
    assert brief("x" * 500) == "x" * (LONGEST - 1) + "…"
    assert brief("") == ""


def test_linked_facts_hold_no_sign_of_html() -> None:
    assert not set("<>&") & set(linked([{"name": "</script>&<!--"}]))
