"""The shop's own logo, where the settings name a file: an SVG or a PNG."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import NamedTuple

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG_TAG = re.compile(rb"<svg\b[^>]*>", re.DOTALL)
_VIEW_BOX = re.compile(rb"""\bviewBox\s*=\s*["']\s*[-\d.eE]+[\s,]+[-\d.eE]+[\s,]+([\d.eE]+)[\s,]+([\d.eE]+)""")
_LENGTH = rb"""\s%s\s*=\s*["']\s*([\d.]+)(?:px)?\s*["']"""
_WIDE = 1.6
"""Such a share of its height a logo is wide that has the shop's name in it."""


class Logo(NamedTuple):
    """`name` is the one below `/static/`; the size is in pixels, or in whatever an SVG counts in."""

    name: str
    media_type: str
    body: bytes
    width: int
    height: int

    @property
    def square(self) -> bool:
        """Whether it can be an icon."""
        return self.width == self.height

    @property
    def wide(self) -> bool:
        """Whether it stands alone, without the shop's name beside it."""
        return self.width >= _WIDE * self.height


def read_logo(path: str) -> Logo | None:
    """None where the settings name no logo, or a file that is none of both kinds."""
    if not path:
        return None
    body = Path(path).read_bytes()
    if body.startswith(_PNG):
        width, height = struct.unpack(">2I", body[16:24])
        return Logo("theme/logo.png", "image/png", body, width, height)
    tag = _SVG_TAG.search(body)
    return Logo("theme/logo.svg", "image/svg+xml", body, *_svg_size(tag[0])) if tag else None


def _svg_size(tag: bytes) -> tuple[int, int]:
    """What a browser would take; a square where the picture does not say."""
    box = _VIEW_BOX.search(tag)
    if box:
        width, height = float(box[1]), float(box[2])
    else:
        lengths = [re.search(_LENGTH % name, tag) for name in (b"width", b"height")]
        width, height = (float(found[1]) if found else 0.0 for found in lengths)
    return (round(width * 100), round(height * 100)) if width > 0 < height else (100, 100)
