"""Shopify's product files, in the old columns and in the present ones."""

from __future__ import annotations

import pytest
from tests.features.imports.files import OLD, PRESENT, codes, drafts, mug, refusal, table

from zoco.features.catalogue.models import MOST_PICTURES, ProductStatus
from zoco.features.imports.models import DraftImage, ProductDraft
from zoco.features.imports.providers.values import FALLBACK_CATEGORY
from zoco.kit.money import Money


def test_a_shopify_row_becomes_a_draft() -> None:
    row = mug(Type="Kitchen", Tags="clay, blue", Published="true", Status="active")
    row |= {"Body (HTML)": "<p>Made by <b>hand</b></p>", "Option1 Name": "Title", "Option1 Value": "Default Title"}
    row |= {"Image Src": "https://example.com/mug.jpg", "Image Alt Text": "A blue mug"}
    assert drafts(table(OLD, row)) == [
        ProductDraft(
            line=2,
            source_key="shopify:mug",
            title="Mug",
            description="<p>Made by <b>hand</b></p>",
            category="Kitchen",
            price=Money(950, "USD"),
            stock=3,
            image_url="https://example.com/mug.jpg",
            image_alt="A blue mug",
        )
    ]


def test_each_variant_is_a_product_and_a_row_with_only_an_image_is_none() -> None:
    data = table(
        OLD,
        mug(Option1_Name="Size", Option1_Value="Small", Image_Src="https://x.test/1.jpg", Image_Alt_Text="One"),
        {"Handle": "mug", "Option1 Value": "1/2 Large", "Option2 Value": "Red", "Variant Price": "12"}
        | {"Variant Inventory Qty": "0", "Image Src": "https://x.test/2.jpg", "Variant Image": "https://x.test/2.jpg"},
        {"Handle": "mug", "Image Src": "https://x.test/3.jpg", "Image Position": "3"},
        mug(Handle="bowl", Title="Bowl"),
    )
    small, large, bowl = drafts(data)
    assert [d.title for d in (small, large, bowl)] == ["Mug – Small", "Mug – 1/2 Large / Red", "Bowl"]
    assert [d.line for d in (small, large, bowl)] == [2, 3, 5]
    assert (small.source_key, large.source_key) == ("shopify:mug/small", "shopify:mug/1%2f2 large/red")
    assert (small.image_url, small.image_alt) == ("https://x.test/1.jpg", "One")
    assert (large.image_url, large.image_alt) == ("https://x.test/2.jpg", "Mug – 1/2 Large / Red")
    assert [(image.address, image.alt) for image in small.further] == [("https://x.test/3.jpg", "")]
    assert [image.address for image in large.further] == ["https://x.test/1.jpg", "https://x.test/3.jpg"]
    assert bowl.image_url is None
    assert (large.stock, large.price) == (0, Money(1200, "USD"))


def test_further_images_come_by_their_position() -> None:
    data = table(
        OLD,
        mug(Image_Src="https://x.test/2.jpg", Image_Position="2"),
        {"Handle": "mug", "Image Src": "https://x.test/1.jpg", "Image Position": "1", "Image Alt Text": "Front"},
        {"Handle": "mug", "Image Src": "mug.jpg", "Image Position": "3"},
        {"Handle": "mug", "Image Src": "https://x.test/2.jpg", "Image Position": "4"},
    )
    (draft,) = drafts(data)
    assert (draft.image_url, draft.image_alt) == ("https://x.test/1.jpg", "Front")
    assert draft.further == (DraftImage("https://x.test/2.jpg"),)
    assert codes(draft) == ["imports.image_address"]


def test_of_too_many_images_the_first_ones_are_taken() -> None:
    more = [{"Handle": "mug", "Image Src": f"https://x.test/{n}.jpg"} for n in range(20)]
    (draft,) = drafts(table(OLD, mug(), *more))
    assert 1 + len(draft.further) == MOST_PICTURES
    assert codes(draft) == ["imports.too_many_pictures"]


def test_a_row_without_a_handle_belongs_to_the_product_above_it() -> None:
    data = table(
        OLD, mug(Option1_Value="A"), {"Option1 Value": "B", "Variant Price": "1", "Variant Inventory Qty": "1"}
    )
    assert [d.title for d in drafts(data)] == ["Mug – A", "Mug – B"]


def test_a_row_with_nothing_to_name_it_is_refused() -> None:
    assert codes(refusal(table(OLD, {"Variant Price": "1"}))) == ["imports.title_missing"]


@pytest.mark.parametrize(
    "cells", [{"Published": "false"}, {"Status": "draft"}, {"Status": "Archived"}, {"Status": "unlisted"}]
)
def test_what_was_not_public_stays_hidden(cells: dict[str, str]) -> None:
    assert drafts(table(OLD, mug(**cells)))[0].status is ProductStatus.HIDDEN


@pytest.mark.parametrize("cells", [{"Published": "TRUE"}, {"Status": "Active"}, {}])
def test_what_was_public_stays_public(cells: dict[str, str]) -> None:
    assert drafts(table(OLD, mug(**cells)))[0].status is ProductStatus.ACTIVE


def test_a_quantity_counts_although_untracked_and_without_one_none_are_for_sale() -> None:
    (draft,) = drafts(table(OLD, mug(Variant_Inventory_Tracker="", Variant_Inventory_Qty="")))
    assert draft.stock == 0
    assert codes(draft) == ["imports.stock_unknown"]


def test_gift_cards_are_refused() -> None:
    assert codes(refusal(table(OLD, mug(Gift_Card="true")))) == ["imports.gift_card"]


def test_the_present_columns_of_shopify() -> None:
    first = {
        "Title": "Poncho",
        "URL handle": "poncho",
        "Description": "Warm",
        "Product category": "Apparel > Capes > Ponchos",
    }
    first |= {"Published on online store": "TRUE", "Status": "Active", "Option1 name": "Size", "Option1 value": "M"}
    first |= {"Price": "80.00", "Inventory quantity": "2", "Product image URL": "https://x.test/p.jpg", "SKU": "P-M"}
    second = {"URL handle": "poncho", "Option1 value": "L", "Price": "85.00", "Inventory quantity": "1", "SKU": "P-L"}
    second |= {"Variant image URL": "https://x.test/l.jpg"}
    third = {"URL handle": "poncho", "Product image URL": "https://x.test/more.jpg", "Image position": "2"}
    medium, large = drafts(table(PRESENT, first, second, third))
    assert (medium.title, medium.source_key, medium.category) == ("Poncho – M", "shopify:poncho/m", "Ponchos")
    assert (large.title, large.image_url) == ("Poncho – L", "https://x.test/l.jpg")
    assert large.price == Money(8500, "USD")


def test_without_a_handle_the_title_makes_one() -> None:
    (draft,) = drafts(table(PRESENT, {"Title": "Té de Coca", "Price": "1", "Inventory quantity": "1"}))
    assert draft.source_key == "shopify:te-de-coca"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"Type": "Mugs", "Product category": "Home > Kitchen"}, "Mugs"),
        ({"Product category": "Home > Kitchen", "Tags": "x"}, "Kitchen"),
        ({"Product category": "Uncategorized", "Tags": "clay, blue"}, "clay"),
        ({}, FALLBACK_CATEGORY),
    ],
)
def test_where_the_category_comes_from(cells: dict[str, str], expected: str) -> None:
    row = {"Title": "Mug", "URL handle": "mug", "Price": "1", "Inventory quantity": "1"} | cells
    assert drafts(table(PRESENT, row))[0].category == expected
