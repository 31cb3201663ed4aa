"""How an uploaded picture becomes three safe WebP files."""

from __future__ import annotations

from functools import cached_property
from pkgutil import resolve_name
from typing import Protocol

import msgspec


class Encoded(msgspec.Struct, frozen=True, kw_only=True):
    """One picture as WebP in three sizes, named by their longest edge; `width` and `height` are those of `large`."""

    width: int
    height: int
    small: bytes
    medium: bytes
    large: bytes


class ImageCodec(Protocol):
    """Makes a picture of unknown origin safe to serve. It computes for long: call it in a thread."""

    def encode(self, data: bytes) -> Encoded:
        """The same bytes give the same answer; raises ImageTooLarge, TooManyPixels, NotAnImage or BrokenImage."""


class CodecOnDemand:
    """Pillow's codec, loaded with the first picture: a process that takes none in is 6 MB smaller."""

    def __init__(self, max_bytes: int, max_pixels: int) -> None:
        self._limits = max_bytes, max_pixels

    def encode(self, data: bytes) -> Encoded:
        return self._codec.encode(data)

    @cached_property
    def _codec(self) -> ImageCodec:
        codec: ImageCodec = resolve_name(f"{__package__}.pillow:PillowCodec")(*self._limits)
        return codec
