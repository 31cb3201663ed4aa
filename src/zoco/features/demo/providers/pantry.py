"""Drawings of the larder."""

# ruff: noqa: PLR2004 - in a drawing every number is a place

from __future__ import annotations

from math import cos, sin, tau

from zoco.features.demo.providers.canvas import Canvas, Shape, box, curve, leaf, mirrored, oval


def honey() -> Canvas:
    c = Canvas("#fdf0cf", "#f7cf7c", "#d79a3c")
    c.shadow(50, 84, 27, 4)
    jar = mirrored(
        [
            *curve((37, 33), (37, 38), (27, 38), (27, 47)),
            *curve((27, 47), (26.6, 64), (27, 74), (29, 80)),
            *curve((29, 80), (31, 84), (38, 84.6), (50, 84.6)),
        ]
    )
    c.paint(jar, "#f9c24a", "#eea523", "#b86d0d")
    c.paint([(x, y) for x, y in jar if y < 42.5], "#fff0c8", "#f9e2ae", "#d9b26a")
    c.paint(oval(50, 42.4, 21.6, 2.4), "#ffd873", "#e29a1d")
    for x, y, r in ((35, 72, 1.1), (62, 53, 0.9), (66, 74, 1.3), (41, 79, 0.7), (60, 80, 0.9), (33, 52, 0.7)):
        c.paint(oval(x, y, r, r), "#ffdd85")
    c.paint(box(35, 24, 65, 34.5, 2), "#c98b4e", "#b57639", "#744519")
    c.paint(oval(50, 25, 15, 2.8), "#e0aa6c", "#a96c33")
    for n in range(9):
        c.stroke([(37 + n * 3.25, 28.4), (37 + n * 3.25, 33)], 0.5, "#8a5526")
    c.paint(box(33, 50, 67, 75, 2), "#fffaf0", "#f6e6c6")
    c.stroke([*box(34.6, 51.6, 65.4, 73.4, 1.2), (65.4, 72.2)], 0.4, "#d79a3c")
    for q, r in ((0, 0), (1, 0), (-1, 0), (0.5, 0.87), (-0.5, 0.87), (0.5, -0.87), (-0.5, -0.87)):
        middle, level = 50 + q * 6.6, 62.5 + r * 6.6
        cell = [(middle + 3.4 * sin(tau * n / 6), level + 3.4 * cos(tau * n / 6)) for n in range(6)]
        c.paint(cell, "#f2b632" if (q, r) != (0, 0) else "#d98a1c")
    c.paint(
        [*curve((30.6, 48), (30, 60), (30.2, 70), (31.6, 77)), *curve((33, 77), (32, 68), (31.8, 58), (32.6, 47))],
        "#ffe9b0",
    )
    c.stroke([(92, 40), (81, 72)], 1.8, "#a86c34")
    c.stroke([(91.4, 40), (80.6, 71)], 0.5, "#d3a06a")
    for n in range(5):
        c.paint(oval(80.8 - n * 0.75, 73 + n * 2.4, 3.6 + (1.4 if n in {1, 2, 3} else 0), 1.3), "#c98b4e", "#8a5526")
    c.paint(oval(77.6, 86.2, 6.4, 1.8), "#f2b632", "#c9821a")
    return c


def coffee() -> Canvas:
    c = Canvas("#f2e2d0", "#d9aa84", "#8c5a3c")
    c.shadow(50, 85, 26, 4)
    bag: Shape = [
        *curve((31, 22), (29, 42), (27, 66), (28, 84)),
        *curve((28, 84), (42, 87), (58, 87), (72, 84)),
        *curve((72, 84), (73, 66), (71, 42), (69, 22)),
    ]
    c.paint(bag, "#c99a6b", "#b98455", "#7d5230")
    c.paint([(31, 22), (69, 22), (69, 14), (31, 14)], "#d9b084", "#c3925f", "#8a5c38")
    for y in (16, 18, 20):
        c.stroke([(31.4, y), (68.6, y)], 0.3, "#a67850")
    c.paint(box(29, 13, 71, 17, 1), "#5a3826", "#4a2c1d", "#2f1a10")
    c.paint(
        [*curve((33, 24), (31.4, 44), (30.4, 64), (31, 80)), *curve((36, 80), (34, 62), (34.6, 42), (36, 24))],
        "#dcb68c",
    )
    c.paint(box(36, 34, 65, 74, 2), "#fbf1e0", "#efdcc0")
    c.paint(box(36, 34, 65, 42, 2), "#b5443a", "#8e2f2a")
    c.paint(box(36, 39, 65, 43), "#b5443a", "#8e2f2a")
    peaks: Shape = [(39, 66), (46, 54), (49, 58.6), (54, 49), (62, 66)]
    c.paint(oval(58, 50, 3.4, 3.4), "#f2b84b")
    c.paint(peaks, "#4f7a5c", "#2f5a49")
    c.paint([(51.6, 53.6), (54, 49), (56.8, 54.6), (54.8, 53.4), (53.4, 55)], "#fbf1e0")
    for x in (44, 50.5, 57):
        c.stroke([(x - 2, 70), (x + 2, 70)], 0.9, "#8a5c38")
    c.paint(oval(50.5, 28, 1.5, 1.5), "#8a5c38")
    c.paint(oval(50.5, 28, 0.6, 0.6), "#4a2c1d")
    for x, y, turn in (
        (18, 86, 20),
        (25, 91, -30),
        (36, 92, 60),
        (78, 90, 10),
        (84, 85, -45),
        (70, 93, -10),
        (12, 92, -15),
        (90, 92, 40),
    ):
        bean(c, x, y, turn)
    return c


