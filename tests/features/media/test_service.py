"""Pictures kept: whole files named by their content, found again by their owner, at their address."""

from __future__ import annotations

import asyncio
import threading
from io import BytesIO
from pathlib import Path
from typing import cast

import httpx
import pytest
from PIL import Image

from zoco.app import Shop, build_shop, installed
from zoco.features.media.errors import ImageUnreachable, NotAnImage, PictureMissing
from zoco.features.media.models import NAME, Picture, Size
from zoco.features.media.providers import Encoded, ImageCodec, ImageSource
from zoco.features.media.service import MediaService
from zoco.kit.module import Module
from zoco.kit.store import Tx
from zoco.settings import Settings
from zoco.testing.clock import FrozenClock


class Photos:
    """The web, which has one picture."""

    def __init__(self, picture: bytes) -> None:
        self.picture = picture

    def fetch(self, _address: str) -> bytes:
        return self.picture


class Silence:
    """A web of servers that do not answer before somebody gives them leave."""

    def __init__(self) -> None:
        self.leave = threading.Event()

    def fetch(self, _address: str) -> bytes:
        self.leave.wait(30)
        raise ImageUnreachable(host="p.example")


@pytest.fixture
def folder(shop: Shop) -> Path:
    return shop.settings.data_dir / "images"


@pytest.fixture
def media(shop: Shop, png: bytes, folder: Path) -> MediaService:
    usual = cast(MediaService, shop.services["media"])
    return MediaService(shop.store, usual._codec, Photos(png), folder)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.webp")}


async def given(shop: Shop, media: MediaService, owner: str, picture: Picture) -> None:
    async with shop.store.write() as tx:
        await media.attach(tx, owner, picture)


async def test_a_picture_is_kept_in_three_sizes(shop: Shop, media: MediaService, folder: Path, png: bytes) -> None:
    picture = await media.prepare(png)
    assert (picture.width, picture.height) == (60, 40)
    assert files(folder) == [f"{picture.hash}-{size}.webp" for size in ("large", "medium", "small")]
    await given(shop, media, "mug", picture)
    for size in Size:
        found, content = await media.show("mug", size)
        assert found == picture
        assert content[8:12] == b"WEBP"


async def test_servers_that_do_not_answer_keep_nobody_from_our_pictures(
    shop: Shop, media: MediaService, folder: Path, png: bytes
) -> None:
    await given(shop, media, "mug", await media.prepare(png))
    silence = Silence()
    busy = MediaService(shop.store, media._codec, silence, folder)
    waiting = [asyncio.create_task(busy.fetch(f"https://p.example/{n}.png", keep=False)) for n in range(40)]
    try:
        async with asyncio.timeout(5):
            await asyncio.wait(waiting, timeout=0)  # each is on its way
            await busy.show("mug", Size.SMALL)
    finally:
        silence.leave.set()
        ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(end) for end in ends} == {ImageUnreachable}


async def test_the_same_picture_is_the_same_file(media: MediaService, folder: Path, png: bytes) -> None:
    first = await media.prepare(png)
    written = times(folder)
    assert await media.prepare(png) == first
    assert times(folder) == written


async def test_what_is_no_picture_leaves_no_file(media: MediaService, folder: Path) -> None:
    with pytest.raises(NotAnImage):
        await media.prepare(b"<svg/>")
    assert not files(folder)


async def test_a_picture_of_the_web_is_kept_or_only_looked_at(media: MediaService, folder: Path) -> None:
    looked_at = await media.fetch("https://p.example/a.png", keep=False)
    assert not files(folder)
    assert await media.fetch("https://p.example/a.png", keep=True) == looked_at
    assert len(files(folder)) == 3


async def test_an_owner_has_one_picture(shop: Shop, media: MediaService, png: bytes) -> None:
    first = await media.prepare(png)
    await given(shop, media, "mug", Picture("f" * 32, 1, 1))
    await given(shop, media, "mug", first)
    assert (await media.show("mug", Size.SMALL))[0] == first


async def test_a_picture_that_is_not_there(shop: Shop, media: MediaService) -> None:
    with pytest.raises(PictureMissing):
        await media.show("nobody", Size.SMALL)
    await given(shop, media, "mug", Picture("f" * 32, 1, 1))  # its file was lost
    with pytest.raises(PictureMissing):
        await media.show("mug", Size.SMALL)


async def test_at_its_address(client: httpx.AsyncClient, shop: Shop, media: MediaService, png: bytes) -> None:
    picture = await media.prepare(png)
    await given(shop, media, "mug", picture)
    address = f"/images/mug?v={picture.hash[:NAME]}"
    answer = await client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]
    assert (await client.get(address, headers={"If-None-Match": answer.headers["etag"]})).status_code == 304
    assert (await client.get(f"{address}&size=small")).headers["etag"] != answer.headers["etag"]


async def test_what_its_owner_withholds_is_seen_by_its_whole_name(
    shop: Shop, media: MediaService, png: bytes, folder: Path
) -> None:
    class Nobodys:
        async def withholds(self, _tx: Tx, owner: str) -> bool:
            return owner == "mug"

    picture = await media.prepare(png)
    careful = MediaService(shop.store, media._codec, Photos(png), folder, [Nobodys()])
    for owner in ("mug", "jar"):
        await given(shop, media, owner, picture)
    for name in ("", picture.hash[: NAME - 1], "f" * NAME):
        assert (await careful.show("jar", Size.SMALL, name))[0] == picture
        with pytest.raises(PictureMissing):
            await careful.show("mug", Size.SMALL, name)
    assert (await careful.show("mug", Size.SMALL, picture.hash[:NAME]))[0] == picture


@pytest.mark.parametrize(
    ("address", "status"), [("/images/nobody", 404), ("/images/..%2f..%2fzoco.db", 404), ("/images/mug?size=huge", 422)]
)
async def test_what_is_not_at_its_address(client: httpx.AsyncClient, address: str, status: int) -> None:
    assert (await client.get(address)).status_code == status


async def test_an_extension_may_bring_its_own_codec_and_source(settings: Settings, clock: FrozenClock) -> None:
    class Codec:
        def encode(self, data: bytes) -> Encoded:
            return Encoded(width=7, height=5, small=data, medium=data, large=data)

    own = Module(name="own", provides={ImageCodec: lambda _: Codec(), ImageSource: lambda _: Photos(b"bytes")})
    shop = build_shop(settings, clock, [own, *installed()])
    picture = await shop.services["media"].fetch("https://p.example/a.png", keep=False)
    assert (picture.width, picture.height) == (7, 5)
    await shop.store.close()


@pytest.mark.parametrize(
    ("width", "height", "sizes"),
    [
        (1600, 1067, [(320, 213), (800, 534), (1600, 1067)]),
        (500, 1000, [(160, 320), (400, 800), (500, 1000)]),
        (60, 40, [(60, 40)] * 3),
        (1600, 1, [(320, 1), (800, 1), (1600, 1)]),
    ],
)
def test_its_sizes_are_known_without_its_bytes(width: int, height: int, sizes: list[tuple[int, int]]) -> None:
    assert [Picture("x", width, height).sized(size) for size in Size] == sizes


async def test_they_are_the_sizes_of_its_files(media: MediaService) -> None:
    file = BytesIO()
    Image.new("RGB", (1333, 701), "teal").save(file, "PNG")
    picture = await media.prepare(file.getvalue())
    for size in Size:
        with Image.open(media._path(picture.hash, size)) as shown:
            assert shown.size == picture.sized(size)
