"""Drawings of small presents."""

# ruff: noqa: PLR2004 - in a drawing every number is a place

from __future__ import annotations

from math import cos, sin, tau

from zoco.features.demo.providers.canvas import Canvas, blend, box, curve, leaf, oval


def notebook() -> Canvas:
    c = Canvas("#e6eef0", "#c6d3cf", "#8fa39c", horizon=82)
    c.shadow(54, 87, 26, 3, 0.4)
    c.paint(box(29.5, 15.5, 73.5, 87, 1.6), "#20414c")
    for n in range(6):
        c.paint(box(29, 15 + n * 0.1, 72.6 - n * 0.16, 86.4 - n * 0.22, 1), "#fbf4e4" if n % 2 else "#e0d3b8")
    c.paint(box(27, 13, 70, 84.4, 2), "#37778a", "#2d6678", "#21505f")
    c.paint(box(27, 13, 35, 84.4, 2), "#c98b4e", "#b0743b")
    c.paint(box(33, 13, 35.4, 84.4), "#b0743b")
    for n in range(11):
        y = 17.5 + n * 6.3
        c.stroke([(27.4, y), (33, y)], 0.7, "#fbf0de")
        c.stroke([(33, y), (33, y + 6.3 if n < 10 else y)], 0.7, "#fbf0de")
    c.paint(box(42, 25, 63, 43, 1.4), "#fdf6e8", "#efe2c8")
    c.stroke([(45.5, 32), (59.5, 32)], 0.7, "#2d6678")
    c.stroke([(45.5, 36.4), (55, 36.4)], 0.7, "#c98b4e")
    for n in range(8):
        x, y = 52.5 + 9 * cos(tau * n / 8), 63 + 9 * sin(tau * n / 8)
        c.paint(leaf(52.5, 63, 9, 4, n * 45), "#e9b44c" if n % 2 else "#f4d58a")
        c.paint(oval(x, y, 0.9, 0.9), "#fdf6e8")
    c.paint(oval(52.5, 63, 2.4, 2.4), "#c8553d")
    c.paint(box(65, 13, 67, 84.4), "#c8553d", "#a53f2c")
    c.paint([(58, 84), (61, 84), (61, 93), (59.5, 91), (58, 93)], "#c8553d")
    c.shadow(84, 88.4, 10, 1, 0.35)
    c.paint([(74, 86), (94, 79.6), (95, 82.4), (75, 88.8)], "#f2b84b", "#d9982b")
    c.paint([(74, 86), (75, 88.8), (70, 89)], "#f2dcb8")
    c.paint([(71.6, 88), (72.2, 89), (70, 89)], "#333333")
    c.paint([(94, 79.6), (95, 82.4), (98, 81.4), (97, 78.6)], "#e08e8e", "#c86a6a")
    return c


def earrings() -> Canvas:
    c = Canvas("#f7e4e0", "#e2b3ab", "#b57b78", horizon=88)
    c.shadow(50, 91, 30, 2.4, 0.3)
    c.paint(box(18, 10, 82, 91, 4), "#fffaf2", "#fbf0e0", "#efdcc6")
    frame = box(20.4, 12.4, 79.6, 88.6, 2.6)
    c.stroke([*frame, frame[0]], 0.4, "#d9b98a")
    for x in (36, 64):
        c.shadow(x + 1.4, 52, 11, 17, 0.14)
        c.stroke(curve((x - 3, 30), (x - 4.6, 17), (x + 4.4, 16), (x + 0.4, 29)), 0.8, "#b98a2e")
        c.paint(oval(x, 30, 1.6, 1.6), "#f2cf72", "#b98a2e")
        c.paint(oval(x, 44, 12, 13), "#e6ba52", "#d3a03a", "#9a6d1c")
        c.paint(oval(x, 44, 10.8, 11.8), "#fbf0e0")
        for n in range(12):
            turn = tau * n / 12
            px, py = x + 7.6 * cos(turn), 44 + 8.4 * sin(turn)
            c.stroke(oval(px, py, 2.5, 2.7), 0.55, "#c9962f")
            c.paint(oval(px, py, 0.8, 0.8), "#e6ba52")
        for n in range(8):
            c.paint(leaf(x, 44, 5.4, 2.2, n * 45), "#e6ba52", "#c08c2a")
        c.paint(oval(x, 44, 2.6, 2.6), "#4fb5ae", "#1f7a7a")
        c.paint(oval(x - 0.8, 43.1, 0.7, 0.6), "#d6f2ee")
        for dx, length in ((-7, 3), (-3.6, 5), (3.6, 5), (7, 3)):
            top = 44 + 13 * (1 - (dx / 12) ** 2) ** 0.5
            c.stroke([(x + dx, top), (x + dx, top + length)], 0.5, "#b98a2e")
            c.paint(oval(x + dx, top + length + 1.2, 1.3, 1.5), "#f2cf72", "#b98a2e")
        c.stroke([(x, 57), (x, 61)], 0.6, "#b98a2e")
        drop = [
            *curve((x, 60), (x - 2, 65), (x - 4.6, 68), (x - 4.6, 71.4)),
            *curve((x - 4.6, 71.4), (x - 4.4, 77.6), (x + 4.4, 77.6), (x + 4.6, 71.4)),
            *curve((x + 4.6, 71.4), (x + 4.6, 68), (x + 2, 65), (x, 60)),
        ]
        c.paint(drop, "#6fd0c8", "#3fa8a4", "#16696b")
        c.paint(oval(x - 1.7, 70, 0.9, 2), "#d6f2ee")
    return c


