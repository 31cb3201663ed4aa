"""Drawings of the potter's stall."""

# ruff: noqa: PLR2004 - in a drawing every number is a place

from __future__ import annotations

from zoco.features.demo.providers.canvas import Canvas, curve, leaf, mirrored, oval


def mug() -> Canvas:
    c = Canvas("#f9e3c6", "#f2b98b", "#d98e5f")
    c.shadow(53, 81, 27, 4)
    c.stroke(curve((66, 48), (84, 44), (84, 70), (65, 69)), 5.4, "#1f4a66")
    c.stroke(curve((66, 47.4), (82.6, 44), (82.6, 68.6), (65, 68)), 1.1, "#4d87a6")
    side = curve((31, 38), (30, 60), (32, 74), (37, 80))
    body = mirrored(side, 49)
    middle = len(side)
    body[middle:middle] = oval(49, 80, 12, 2.6, 180, 0)
    c.paint(body, "#d9a273", "#c98d5e", "#8e5a36")
    glaze = [point for point in side if point[1] < 69]  # the foot stays bare clay
    left, level = glaze[-1]
    drip = oval(49, level, 49 - left, 2.8, 180, 0)
    c.paint([*glaze, *drip, *mirrored(glaze, 49)[len(glaze) :]], "#3f86a8", "#2f6f92", "#173a52")
    c.paint(oval(49, 38, 18, 4.6), "#6fb0cc", "#2c6484")
    c.paint(oval(49, 38.5, 16.2, 3.7), "#173a52", "#1d4a66")
    c.paint(oval(49, 39.7, 14.4, 2.5), "#5b3420", "#7a4a2e")
    c.paint(
        curve((35.5, 46), (35, 58), (36, 64), (37.6, 69)) + curve((39.4, 69), (38, 62), (37.4, 56), (38, 46)), "#7fbdd6"
    )
    for x, sway in ((43, 3), (50, -3), (56, 3)):
        c.stroke(curve((x, 33), (x + sway, 27), (x - sway, 23), (x + sway / 2, 16)), 1.1, "#fdf1e2")
    return c


def vase() -> Canvas:
    c = Canvas("#f6e7d8", "#e9bfa3", "#b9785a")
    c.shadow(52, 84, 24, 4)
    for x, y, tip, colour in (
        (48, 40, 33, "#b98b3e"),
        (50, 40, 44, "#a67a34"),
        (51, 40, 56, "#b98b3e"),
        (52, 40, 67, "#a67a34"),
    ):
        top = 12 + abs(tip - 50) * 0.35
        c.stroke(curve((x, y), (x, 30), (tip, 26), (tip, top)), 0.6, colour)
        for n in range(6):
            grain = top + n * 2.3
            c.paint(leaf(tip, grain + 2.5, 4.6, 1.8, -60), "#e2b65c", "#c99740")
            c.paint(leaf(tip, grain + 2.5, 4.6, 1.8, -120), "#f0cb7a", "#d8a94f")
    for x, y, colour in (
        (40, 22, "#c8553d"),
        (61, 20, "#d97b5b"),
        (50, 15, "#b5443a"),
        (56, 29, "#e6a08a"),
        (43, 31, "#e08e6d"),
    ):
        c.stroke(curve((50, 42), (50, 36), (x, y + 8), (x, y)), 0.6, "#7c8a55")
        for petal in range(8):
            c.paint(leaf(x, y, 4.2, 2, petal * 45 + 10), colour)
        c.paint(oval(x, y, 1.4, 1.4), "#6b3a1e")
    outline = curve((44.5, 39), (46.5, 50), (30, 52), (31, 66)) + curve((31, 66), (32, 76), (38, 81), (41, 85))
    c.paint(mirrored(outline), "#d98d66", "#c87850", "#7e3f25")
    c.paint(oval(50, 85, 9, 1.6), "#a75f3d", "#7e3f25")
    band = mirrored(curve((31.6, 61), (30.8, 64), (30.8, 68), (31.8, 71)))
    c.paint(band, "#fbf0de", "#f3e2c8", "#b89a7c")
    for n in range(9):
        middle = 33.4 + n * 4.15
        c.paint(
            [(middle - 1.9, 66), (middle, 62.8), (middle + 1.9, 66), (middle, 69.2)], "#1f5c6b" if n % 2 else "#c8553d"
        )
    c.paint(oval(50, 39, 5.6, 1.5), "#e9a983", "#a75f3d")
    c.paint(oval(50, 39.2, 4.2, 0.9), "#5a2c1a")
    c.paint(
        curve((35.5, 55), (33.4, 58), (33.4, 59), (33.4, 60)) + curve((35.6, 60), (36, 58), (37, 56), (39, 53)),
        "#eab18f",
    )
    return c
