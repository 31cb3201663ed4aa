"""Drawings of things for the house."""

from __future__ import annotations

from math import sin

from zoco.features.demo.providers.canvas import Canvas, Shape, blend, box, curve, leaf, mirrored, oval


def basket() -> Canvas:
    c = Canvas("#f8ecd9", "#e8c79c", "#b98a58")
    c.shadow(50, 84, 31, 4)
    for side in (-1, 1):
        c.stroke(
            curve((50 + side * 27, 44), (50 + side * 31, 22), (50 + side * 13, 22), (50 + side * 12, 42)),
            2.6,
            "#8a5a2e",
        )
        c.stroke(
            curve((50 + side * 27, 44), (50 + side * 30.4, 22.6), (50 + side * 13.4, 22.6), (50 + side * 12, 42)),
            0.8,
            "#c08a4c",
        )
    c.paint(oval(50, 44, 31, 6), "#8a5a2e", "#6b421f")
    c.paint(oval(50, 45, 28, 4.6), "#4a2c14")
    for x, y, size, colours in (
        (38, 42, 6, ("#e8795a", "#b8402e")),
        (50, 40, 6.6, ("#f2b84b", "#d18a22")),
        (62, 42, 6, ("#a9bf5a", "#6f8a35")),
    ):
        c.paint(oval(x, y, size, size), *colours)
        c.paint(oval(x - 2, y - 2.4, 1.5, 1), "#fff1d6")
        c.stroke([(x, y - size + 0.6), (x + 1, y - size - 1.6)], 0.6, "#5b3a1c")
        c.paint(leaf(x + 1, y - size - 0.6, 4, 2, -20), "#7c9a45")
    rows, columns = 9, 17
    for row in range(rows):
        level, half = 46.5 + row * 4.1, 30.4 - row * 0.95
        for column in range(columns):
            across = (column + 0.5) / columns * 2 - 1
            left, right = (50 + across * half + way * half / columns * 1.35 for way in (-1, 1))
            low = level + (1 - across**2) * 3.4
            willow = "#e6bd82" if (row + column) % 2 else "#bd8648"
            shade = blend(willow, "#4a2c14", max(0, across + 0.25) ** 2 * 0.4)
            c.paint(box(left, low - 2.3, right, low + 2.1, 1.1), shade)
            c.paint(
                box(left + 0.3, low - 1.9, right - 0.3, low - 0.6, 0.6),
                blend(shade, "#ffffff", 0.14),
            )
    rim = oval(50, 44, 31, 6, 0, 180)
    c.stroke(rim, 3, "#a8743a")
    for across, low in rim[2:95:4]:
        c.stroke([(across - 0.9, low - 1.1), (across + 0.9, low + 1.1)], 0.7, "#dcae70")
    return c


def lamp() -> Canvas:
    c = Canvas("#6b4a52", "#d98a5b", "#5a3428")
    c.glow(50, 38, 40, "#ffd58a", 0.55)
    c.shadow(50, 84, 24, 3.4, 0.5)
    c.glow(50, 82, 20, "#ffcf86", 0.35)
    c.stroke(curve((57, 82), (74, 84), (80, 78), (101, 82)), 0.7, "#2f1a14")
    c.paint(
        mirrored(curve((48, 54), (47.6, 64), (42, 66), (44, 74)) + curve((44, 74), (46, 78), (42, 79), (40, 80))),
        "#c98a55",
        "#b37442",
        "#6b3d20",
    )
    c.paint(oval(50, 80, 14, 3.4), "#7d4a28", "#5b331a")
    c.paint(oval(50, 79, 14, 3.2), "#d09560", "#8a5730")
    shade = mirrored(curve((39, 18), (35, 28), (27, 42), (24, 56)))
    c.paint(shade, "#ffdf9e", "#f8c878", "#d18f45")
    c.paint(oval(50, 56, 26, 4), "#fff0c4", "#f0c07a")
    c.paint(oval(50, 56, 23.5, 3), "#fff7dd")
    for row in range(13):
        t = row / 12
        y = 19.5 + t * 34
        half = 11.6 + 14.4 * t**0.92
        c.stroke(
            curve((50 - half, y), (50 - half / 2, y + 3 + t), (50 + half / 2, y + 3 + t), (50 + half, y)),
            0.55,
            "#b5793a",
        )
    for n in range(15):
        across = n / 14 * 2 - 1
        c.stroke(
            curve(
                (50 + across * 11, 20 - abs(across)),
                (50 + across * 15, 30),
                (50 + across * 22, 44),
                (50 + across * 25.6, 58.4 - 2.4 * across**2),
            ),
            0.45,
            "#c98f4b",
        )
    c.paint(oval(50, 18, 11, 2), "#ffe9b8", "#d8a05a")
    c.paint(oval(50, 18.2, 9, 1.2), "#fff6d8")
    c.stroke(oval(50, 56, 26, 4, 0, 180), 1, "#a86c32")
    return c


