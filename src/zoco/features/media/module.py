"""The manifest of media."""

from __future__ import annotations

from pathlib import Path

from zoco.features.media.api import ImageApi
from zoco.features.media.mongo import MongoPictures
from zoco.features.media.providers import CodecOnDemand, ImageCodec, ImageSource, Owners, WebImages
from zoco.features.media.repository import Pictures
from zoco.features.media.service import MediaService
from zoco.features.media.sql import SqlPictures
from zoco.kit.module import House, Module


def build(house: House) -> MediaService:
    limits = house.settings.uploads
    codec = next(iter(house.providers[ImageCodec]), None) or CodecOnDemand(limits.max_bytes, limits.max_pixels)
    source = next(iter(house.providers[ImageSource]), None) or WebImages(limits.max_bytes)
    folder = house.settings.data_dir / "images"
    return MediaService(house.store, codec, source, folder, house.providers[Owners])


MODULE = Module(
    name="media",
    folder=Path(__file__).parent,
    build=build,
    sql={Pictures: SqlPictures},
    mongo={Pictures: MongoPictures},
    controllers=(ImageApi,),
)
