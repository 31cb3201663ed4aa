"""The shop's mark in the shop's colours, as SVG and as pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from zoco.settings.tree import Colours
from zoco.web.theme import contrast, parse

PAPER: Final = "#fffdf9"
_INK: Final = "#17120f"
_SIDE: Final = 32.0
_SHARPER: Final = 4  # lines that each row of pixels is made of, so that edges are smooth
_SAFE: Final = 0.62  # of its width is what phones leave of an icon whatever shape they cut
_ICO: Final = 32
_STAR: Final = (
    (16, 0), (20.7, 4.7), (27.3, 4.7), (27.3, 11.3), (32, 16), (27.3, 20.7), (27.3, 27.3), (20.7, 27.3),
    (16, 32), (11.3, 27.3), (4.7, 27.3), (4.7, 20.7), (0, 16), (4.7, 11.3), (4.7, 4.7), (11.3, 4.7),
)  # fmt: skip
_LETTER: Final = (
    (10.5, 10.5), (21.5, 10.5), (21.5, 12.7), (14.6, 19.3), (21.5, 19.3), (21.5, 21.5), (10.5, 21.5), (10.5, 19.3),
    (17.4, 12.7), (10.5, 12.7),
)  # fmt: skip

Points = tuple[tuple[float, float], ...]
Edges = list[tuple[tuple[float, float], tuple[float, float]]]


def icon_svg(colours: Colours) -> bytes:
    """The star and its letter, on nothing."""
    star, letter = (" ".join(f"{x:g},{y:g}" for x, y in points) for points in (_STAR, _LETTER))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<polygon fill="{colours.accent}" points="{star}"/><polygon fill="{_on(colours.accent)}" points="{letter}"/>'
        "</svg>"
    ).encode()


def icon_png(colours: Colours, side: int, *, whole: bool = False) -> bytes:
    """`side` pixels wide; `whole` fills the square, for systems that cut icons into a shape of their own.

    Made without Pillow: the picture is two flat shapes, and every process is asked for its icons.
    """
    ground = (*parse(PAPER), 255) if whole else (*parse(colours.accent), 0)
    star, letter = (*parse(colours.accent), 255), (*parse(_on(colours.accent)), 255)
    share = _SAFE if whole else 1.0
    mixed: dict[tuple[int, int], bytes] = {}
    rows = bytearray()
    for pair in zip(_coverage(_STAR, side, share), _coverage(_LETTER, side, share), strict=True):
        rows.append(0)  # no filter
        for covered in zip(*pair, strict=True):
            if covered not in mixed:
                mixed[covered] = _over(_over(ground, star, covered[0]), letter, covered[1])
            rows += mixed[covered]
    head = struct.pack(">2I5B", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data) for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    )


def icon_ico(colours: Colours) -> bytes:
    """For those who ask for `/favicon.ico` without reading the page: a PNG behind the head of an ICO."""
    picture = icon_png(colours, _ICO)
    return struct.pack("<3H4B2H2I", 0, 1, 1, _ICO, _ICO, 0, 0, 1, 32, len(picture), 22) + picture


def _on(colour: str) -> str:
    return max(PAPER, _INK, key=lambda ink: contrast(parse(ink), parse(colour)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _over(below: tuple[int, ...] | bytes, above: tuple[int, ...], covered: int) -> bytes:
    """A pixel of which `covered` sixteenths lie under the upper colour."""
    share = covered / _SHARPER**2
    return bytes(round(low + (high - low) * share) for low, high in zip(below, above, strict=True))


def _coverage(points: Points, side: int, share: float) -> Iterator[list[int]]:
    """For each row of pixels, how many sixteenths of every pixel lie inside the points."""
    fine = side * _SHARPER
    scale = fine * share / _SIDE
    shift = fine * (1 - share) / 2
    corners = [(x * scale + shift, y * scale + shift) for x, y in points]
    edges = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    for top in range(0, fine, _SHARPER):
        changes = [0] * (fine + 1)
        for line in range(top, top + _SHARPER):
            for place, x in enumerate(sorted(_crossings(edges, line + 0.5))):
                changes[x] += -1 if place % 2 else 1
        lines = list(accumulate(changes[:fine]))
        yield [sum(lines[left : left + _SHARPER]) for left in range(0, fine, _SHARPER)]


def _crossings(edges: Edges, y: float) -> list[int]:
    """Where the line at `y` meets the edges."""
    return [round(x1 + (y - y1) * (x2 - x1) / (y2 - y1)) for (x1, y1), (x2, y2) in edges if (y1 <= y) is not (y2 <= y)]
