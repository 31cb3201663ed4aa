"""Takes pictures in, and gives them out in three sizes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path

from zoco.features.media.errors import PictureMissing
from zoco.features.media.models import Picture, Size
from zoco.features.media.providers import Encoded, ImageCodec, ImageSource, Owners
from zoco.features.media.repository import Pictures
from zoco.kit.ids import secret_id
from zoco.kit.store import Store, Tx

_FETCHED_AT_ONCE = 8
"""Pictures from the web, in threads of their own: servers that do not answer keep nobody from our own pictures."""


class MediaService:
    """`folder` holds the files, named by their content, so that one written twice is the same file."""

    def __init__(
        self, store: Store, codec: ImageCodec, source: ImageSource, folder: Path, owners: Sequence[Owners] = ()
    ) -> None:
        self._store, self._codec, self._source, self._folder, self._owners = store, codec, source, folder, owners
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="zoco-images")  # one at a time bounds the memory
        self._web = ThreadPoolExecutor(_FETCHED_AT_ONCE, thread_name_prefix="zoco-web")

    async def prepare(self, data: bytes) -> Picture:
        """Decode, shrink and write the files, before any transaction; raises what the codec refuses."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._prepare, data)

    async def fetch(self, address: str, *, keep: bool) -> Picture:
        """Prepare a picture from the web; without `keep` it is looked at, but no file is written."""
        loop = asyncio.get_running_loop()
        data = await loop.run_in_executor(self._web, self._source.fetch, address)
        return await loop.run_in_executor(self._threads, self._prepare if keep else self._examine, data)

    async def attach(self, tx: Tx, owner: str, picture: Picture) -> None:
        """Make a prepared picture the one of its owner."""
        await tx[Pictures].save(owner, picture)

    async def detach(self, tx: Tx, owner: str) -> None:
        """Its picture is shown no longer; the files stay, since others may have the same."""
        await tx[Pictures].remove(owner)

    async def show(self, owner: str, size: Size, name: str = "") -> tuple[Picture, bytes]:
        """An owner's picture, as WebP; raises PictureMissing.

        Who names it was shown it, on a page or in a mail, and sees it for as long as it is there; others only while
        its owner is shown to everybody.
        """
        async with self._store.read() as tx:
            picture = await tx[Pictures].of(owner)
            seen = picture is not None and (picture.is_named(name) or await self._is_public(tx, owner))
        if picture is None or not seen:
            raise PictureMissing
        try:
            return picture, await asyncio.to_thread(self._path(picture.hash, size).read_bytes)
        except FileNotFoundError:
            raise PictureMissing from None

    async def _is_public(self, tx: Tx, owner: str) -> bool:
        return not any([await one.withholds(tx, owner) for one in self._owners])

    def _prepare(self, data: bytes) -> Picture:
        encoded = self._codec.encode(data)
        picture = _picture(encoded)
        for size, content in {
            Size.SMALL: encoded.small,
            Size.MEDIUM: encoded.medium,
            Size.LARGE: encoded.large,
        }.items():
            _write(self._path(picture.hash, size), content)
        return picture

    def _examine(self, data: bytes) -> Picture:
        return _picture(self._codec.encode(data))

    def _path(self, name: str, size: Size) -> Path:
        return self._folder / name[:2] / f"{name}-{size.value}.webp"


def _picture(encoded: Encoded) -> Picture:
    return Picture(blake2b(encoded.large, digest_size=16).hexdigest(), encoded.width, encoded.height)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and on disk before anything refers to it."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secret_id()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