def bean(c: Canvas, x: float, y: float, degrees: float) -> None:
    turn = degrees / 360 * tau
    around = [(u * cos(turn) - v * sin(turn), u * sin(turn) + v * cos(turn)) for u, v in oval(0, 0, 4, 2.7)]
    c.shadow(x + 0.5, y + 1.9, 4, 1.4, 0.35)
    c.paint([(x + u, y + v) for u, v in around], "#7a4a2c", "#4a2917")
    groove = [(t, 0.7 * sin(t * 0.9)) for t in (n / 4 - 3.25 for n in range(27))]
    c.stroke(
        [(x + u * cos(turn) - v * sin(turn), y + u * sin(turn) + v * cos(turn)) for u, v in groove], 0.55, "#2f180c"
    )


def oil() -> Canvas:
    c = Canvas("#f3f1d8", "#d9cf8e", "#a89a54")
    c.shadow(52, 85, 20, 3.6)
    bottle = mirrored(
        [
            *curve((46, 16), (46, 30), (46, 32), (43, 36)),
            *curve((43, 36), (36, 41), (35, 44), (35, 50)),
            (35, 80),
            *curve((35, 80), (35, 84), (38, 85.4), (50, 85.4)),
        ]
    )
    c.paint(bottle, "#8a9a3c", "#6f8229", "#39480f")
    c.paint(
        [
            *oval(50, 38, 6.4, 1, 180, 0),
            *[(x, y) for x, y in bottle if y >= 38 and x >= 50][::-1],
            *[(x, y) for x, y in bottle if y >= 38 and x < 50][::-1],
        ],
        "#c7c04a",
        "#a9a52f",
        "#5f6a14",
    )
    c.paint(box(45, 9, 55, 18, 1.2), "#d9b07a", "#c39560", "#8a6236")
    c.paint(box(44.6, 16.6, 55.4, 20, 0.8), "#2f3a12", "#1f280a")
    c.paint(box(35, 52, 65, 76), "#fdf8e6", "#f6edcd", "#d6c698")
    c.stroke([(35.2, 54), (64.8, 54)], 0.5, "#8a7a2e")
    c.stroke([(35.2, 74), (64.8, 74)], 0.5, "#8a7a2e")
    c.stroke(curve((42, 70), (46, 64), (52, 61), (58, 58)), 0.6, "#5f6b35")
    for n in range(4):
        x, y = 44.6 + n * 3.6, 66.8 - n * 2.4
        c.paint(leaf(x, y, 6, 2, -85), "#8ba14f")
        c.paint(leaf(x, y, 6, 2, 25), "#6f8440")
    c.paint(oval(47.6, 69.6, 1.9, 2.4), "#5d6a2a", "#3a4417")
    c.paint(oval(54, 66, 1.9, 2.4), "#5d6a2a", "#3a4417")
    c.paint(
        [*curve((38, 44), (37, 46), (37, 48), (37, 51)), *curve((38.8, 51), (38.8, 48), (39.4, 45), (41, 42.4))],
        "#e6e28c",
    )
    c.paint(box(47.4, 20.6, 48.5, 33, 0.5), "#b9c46a")
    for x, y, size in ((74, 84, 3.4), (81, 87, 3), (24, 86, 3.2)):
        c.shadow(x + 0.4, y + size, size, size * 0.4)
        c.paint(oval(x, y, size, size * 1.15), "#8a9a3c", "#46561a")
        c.paint(oval(x - size * 0.35, y - size * 0.4, size * 0.22, size * 0.3), "#dbe39a")
    c.paint(leaf(76, 80, 12, 3.4, -30), "#93a85a", "#5f7336")
    c.paint(leaf(24, 82.4, 11, 3.2, -140), "#93a85a", "#5f7336")
    return c
