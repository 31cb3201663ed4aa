"""The shop's own logo and its addresses elsewhere, on pages, as icons and in the manifest."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from litestar import Litestar
from PIL import Image

from zoco.settings.tree import Colours, Shop
from zoco.web.body import ShopRequest
from zoco.web.identity import identity_routes
from zoco.web.logo import Logo, read_logo
from zoco.web.pages import Look, Pages
from zoco.web.social import places
from zoco.web.static import Source, Static
from zoco.web.theme import theme

WEB = Path(__file__).parents[2] / "src/zoco/web"


def png(width: int, height: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    return file.getvalue()


def a_logo(folder: Path, name: str, body: bytes) -> Logo:
    (folder / name).write_bytes(body)
    logo = read_logo(str(folder / name))
    assert logo is not None
    return logo


@pytest.mark.parametrize(
    ("name", "body", "square", "wide"),
    [
        ("a.png", png(512, 512), True, False),
        ("a.png", png(400, 100), False, True),
        ("a.svg", b'<svg viewBox="0 0 32 32"/>', True, False),
        ("a.svg", b"<?xml version='1.0'?>\n<svg\n viewBox='0,0,120.5,30'/>", False, True),
        ("a.svg", b'<svg width="40px" height="30"/>', False, False),
        ("a.svg", b'<svg width="100%" stroke-width="3" height="0"/>', True, False),
    ],
)
def test_a_logo_knows_its_shape(tmp_path: Path, name: str, body: bytes, *, square: bool, wide: bool) -> None:
    logo = a_logo(tmp_path, name, body)
    assert (logo.square, logo.wide) == (square, wide)


def test_what_is_no_picture_is_no_logo(tmp_path: Path) -> None:
    (tmp_path / "a.svg").write_text("nada")
    assert read_logo(str(tmp_path / "a.svg")) is None
    assert read_logo("") is None


async def drawn(look: Look, logo: Logo, make_scope: Any, **shop: Any) -> str:
    static = Static([Source("web", WEB / "static")], {"theme/shop.css": theme(Colours()), logo.name: logo.body})
    pages = Pages(replace(look, static=static, logo=logo, shop=Shop(name="El Zoco", **shop)))
    request: Any = SimpleNamespace(scope=make_scope())
    problem = SimpleNamespace(title="t", detail="d", status=404, errors=[], id=None)
    return str(
        (await pages.render(request, "errors/error.html", problem=problem, trace=None, again=True, id="")).content
    )


async def test_a_wide_logo_stands_for_the_name(look: Look, tmp_path: Path, make_scope: Any) -> None:
    page = await drawn(look, a_logo(tmp_path, "a.png", png(400, 100)), make_scope)
    assert 'width="400" height="100" alt="El Zoco"' in page
    assert page.count("<span>El Zoco</span>") == 0
    assert 'href="/icons/icon.svg"' in page


async def test_a_square_logo_is_the_icon_too(look: Look, tmp_path: Path, make_scope: Any) -> None:
    page = await drawn(look, a_logo(tmp_path, "a.svg", b'<svg viewBox="0 0 9 9"/>'), make_scope)
    assert page.count("<span>El Zoco</span>") == 2
    assert '<link rel="icon" href="/static/theme/logo.svg?v=' in page


async def test_the_addresses_elsewhere_stand_below_every_page(look: Look, tmp_path: Path, make_scope: Any) -> None:
    logo = a_logo(tmp_path, "a.svg", b"<svg/>")
    page = await drawn(look, logo, make_scope, social=("https://www.instagram.com/zoco", "https://zoco.example/a"))
    assert 'href="https://www.instagram.com/zoco" rel="me noopener" title="Instagram"' in page
    assert ">zoco.example</span>" in page


def test_sites_are_known_by_their_host() -> None:
    known = places(["https://m.facebook.com/a", "https://notfacebook.com/a", "https://wa.me/34600"])
    assert [place.name for place in known] == ["Facebook", "notfacebook.com", "WhatsApp"]


@pytest.mark.parametrize(("name", "body"), [("a.png", png(256, 256)), ("a.svg", b'<svg viewBox="0 0 9 9"/>')])
async def test_the_manifest_lists_a_square_logo(
    pages: Pages, tmp_path: Path, browse: Any, name: str, body: bytes
) -> None:
    logo = a_logo(tmp_path, name, body)
    app = Litestar(
        identity_routes(pages, Shop(), logo), openapi_config=None, logging_config=None, request_class=ShopRequest
    )
    async with browse(app) as client:
        (icon,) = (await client.get("/manifest.webmanifest")).json()["icons"]
        answer = await client.get(icon["src"])
        assert (answer.content, answer.headers["content-type"]) == (body, icon["type"])
        assert (await client.get("/favicon.ico")).status_code == 200
        assert icon["sizes"] == ("256x256" if name == "a.png" else "any")
