"""Draws the demo products, so that no picture has to be shipped or fetched.

A shop is filled once in its life: the drawings are loaded then, and never into a process that only serves.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoco.features.demo.models import DemoProduct
    from zoco.features.demo.providers.canvas import Canvas


def draw(product: DemoProduct) -> bytes:
    """A PNG of 1200 × 1200 pixels, always the same for the same product."""
    drawn: Canvas = resolve_name(f"{__name__}.{product.picture}")()
    return drawn.png()
