"""The shop's mark in the shop's colours, as SVG and as pixels."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Final

from PIL import Image

from zoco.settings.tree import Colours
from zoco.web.theme import contrast, parse

PAPER: Final = "#fffdf9"
_INK: Final = "#17120f"
_SIDE: Final = 32.0
_SHARPER: Final = 4  # how many times larger it is drawn, so that edges are smooth
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


def icon_svg(colours: Colours) -> bytes:
    """The star and its letter, on nothing."""
    star, letter = (" ".join(f"{x:g},{y:g}" for x, y in points) for points in (_STAR, _LETTER))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<polygon fill="{colours.accent}" points="{star}"/><polygon fill="{_on(colours.accent)}" points="{letter}"/>'
        "</svg>"
    ).encode()


def icon_png(colours: Colours, side: int, *, whole: bool = False) -> bytes:
    """`side` pixels wide; `whole` fills the square, for systems that cut icons into a shape of their own."""
    ground = parse(PAPER) if whole else parse(colours.accent)
    picture = Image.new("RGBA", (side, side), (*ground, 255 if whole else 0))
    share = _SAFE if whole else 1.0
    for points, colour in ((_STAR, colours.accent), (_LETTER, _on(colours.accent))):
        picture.paste((*parse(colour), 255), (0, 0), _mask(points, side, share))
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def icon_ico(colours: Colours) -> bytes:
    """For those who ask for `/favicon.ico` without reading the page: a PNG behind the head of an ICO."""
    picture = icon_png(colours, _ICO)
    return struct.pack("<3H4B2H2I", 0, 1, 1, _ICO, _ICO, 0, 0, 1, 32, len(picture), 22) + picture


def _on(colour: str) -> str:
    return max(PAPER, _INK, key=lambda ink: contrast(parse(ink), parse(colour)))


def _mask(points: Points, side: int, share: float) -> Image.Image:
    """What of a square lies inside the points; drawn row by row, as Pillow's own drawing would load its fonts."""
    fine = side * _SHARPER
    scale = fine * share / _SIDE
    shift = fine * (1 - share) / 2
    corners = [(x * scale + shift, y * scale + shift) for x, y in points]
    edges = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    rows = bytearray()
    for number in range(fine):
        row, inside, begun = bytearray(fine), False, 0
        for x in sorted(_crossings(edges, number + 0.5)):
            if inside:
                row[begun:x] = b"\xff" * (x - begun)
            inside, begun = not inside, x
        rows += row
    return Image.frombytes("L", (fine, fine), bytes(rows)).reduce(_SHARPER)


def _crossings(edges: list[tuple[tuple[float, float], tuple[float, float]]], y: float) -> list[int]:
    """Where the row at `y` meets the edges."""
    return [round(x1 + (y - y1) * (x2 - x1) / (y2 - y1)) for (x1, y1), (x2, y2) in edges if (y1 <= y) is not (y2 <= y)]
