"""What systems ask of a shop as a whole: its icons, how it is installed as an application, where robots may read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from zoco.kit.errors import NotFound
from zoco.settings.tree import Shop
from zoco.web.body import ShopRequest
from zoco.web.icons import PAPER, icon_ico, icon_png, icon_svg
from zoco.web.logo import Logo
from zoco.web.pages import Pages

ICON: Final = 512
_DAY: Final = "public, max-age=86400"
_PRIVATE: Final = (
    "/account", "/api/", "/carrito", "/cart", "/chat", "/clave", "/cuenta", "/invitacion/", "/live", "/login",
    "/logout", "/ordenes", "/orders", "/panel", "/register", "/setup/", "/vender", "/verificar/",
)  # fmt: skip
_OPEN: Final = ("/api/products", "/api/categories", "/carrito$")
"""Of the cart its address alone, where whoever reads without cookies finds an empty one."""
_STARS: Final = [
    {"src": "/icons/icon.svg", "sizes": "any", "type": "image/svg+xml"},
    {"src": "/icons/192.png", "sizes": "192x192", "type": "image/png"},
    {"src": "/icons/512.png", "sizes": "512x512", "type": "image/png"},
    {"src": "/icons/maskable.png", "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
]


def identity_routes(pages: Pages, shop: Shop, logo: Logo | None = None) -> list[Any]:
    """The handlers of `/robots.txt`, `/manifest.webmanifest`, `/favicon.ico` and `/icons/…`."""
    icons = Icons(shop, logo)

    @get("/icons/{name:str}", include_in_schema=False)
    async def icon(request: ShopRequest, name: FromPath[str]) -> Response[bytes]:
        return await icons.answer(request, name)

    @get(["/favicon.ico", "/apple-touch-icon.png"], include_in_schema=False)
    async def usual(request: ShopRequest) -> Response[bytes]:
        return await icons.answer(request, request.url.path[1:])

    @get("/manifest.webmanifest", include_in_schema=False, sync_to_thread=False)
    def manifest() -> Response[bytes]:
        body = msgspec.json.encode(_manifest(shop, icons.listed))
        return Response(body, media_type="application/manifest+json", headers={"cache-control": _DAY})

    @get("/robots.txt", include_in_schema=False, sync_to_thread=False)
    def robots(request: ShopRequest) -> Response[str]:
        rules = [*(f"Allow: {place}" for place in _OPEN), *(f"Disallow: {place}" for place in _PRIVATE)]
        lines = ["User-agent: *", *rules, "", f"Sitemap: {pages.origin(request)}/sitemap.xml", ""]
        return Response("\n".join(lines), media_type="text/plain", headers={"cache-control": "no-cache"})

    return [icon, usual, manifest, robots]


class Icons:
    """Drawn when first asked for and kept; they change only with the shop's colours and logo, which a start reads.

    A square logo takes the place of the shop's star: a PNG of all icons, an SVG where systems take one.
    """

    def __init__(self, shop: Shop, logo: Logo | None = None) -> None:
        colours = shop.colours
        self.listed = _STARS
        self._ways: dict[str, tuple[str, Callable[[], bytes]]] = {
            "icon.svg": ("image/svg+xml", partial(icon_svg, colours)),
            "favicon.ico": ("image/x-icon", partial(icon_ico, colours)),
            "192.png": ("image/png", partial(icon_png, colours, 192)),
            "512.png": ("image/png", partial(icon_png, colours, ICON)),
            "maskable.png": ("image/png", partial(icon_png, colours, ICON, whole=True)),
            "apple-touch-icon.png": ("image/png", partial(icon_png, colours, 180, whole=True)),
        }
        if logo:
            self._take(logo)
        self._drawn: dict[str, bytes] = {}

    def _take(self, logo: Logo) -> None:
        way, (_, _, ending) = (logo.media_type, lambda: logo.body), logo.name.rpartition(".")
        self._ways[f"logo.{ending}"] = way
        if logo.square:
            size = f"{logo.width}x{logo.height}" if ending == "png" else "any"
            self.listed = [{"src": f"/icons/logo.{ending}", "sizes": size, "type": logo.media_type}]
            for name in ("icon.svg",) if ending == "svg" else ("favicon.ico", "apple-touch-icon.png"):
                self._ways[name] = way

    async def answer(self, request: ShopRequest, name: str) -> Response[bytes]:
        """The icon of that name; raises NotFound."""
        if name not in self._ways:
            raise NotFound
        media_type, draw = self._ways[name]
        if name not in self._drawn:
            self._drawn[name] = await asyncio.to_thread(draw)
        body = self._drawn[name]
        headers = {"cache-control": _DAY, "etag": f'"{blake2b(body, digest_size=8).hexdigest()}"'}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(b"", status_code=304, headers=headers)
        return Response(body, media_type=media_type, headers=headers)


def _manifest(shop: Shop, icons: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "id": "/",
        "name": shop.name,
        "short_name": shop.name,
        "lang": shop.default_language,
        "start_url": "/productos",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": shop.colours.primary,
        "icons": icons,
    }
