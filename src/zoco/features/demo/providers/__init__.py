"""Draws the demo products, so that no picture has to be shipped or fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zoco.features.demo.providers import ceramics, gifts, home, pantry, textiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoco.features.demo.models import DemoProduct
    from zoco.features.demo.providers.canvas import Canvas

_DRAWINGS: Final[dict[str, Callable[[], Canvas]]] = {
    drawing.__name__: drawing
    for drawing in (
        ceramics.mug,
        ceramics.vase,
        textiles.poncho,
        textiles.hammock,
        home.basket,
        home.lamp,
        home.board,
        home.candle,
        pantry.honey,
        pantry.coffee,
        pantry.oil,
        gifts.notebook,
        gifts.earrings,
        gifts.soap,
    )
}


def draw(product: DemoProduct) -> bytes:
    """A PNG of 1200 × 1200 pixels, always the same for the same product."""
    return _DRAWINGS[product.picture]().png()
