"""The demo market: believable data, and a picture for every product."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from zoco.features.demo.models import CUSTOMER, PRODUCTS, SELLERS, DemoProduct
from zoco.features.demo.providers import draw
from zoco.features.media.providers.pillow import PillowCodec
from zoco.kit.money import Money


def test_the_market_is_large_enough_to_look_alive() -> None:
    assert len(PRODUCTS) >= 12
    assert len({product.category for product in PRODUCTS}) == 5
    assert len({product.title for product in PRODUCTS}) == len({p.picture for p in PRODUCTS}) == len(PRODUCTS)
    assert {product.seller for product in PRODUCTS} == set(range(len(SELLERS)))
    assert all(Money.parse(product.price, "USD").amount > 0 and product.stock > 0 for product in PRODUCTS)


def test_nobody_in_it_can_get_mail() -> None:
    assert all(person.email.endswith("@example.com") for person in (*SELLERS, CUSTOMER))


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.picture)
def test_every_product_has_a_picture(product: DemoProduct) -> None:
    picture = Image.open(BytesIO(draw(product)))
    assert picture.size == (1200, 1200)
    assert len(set(picture.resize((64, 64)).tobytes())) > 50


def test_a_picture_is_always_the_same_and_the_shop_takes_it_in() -> None:
    picture = draw(PRODUCTS[0])
    assert picture == draw(PRODUCTS[0])
    assert PillowCodec(max_bytes=1_000_000, max_pixels=4_000_000).encode(picture).width == 1200
