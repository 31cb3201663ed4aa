"""The rules of products."""

from __future__ import annotations

import pytest
from tests.samples import a_product

from zoco.features.catalogue.errors import NotForSale, OutOfStock
from zoco.features.catalogue.models import Image, Photo, ProductStatus, alphabetical


def test_as_many_pieces_as_there_are_can_be_had() -> None:
    a_product(stock=3).check_offer(3)


def test_one_piece_too_many_is_refused_with_what_is_left() -> None:
    with pytest.raises(OutOfStock) as refusal:
        a_product(title="Jarra", stock=3).check_offer(4)
    assert refusal.value.params == {"title": "Jarra", "available": 3}


@pytest.mark.parametrize("status", [ProductStatus.HIDDEN, ProductStatus.REMOVED])
def test_what_is_not_offered_is_not_for_sale_although_in_stock(status: ProductStatus) -> None:
    with pytest.raises(NotForSale) as refusal:
        a_product(title="Jarra", status=status).check_offer(1)
    assert refusal.value.params == {"title": "Jarra"}


@pytest.mark.parametrize(
    ("status", "stock", "offered"),
    [
        (ProductStatus.ACTIVE, 1, True),
        (ProductStatus.ACTIVE, 0, False),
        (ProductStatus.HIDDEN, 1, False),
        (ProductStatus.REMOVED, 1, False),
    ],
)
def test_only_active_products_with_stock_are_offered(status: ProductStatus, stock: int, *, offered: bool) -> None:
    assert a_product(status=status, stock=stock).offered is offered


def test_a_product_without_picture_has_no_image() -> None:
    assert a_product().image is None


def test_the_address_of_an_image_changes_with_the_picture_and_its_words_are_the_title() -> None:
    product = a_product(title="Jarra azul", pictures=(Photo("0123456789abcdef0123", 30, 20),))
    assert product.image == Image(f"/images/{product.id}?v=0123456789abcdef", "Jarra azul")


def test_a_product_is_searched_by_title_category_and_description() -> None:
    product = a_product(title="Ñoño ÁRBOL", category="jardin", description="Grande, <b>útil</b>.")
    assert product.search_words == "ñoño arbol jardin grande b util b"


def test_titles_are_compared_as_in_a_spanish_dictionary() -> None:
    titles = ["nz", "ÑA", "ña", "Oa", "ná", "Z"]
    assert sorted(titles, key=alphabetical) == ["ná", "nz", "ÑA", "ña", "Oa", "Z"]


def test_only_the_beginning_of_a_title_is_compared() -> None:
    assert a_product(title="Á" * 200).title_key == "a" * 50