def soap() -> Canvas:
    c = Canvas("#f6eadf", "#e6cdbb", "#b99a8c")
    c.shadow(50, 85, 32, 4)
    for x, y, front, top, side in (
        (26, 62, "#cbb3dd", "#e6d8f0", "#a98cc2"),
        (32, 44, "#efe0c2", "#fbf3e0", "#cdb68c"),
    ):
        c.paint([(x, y), (x + 8, y - 7), (x + 48, y - 7), (x + 40, y)], top)
        c.paint([(x + 40, y), (x + 48, y - 7), (x + 48, y + 11), (x + 40, y + 20)], side)
        c.paint(box(x, y, x + 40, y + 20, 1.2), blend(front, "#ffffff", 0.2), front)
        c.stroke([(x + 0.6, y), (x + 40, y), (x + 47.6, y - 6.8)], 0.5, "#fffaf4")
        for n in range(26):
            dot = (x + 2 + (n * 7 % 36), y + 2.4 + (n * 11 % 16))
            c.paint(oval(*dot, 0.45, 0.35), side)
    c.paint(box(44, 44, 58, 64), "#fffaf0", "#f2e6d0")
    c.paint([(44, 44), (52, 37), (66, 37), (58, 44)], "#fffdf8")
    c.stroke([(51, 61), (51, 50)], 0.4, "#6f8a55")
    for n in range(5):
        c.paint(oval(50 if n % 2 else 52, 49 + n * 1.5, 1, 1.2), "#8a62b0")
    c.stroke([(26, 72), (66, 72), (74, 65)], 0.9, "#8a6a3a")
    c.stroke(
        curve((46, 72), (40, 66), (38, 74), (46, 72)) + curve((46, 72), (54, 66), (55, 75), (46, 72)), 0.8, "#8a6a3a"
    )
    for stem, (x, y) in enumerate(((80, 88), (86, 89), (74, 89))):
        tip = (92 + stem * 1.5 - 3, 48 + stem * 6)
        c.stroke(curve((x - 10, y + 2), (x, y - 12), (tip[0] - 4, tip[1] + 16), tip), 0.7, "#6f8a55")
        for n in range(9):
            bx, by = tip[0] - n * 0.55 - n * n * 0.05, tip[1] + n * 2.2
            c.paint(oval(bx - 1.3, by, 1.5, 1.3), "#9a72c4")
            c.paint(oval(bx + 1.3, by + 0.8, 1.5, 1.3), "#7d55a8")
        c.paint(oval(tip[0], tip[1] - 1.4, 1.1, 1.5), "#b48fd8")
    for x, y, r in ((14, 78, 4), (20, 85, 2.6), (10, 88, 2), (17, 68, 1.6)):
        c.paint(oval(x, y, r, r), "#f6effa", "#d9c8e6")
        c.paint(oval(x - r * 0.3, y - r * 0.35, r * 0.28, r * 0.2), "#ffffff")
    return c
