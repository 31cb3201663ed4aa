"""A canvas of 100 × 100 units on which shapes are painted with soft light, four pixels for each that is seen."""

from __future__ import annotations

from io import BytesIO
from math import cos, pi, sin, tau
from typing import Final

from PIL import Image, ImageColor, ImageDraw, ImageFilter, ImageOps

SIDE: Final = 1200
_OVER: Final = 2
_UNIT: Final = SIDE * _OVER / 100
_SOFT: Final = 8  # shadows are drawn this much smaller, since they are blurred anyway

_FALLING: Final = Image.linear_gradient("L").crop((0, 0, 1, 256))

Point = tuple[float, float]
Shape = list[Point]


class Canvas:
    """Colours are `#rrggbb`. A shape painted with two or three colours runs from one to the next, left to right."""

    def __init__(self, top: str, bottom: str, table: str, horizon: float = 70) -> None:
        small = SIDE * _OVER // _SOFT
        light = ImageOps.colorize(_FALLING.resize((small, small), Image.Resampling.BILINEAR), top, bottom)
        shine = Image.new("L", light.size)
        ImageDraw.Draw(shine).ellipse((small * 0.1, small * 0.02, small * 0.9, small * 0.82), fill=90)
        light.paste("#ffffff", (0, 0), shine.filter(ImageFilter.GaussianBlur(small * 0.14)))
        self._image = light.resize((SIDE * _OVER, SIDE * _OVER), Image.Resampling.BILINEAR)
        self._draw = ImageDraw.Draw(self._image)
        self.paint(box(0, horizon, 100, 100), table, blend(table, "#ffffff", 0.16), down=True)

    def paint(self, shape: Shape, *colours: str, down: bool = False) -> None:
        """Fill a shape; with `down` its colours run from top to bottom."""
        points = [(x * _UNIT, y * _UNIT) for x, y in shape]
        if len(colours) == 1:
            self._draw.polygon(points, fill=colours[0])
            return
        left, top = (int(min(p[axis] for p in points)) for axis in (0, 1))
        right, bottom = (int(max(p[axis] for p in points)) + 2 for axis in (0, 1))
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in points], fill=255)
        middle = colours[1] if len(colours) > 2 else None  # noqa: PLR2004 - first, middle, last
        strip = ImageOps.colorize(_FALLING, colours[0], colours[-1], mid=middle, midpoint=100)
        strip = strip if down else strip.transpose(Image.Transpose.ROTATE_90)
        self._image.paste(strip.resize(mask.size, Image.Resampling.BILINEAR), (left, top), mask)

    def stroke(self, path: Shape, width: float, colour: str) -> None:
        """A line with round ends."""
        points = [(x * _UNIT, y * _UNIT) for x, y in path]
        self._draw.line(points, fill=colour, width=max(1, round(width * _UNIT)), joint="curve")
        for x, y in (path[0], path[-1]):
            self.paint(oval(x, y, width / 2, width / 2), colour)

    def shadow(self, x: float, y: float, width: float, height: float, strength: float = 0.35) -> None:
        """What an object standing at `x`, `y` takes from the light."""
        self._soft(x, y, width, height, blur=min(width, height) * 0.45, colour="#2b1608", strength=strength)

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float) -> None:
        self._soft(x, y, radius, radius, blur=radius * 0.35, colour=colour, strength=strength)

    def _soft(self, x: float, y: float, rx: float, ry: float, *, blur: float, colour: str, strength: float) -> None:
        unit, reach = _UNIT / _SOFT, 2.2 * blur
        size = (round(2 * (rx + reach) * unit), round(2 * (ry + reach) * unit))
        mask = Image.new("L", size)
        edge = reach * unit
        ImageDraw.Draw(mask).ellipse((edge, edge, size[0] - edge, size[1] - edge), fill=round(255 * strength))
        mask = mask.filter(ImageFilter.GaussianBlur(blur * unit))
        mask = mask.resize((size[0] * _SOFT, size[1] * _SOFT), Image.Resampling.BILINEAR)
        corner = (round((x - rx - reach) * _UNIT), round((y - ry - reach) * _UNIT))
        self._image.paste(colour, (*corner, corner[0] + mask.width, corner[1] + mask.height), mask)

    def png(self) -> bytes:
        file = BytesIO()
        self._image.reduce(_OVER).save(file, "PNG", compress_level=1)
        return file.getvalue()


def blend(colour: str, other: str, share: float) -> str:
    """`share` of the other colour mixed in."""
    pairs = zip(ImageColor.getrgb(colour), ImageColor.getrgb(other), strict=True)
    return "#" + "".join(f"{round(mine + (theirs - mine) * share):02x}" for mine, theirs in pairs)


def oval(x: float, y: float, rx: float, ry: float, start: float = 0, end: float = 360) -> Shape:  # noqa: PLR0917 - as one says it
    """An ellipse, or the part of it between two angles, clockwise from the right."""
    steps = 96
    angles = [(start + (end - start) * n / steps) / 360 * tau for n in range(steps + 1)]
    return [(x + rx * cos(a), y + ry * sin(a)) for a in angles]


def box(left: float, top: float, right: float, bottom: float, radius: float = 0) -> Shape:
    """A rectangle with round corners."""
    if not radius:
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    corners = ((right, bottom, 0), (left, bottom, 90), (left, top, 180), (right, top, 270))
    shape: Shape = []
    for x, y, angle in corners:
        inner = (x - radius if x == right else x + radius, y - radius if y == bottom else y + radius)
        shape += oval(*inner, radius, radius, angle, angle + 90)
    return shape


def curve(a: Point, b: Point, c: Point, d: Point) -> Shape:
    """A cubic Bézier curve from `a` to `d`."""
    steps = 40
    path: Shape = []
    for n in range(steps + 1):
        t = n / steps
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        path.append(
            (
                sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
                sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
            )
        )
    return path


def mirrored(path: Shape, axis: float = 50) -> Shape:
    """A closed outline from its left half, drawn from top to bottom."""
    return path + [(2 * axis - x, y) for x, y in reversed(path)]


def leaf(x: float, y: float, length: float, width: float, degrees: float) -> Shape:
    """A pointed oval that grows from `x`, `y` in a direction, 0 being right and 90 down."""
    turn = degrees / 180 * pi
    along = [(n / 24, sin(pi * n / 24) ** 0.8) for n in range(25)]
    outline = [(t * length, w * width / 2) for t, w in along] + [
        (t * length, -w * width / 2) for t, w in reversed(along)
    ]
    return [(x + u * cos(turn) - v * sin(turn), y + u * sin(turn) + v * cos(turn)) for u, v in outline]
