"""WooCommerce's product files, in English and in Spanish."""

from __future__ import annotations

import pytest
from tests.features.imports.files import WOO, codes, drafts, refusal, table, woo

from zoco.features.catalogue.models import ProductStatus
from zoco.kit.money import Money


def test_a_simple_woocommerce_product() -> None:
    row = woo(Description=r"One line\nand another", Images="https://x.test/a.jpg, https://x.test/b.jpg")
    row |= {"Categories": r"Cocina > Tazas\, jarras, Regalos", "Sale price": "8,00"}
    (draft,) = drafts(table(WOO, row))
    assert (draft.source_key, draft.category, draft.price) == ("woocommerce:7", "Tazas, jarras", Money(800, "USD"))
    assert draft.description == "<p>One line<br>and another</p>"
    assert (draft.image_url, draft.image_alt) == ("https://x.test/a.jpg", "Mug")
    assert [image.address for image in draft.further] == ["https://x.test/b.jpg"]


def test_a_sale_with_dates_does_not_set_the_price() -> None:
    row = woo() | {"Sale price": "8", "Date sale price ends": "2020-01-01"}
    assert drafts(table(WOO, row))[0].price == Money(950, "USD")


def test_variations_are_products_with_the_words_of_their_parent() -> None:
    parent = woo(Type="variable", ID="10", SKU="H", Name="Hoodie", Stock="", Description="Soft", Categories="Ropa")
    parent |= {"Images": "https://x.test/h.jpg", "Regular price": "", "Attribute 1 value(s)": "Blue, Red"}
    blue = woo(Type="variation, virtual", ID="11", SKU="H-B", Name="Hoodie - Blue", Parent="H", Stock="5")
    blue |= {"Attribute 1 name": "Color", "Attribute 1 value(s)": "Blue", "Attribute 2 value(s)": "XL"}
    red = woo(Type="variation", ID="12", SKU="H-R", Name="Hoodie - Red", Parent="id:10", Stock="parent")
    drafted = drafts(table(WOO, parent, blue, red))
    assert [d.title for d in drafted] == ["Hoodie – Blue / XL", "Hoodie - Red"]
    assert [d.description for d in drafted] == ["Soft", "Soft"]
    assert [d.category for d in drafted] == ["Ropa", "Ropa"]
    assert [d.image_url for d in drafted] == ["https://x.test/h.jpg"] * 2
    assert [d.stock for d in drafted] == [5, 0]
    assert codes(drafted[1]) == ["imports.stock_shared"]


def test_a_variation_hides_with_its_parent() -> None:
    parent = woo(Type="variable", SKU="H", Published="-1")
    assert drafts(table(WOO, parent, woo(Type="variation", ID="8", Parent="H")))[0].status is ProductStatus.HIDDEN


@pytest.mark.parametrize("cells", [{"Published": "0"}, {"Published": "-1"}, {"Visibility in catalog": "hidden"}])
def test_a_woocommerce_product_that_was_not_public_stays_hidden(cells: dict[str, str]) -> None:
    assert drafts(table(WOO, woo() | cells))[0].status is ProductStatus.HIDDEN


def test_a_variation_whose_parent_is_not_above_it_is_refused() -> None:
    row = refusal(table(WOO, woo(Type="variation", Parent="H")))
    assert codes(row) == ["imports.parent_missing"]
    assert row.errors[0].params == {"parent": "H"}


def test_a_variable_product_without_variations_is_reported_once() -> None:
    row = refusal(table(WOO, woo(Type="variable", Name="Hoodie")))
    assert (row.title, codes(row)) == ("Hoodie", ["imports.no_variations"])


@pytest.mark.parametrize("kind", ["grouped", "external"])
def test_what_cannot_be_bought_by_itself_is_refused(kind: str) -> None:
    assert codes(refusal(table(WOO, woo(Type=kind)))) == ["imports.type"]


@pytest.mark.parametrize(("in_stock", "expected"), [("1", ["imports.stock_unknown"]), ("0", [])])
def test_stock_that_woocommerce_does_not_count(in_stock: str, expected: list[str]) -> None:
    (draft,) = drafts(table(WOO, woo(Stock="") | {"In stock?": in_stock}))
    assert draft.stock == 0
    assert codes(draft) == expected


def test_a_hand_written_file_without_numbers_goes_by_sku_or_name() -> None:
    data = table(WOO, woo(ID=""), woo(ID="", SKU="", Name="Té  Ñandú"))
    assert [d.source_key for d in drafts(data)] == ["woocommerce:MUG", "woocommerce:te  ñandu"]


def test_the_spanish_columns_of_woocommerce_and_its_guard_against_formulas() -> None:
    header = (
        "ID;Tipo;SKU;Nombre;Publicado;Descripción;Inventario;Precio normal;Categorías;Superior;Nombre del atributo 1;"
    )
    header += "Valor(es) del atributo 1"
    rows = ['1;variable;T;\'-Taza;1;Barro;;;Tazas;;Color;"Azul, Rojo"', "2;variation;T-A;;1;;4;1.250,00;;T;Color;Azul"]
    (draft,) = drafts("\n".join([header, *rows]).encode("cp1252"))
    assert (draft.title, draft.price, draft.stock) == ("-Taza – Azul", Money(125000, "USD"), 4)
