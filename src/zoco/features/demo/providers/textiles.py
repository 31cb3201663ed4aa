"""Drawings of the weaver's stall."""

# ruff: noqa: PLR2004 - in a drawing every number is a place

from __future__ import annotations

from zoco.features.demo.providers.canvas import Canvas, Shape, box, curve, oval


def poncho() -> Canvas:
    c = Canvas("#fbe8cf", "#f0bd95", "#cf8a63", horizon=86)
    c.shadow(50, 90, 26, 2.6, 0.3)
    c.stroke([(50, 8), (50, 14)], 0.9, "#6b4a34")
    c.stroke(oval(52, 8, 2, 2, 180, 400), 0.9, "#6b4a34")
    c.stroke(
        curve((22, 29), (34, 20), (44, 17), (50, 14)) + curve((50, 14), (56, 17), (66, 20), (78, 29)), 2, "#8a5a3a"
    )
    left, right, foot = 12.0, 88.0, 80.0

    def edge(level: float) -> tuple[float, float]:
        """How far the cloth reaches left and right at a level between shoulder and point."""
        t = (level - 22) / (foot - 22)
        half = 13 + 25 * min(1.0, t * 1.9) if t < 0.53 else 38 - (t - 0.53) / 0.47 * 38
        return 50 - half, 50 + half

    def band(top: float, bottom: float) -> Shape:
        levels = [top + (bottom - top) * n / 24 for n in range(25)]
        return [(edge(y)[0], y) for y in levels] + [(edge(y)[1], y) for y in reversed(levels)]

    for n in range(27):
        x = left + 1.5 + n * (right - left - 3) / 26
        y = 52.6 + (38 - abs(x - 50)) / 38 * 27.2
        c.stroke([(x, y - 1), (x, y + 6)], 0.8, "#7b1f2b" if n % 2 else "#e9b44c")
    c.paint(band(20, foot), "#b8323a", "#a3262f", "#6e1620")
    stripes = (
        (33, 35, "#e9b44c"),
        (36, 41, "#1f5c6b"),
        (42, 44, "#e9b44c"),
        (54, 56, "#f7ead2"),
        (57, 62, "#3a1d24"),
        (63, 65, "#f7ead2"),
    )
    for top, bottom, colour in stripes:
        c.paint(band(top, bottom), colour)
    for level, size, colour in ((38.5, 1.9, "#f7ead2"), (59.5, 1.9, "#e9b44c")):
        start, end = edge(level)
        count = int((end - start) // 5)
        for n in range(count):
            x = 50 + (n - (count - 1) / 2) * 5
            c.paint([(x - size, level), (x, level - size), (x + size, level), (x, level + size)], colour)
            c.paint([(x - 0.7, level), (x, level - 0.7), (x + 0.7, level), (x, level + 0.7)], "#b8323a")
    c.paint(band(70, 71.4), "#e9b44c")
    c.paint([(43, 20), (57, 20), (50, 33)], "#5a1019", "#7b1f2b")
    c.stroke([(42.6, 20), (50, 33.4), (57.4, 20)], 1.3, "#f7ead2")
    c.paint(curve((37, 20), (42, 17.5), (58, 17.5), (63, 20)), "#c9444a", "#7b1f2b")
    return c


def hammock() -> Canvas:
    c = Canvas("#cfe8e2", "#fbe3b8", "#a8b86a", horizon=76)
    c.paint(oval(76, 24, 8, 8), "#fdf3cf")
    c.paint(oval(20, 82, 40, 10), "#93a659")
    c.paint(oval(84, 84, 36, 9), "#9fb062")
    for x, lean in ((8, 1.5), (92, -1.5)):
        c.paint(
            [(x - 4, 100), (x - 2.6 + lean, -1), (x + 2.6 + lean, -1), (x + 4, 100)], "#a06a42", "#8a5836", "#5b351e"
        )
        for y in range(8, 96, 11):
            c.stroke(curve((x - 2, y), (x, y + 1.4), (x + 1, y + 1), (x + 2.4, y + 2)), 0.5, "#6b4226")
        c.paint(box(x - 4.2, 29, x + 4.4, 32, 1), "#e8d3a8", "#c8ac78")
    c.shadow(50, 88, 30, 3, 0.3)
    for n in range(9):
        t = n / 8
        c.stroke(curve((11, 30.5), (15, 35), (19, 40), (24, 39 + t * 12)), 0.4, "#c8ac78")
        c.stroke(curve((89, 30.5), (85, 35), (81, 40), (76, 39 + t * 12)), 0.4, "#c8ac78")
    colours = ("#c8553d", "#e9b44c", "#1f7a7a", "#f7ead2", "#d97b5b", "#2b4f66", "#e9b44c", "#c8553d")
    count = len(colours)

    def sag(t: float) -> Shape:
        return curve((23, 38 + t * 14), (36, 62 + t * 22), (64, 62 + t * 22), (77, 38 + t * 14))

    c.paint(sag(-0.12) + list(reversed(sag(0.3))), "#8a3426", "#6e281d")
    for n, colour in enumerate(colours):
        c.paint(sag(n / count) + list(reversed(sag((n + 1) / count))), colour)
        c.stroke(sag((n + 1) / count), 0.25, "#4a2a20")
    for n, (knot, low) in enumerate(sag(1)[5:36]):
        c.stroke([(knot, low), (knot, low + 4.5)], 0.5, "#f7ead2" if n % 2 else "#c8553d")
    return c
