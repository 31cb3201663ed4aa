"""The shop's own colours as CSS, each moved as far towards black or white as people need to read it."""

from __future__ import annotations

from zoco.settings.tree import Colours

_GROUNDS = {"light": ("#fbf6ee", "#fffdf9", "#f4ebde"), "dark": ("#17120f", "#211a16", "#2c231d")}
"""What stands behind coloured text in `zoco.css`: ground, surface and sunken."""
_READABLE = 4.5  # WCAG 2.2 AA for text
_STEP = 0.02
_FAINT = 0.04045
_BLACK, _WHITE = (0, 0, 0), (255, 255, 255)

Rgb = tuple[int, int, int]


def theme(colours: Colours) -> bytes:
    """The style sheet that `zoco.css` takes its colours from."""
    light, dark = (_tokens(colours, _GROUNDS[scheme], scheme) for scheme in ("light", "dark"))
    return f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n".encode()


def for_mail(colours: Colours) -> dict[str, str]:
    """The shop's first colour on white paper, the ink on a ground of it, and the same in the dark."""
    on_paper = readable(parse(colours.primary), (_WHITE,), _BLACK)
    in_the_dark = readable(parse(colours.primary), (parse("#22262a"),), _WHITE)
    ink = max(_WHITE, parse("#22262a"), key=lambda ink: contrast(ink, on_paper))
    return {"brand": _hex(on_paper), "on_brand": _hex(ink), "in_the_dark": _hex(in_the_dark)}


def contrast(one: Rgb, other: Rgb) -> float:
    """The ratio of WCAG, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: Rgb, grounds: tuple[Rgb, ...], towards: Rgb) -> Rgb:
    """The colour, mixed with as little of `towards` as gives it enough contrast on every ground."""
    share = 0.0
    mixed = colour
    while min(contrast(mixed, ground) for ground in grounds) < _READABLE and share < 1:
        share += _STEP
        red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, towards, strict=True))
        mixed = red, green, blue
    return mixed


def parse(colour: str) -> Rgb:
    """`#1f6f54` as three numbers."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _tokens(colours: Colours, grounds: tuple[str, ...], scheme: str) -> str:
    towards = _BLACK if scheme == "light" else _WHITE
    behind = tuple(parse(ground) for ground in grounds)
    tokens = {}
    for name, chosen in {"brand": colours.primary, "accent": colours.accent}.items():
        colour = readable(parse(chosen), behind, towards)
        tokens[name] = _hex(colour)
        tokens[f"on-{name}"] = _hex(max(_WHITE, parse(_GROUNDS["dark"][0]), key=lambda ink: contrast(ink, colour)))
    tokens["sand"] = "#e8c98f" if scheme == "light" else "#8a6d3b"
    return " ".join(f"--{name}: {value};" for name, value in tokens.items())


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(value / 255) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    """Light instead of sRGB's steps; below `_FAINT` the curve is a line."""
    return share / 12.92 if share <= _FAINT else ((share + 0.055) / 1.055) ** 2.4


def _hex(colour: Rgb) -> str:
    return f"#{bytes(colour).hex()}"
