"""The catalogue for machines that read all of it: the sitemap, and what the shop is in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from zoco.features.catalogue.models import Product
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import NotFound
from zoco.web.body import ShopRequest
from zoco.web.pages import Pages

_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_IMAGES = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'


class MachinePages(Controller):
    """`/sitemap.xml`, its parts where the shop is large, and `/llms.txt`."""

    path = "/"
    include_in_schema = False

    @get("/sitemap.xml")
    async def sitemap(
        self, request: ShopRequest, catalogue: NamedDependency[CatalogueService], pages: NamedDependency[Pages]
    ) -> Response[str]:
        """All addresses, or an index of the parts where they are more than one file should hold."""
        origin, parts = pages.origin(request), await catalogue.parts()
        if parts == 1:
            return await _part(catalogue, origin, 1)
        places = "".join(f"<sitemap><loc>{origin}/sitemap/{n}.xml</loc></sitemap>" for n in range(1, parts + 1))
        return _xml(f"<sitemapindex {_SITEMAP}>{places}</sitemapindex>")

    @get("/sitemap/{name:str}")
    async def part(
        self,
        request: ShopRequest,
        name: FromPath[str],
        catalogue: NamedDependency[CatalogueService],
        pages: NamedDependency[Pages],
    ) -> Response[str]:
        """One part, by the number that the index gives it."""
        number = name.removesuffix(".xml")
        if number not in map(str, range(1, await catalogue.parts() + 1)):
            raise NotFound
        return await _part(catalogue, pages.origin(request), int(number))

    @get("/llms.txt")
    async def words(
        self, request: ShopRequest, catalogue: NamedDependency[CatalogueService], pages: NamedDependency[Pages]
    ) -> Response[str]:
        """What is sold here and how programs read it."""
        categories = await catalogue.categories(pages.language(request))
        return pages.text(request, "catalogue/llms.txt", "text/plain", categories=categories)


async def _part(catalogue: CatalogueService, origin: str, number: int) -> Response[str]:
    """Some of the products; the first part also has the shelves."""
    lines: list[str] = []
    if number == 1:
        lines += [_url(f"{origin}/productos"), _url(f"{origin}/realTimeProducts")]
        lines += [_url(f"{origin}/productos/{shelf.slug}") for shelf in await catalogue.categories()]
    async for products in catalogue.in_turn(number):
        lines += _urls(origin, products)
    return _xml(f"<urlset {_SITEMAP} {_IMAGES}>{''.join(lines)}</urlset>")


def _urls(origin: str, products: Iterable[Product]) -> Iterable[str]:
    for product in products:
        places = (f"<image:loc>{origin}{escape(image.url)}</image:loc>" for image in product.images)
        seen = "".join(f"<image:image>{place}</image:image>" for place in places)
        yield _url(origin + product.address, f"<lastmod>{product.updated_at:%Y-%m-%d}</lastmod>{seen}")


def _url(address: str, more: str = "") -> str:
    """Addresses of ours are made of letters, digits, hyphens and slashes."""
    return f"<url><loc>{address}</loc>{more}</url>"


def _xml(body: str) -> Response[str]:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', media_type="application/xml")