def board() -> Canvas:
    c = Canvas("#eef0dc", "#d7d3a4", "#9aa06a", horizon=78)
    c.shadow(53, 87, 25, 3.4, 0.4)
    outline = box(31, 30, 69, 88, 7)
    handle = mirrored(
        curve((40, 32), (46, 30), (45, 22), (44.6, 16)) + curve((44.6, 16), (44.6, 9), (48, 8.6), (50, 8.6))
    )
    for dx in (1.4, 0):
        dark = bool(dx)
        for shape in (handle, outline):
            c.paint(
                [(x + dx, y + dx * 0.6) for x, y in shape],
                *(("#7a4d24",) if dark else ("#e3b878", "#d6a45f", "#b67f3f")),
            )
    for n in range(9):
        x = 33.4 + n * 4.1
        wave = [(x + 1.5 * sin(y / 9 + n * 1.3) + (0.8 if n % 2 else 0), float(y)) for y in range(33, 87)]
        c.stroke(wave, 0.55 if n % 3 else 0.9, "#a8713a" if n % 2 else "#bf8a4c")
    for k in range(4):
        c.stroke(oval(56, 62, 2 + k * 1.7, 3.4 + k * 2.6), 0.5, "#945f2c")
    c.paint(oval(56, 62, 1.5, 2.6), "#7d4d22")
    c.paint(oval(50, 15, 2.3, 2.3), "#7a4d24")
    c.paint(oval(50.3, 15.2, 1.9, 1.9), "#e4e4c4")
    c.stroke(curve((50, 15), (42, 20), (40, 26), (44, 30)), 0.7, "#6b4a2a")
    c.stroke(curve((50, 15), (45, 22), (46, 27), (44, 30)), 0.7, "#7d5a36")
    c.paint(box(32.2, 36, 33.4, 80, 0.6), "#f4d9a8")
    c.stroke(curve((66, 92), (72, 88), (80, 86), (88, 80)), 0.8, "#5f6b35")
    for n in range(6):
        x, y = 68 + n * 3.4, 90.6 - n * 1.8
        c.paint(leaf(x, y, 7.5, 2.5, -75), "#93a85a", "#6f8440")
        c.paint(leaf(x, y, 7.5, 2.5, 35), "#7f9548", "#5f7336")
    for x, y in ((73, 93), (82, 90)):
        c.paint(oval(x, y, 2, 2.6), "#5d5a3a", "#33321f")
        c.paint(oval(x - 0.7, y - 1, 0.5, 0.7), "#b9b78f")
    return c


def candle() -> Canvas:
    c = Canvas("#3f3350", "#c9766a", "#4a2a33")
    c.glow(50, 28, 30, "#ffcf86", 0.5)
    c.shadow(50, 84, 24, 3.6, 0.5)
    c.paint([(31, 44), *oval(50, 83, 18, 3.2, 180, 0), (69, 44)], "#f7e3c8", "#fbeedb", "#c9a58c")
    c.paint(oval(50, 47, 18, 3.6), "#fff6e0", "#f2d7b0")
    c.glow(50, 47, 7, "#ffdf9a", 0.8)
    c.stroke(curve((50, 47), (50, 45), (49.6, 43), (50, 40)), 0.8, "#3b2620")
    flame: Shape = [
        *curve((50, 16), (47, 24), (43.6, 28), (43.8, 34)),
        *curve((43.8, 34), (44, 41), (56, 41), (56.2, 34)),
        *curve((56.2, 34), (56.4, 28), (52, 24), (50, 16)),
    ]
    c.paint(flame, "#ffb347", "#ff8a3c", down=True)
    c.paint([(50 + (x - 50) * 0.6, 38 + (y - 38) * 0.66) for x, y in flame], "#ffe9a8", "#ffc95c", down=True)
    c.paint([(50 + (x - 50) * 0.3, 39 + (y - 39) * 0.34) for x, y in flame], "#fffbe8")
    rim = [(31, 42), *oval(50, 47, 18, 3.6, 180, 0), (69, 42), *oval(50, 42, 19, 3.8, 0, 180)]
    c.paint(rim, "#e9d7cf", "#f6ebe6", "#bfa29c")
    c.stroke(oval(50, 42, 19, 3.8), 0.8, "#fdf5ef")
    c.paint(box(37, 56, 63, 76, 1.5), "#fffaf0", "#efe0c8")
    c.stroke(curve((50, 73), (49.4, 68), (50.4, 63), (50, 59)), 0.6, "#4f6b4a")
    for n in range(6):
        y = 71 - n * 2.2
        c.paint(leaf(50, y, 5.4, 1.5, -35), "#6f9165")
        c.paint(leaf(50, y, 5.4, 1.5, -145), "#55784d")
    c.paint(box(33.4, 50, 34.8, 78, 0.7), "#ffffff")
    return c
