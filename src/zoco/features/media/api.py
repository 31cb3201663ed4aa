"""Pictures at their addresses."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, QueryParameter

from zoco.features.media.models import Size
from zoco.features.media.service import MediaService
from zoco.web.body import ShopRequest

Version = Annotated[
    str, QueryParameter(pattern="^[0-9a-f]{0,64}$", description="Names the content, which browsers then keep.")
]

_STILL_RIGHT = ResponseSpec(None, description="What the caller has is still right", generate_examples=False)


class ImageApi(Controller):
    """The pictures of a product, by the product's id."""

    path = "/images"
    tags = ("products",)

    @get(
        "/{pid:str}",
        summary="Show the picture of a product",
        operation_id="showImage",
        media_type="image/webp",
        responses={304: _STILL_RIGHT},
    )
    async def show(
        self,
        pid: FromPath[str],
        request: ShopRequest,
        media: NamedDependency[MediaService],
        size: FromQuery[Size] = Size.MEDIUM,
        v: Version = "",
    ) -> Response[bytes]:
        """As WebP in one of three sizes; 404 where there is none. Of several this is the first.

        Of a product that is not shown to everybody, only by the `url` of its `image`.
        """
        return await _shown(request, media, pid, size, v)

    @get(
        "/{pid:str}/{name:str}",
        summary="Show a further picture of a product",
        operation_id="showFurtherImage",
        media_type="image/webp",
        responses={304: _STILL_RIGHT},
    )
    async def show_further(
        self,
        pid: FromPath[str],
        name: FromPath[str],
        request: ShopRequest,
        media: NamedDependency[MediaService],
        size: FromQuery[Size] = Size.MEDIUM,
        v: Version = "",
    ) -> Response[bytes]:
        """By the `id` that the product's `images` give it."""
        return await _shown(request, media, f"{pid}/{name}", size, v)


async def _shown(request: ShopRequest, media: MediaService, owner: str, size: Size, version: str) -> Response[bytes]:
    picture, content = await media.show(owner, size, version)
    etag = f'"{picture.hash}-{size.value}"'
    kept = "public, max-age=31536000, immutable" if picture.is_named(version) else "no-cache"
    headers = {"ETag": etag, "Cache-Control": kept}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="image/webp")
