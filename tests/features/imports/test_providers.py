"""Foreign product files: three ways of writing them, and everything that can be wrong in one."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from pathlib import Path

import pytest

from zoco.features.catalogue.models import ProductStatus
from zoco.features.imports.errors import ColumnsMissing, NotATable, NothingToImport, UnknownFormat
from zoco.features.imports.models import Outcome, ProductDraft, Report, Row, RowRefused
from zoco.features.imports.providers import Reading, read
from zoco.features.imports.providers.values import FALLBACK_CATEGORY, description, price
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.money import Money

SAMPLES = sorted((Path(__file__).parents[4] / "shared" / "data" / "shopify").glob("*.csv"))

OLD = [
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Type",
    "Tags",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Option2 Name",
    "Option2 Value",
    "Variant SKU",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Price",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Gift Card",
    "Variant Image",
    "Status",
]
PRESENT = [
    "Title",
    "URL handle",
    "Description",
    "Vendor",
    "Product category",
    "Type",
    "Tags",
    "Published on online store",
    "Status",
    "SKU",
    "Barcode",
    "Option1 name",
    "Option1 value",
    "Option2 name",
    "Option2 value",
    "Price",
    "Inventory tracker",
    "Inventory quantity",
    "Continue selling when out of stock",
    "Product image URL",
    "Image position",
    "Image alt text",
    "Variant image URL",
    "Gift card",
]
WOO = [
    "ID",
    "Type",
    "SKU",
    "Name",
    "Published",
    "Is featured?",
    "Visibility in catalog",
    "Short description",
    "Description",
    "Date sale price starts",
    "Date sale price ends",
    "In stock?",
    "Stock",
    "Sale price",
    "Regular price",
    "Categories",
    "Tags",
    "Images",
    "Parent",
    "Attribute 1 name",
    "Attribute 1 value(s)",
    "Attribute 2 name",
    "Attribute 2 value(s)",
]


def table(header: list[str], *rows: dict[str, str], delimiter: str = ",") -> bytes:
    text = StringIO()
    writer = csv.DictWriter(text, header, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def reading(data: bytes, currency: str = "USD") -> Reading:
    return read(BytesIO(data), currency)


def answers(data: bytes, currency: str = "USD") -> list[ProductDraft | RowRefused]:
    return list(reading(data, currency).rows)


def drafts(data: bytes, currency: str = "USD") -> list[ProductDraft]:
    given = answers(data, currency)
    assert all(isinstance(answer, ProductDraft) for answer in given), given
    return [answer for answer in given if isinstance(answer, ProductDraft)]


def refusal(data: bytes) -> RowRefused:
    (answer,) = answers(data)
    assert isinstance(answer, RowRefused)
    return answer


def codes(row: ProductDraft | RowRefused) -> list[str]:
    return [error.code for error in (row.errors if isinstance(row, RowRefused) else row.notes)]


def mug(**cells: str) -> dict[str, str]:
    row = {"Handle": "mug", "Title": "Mug", "Variant Price": "9.50", "Variant Inventory Qty": "3"}
    return row | {name.replace("_", " "): value for name, value in cells.items()}


def woo(**cells: str) -> dict[str, str]:
    row = {
        "ID": "7",
        "Type": "simple",
        "SKU": "MUG",
        "Name": "Mug",
        "Published": "1",
        "Stock": "3",
        "Regular price": "9.5",
    }
    return row | {name.replace("_", " "): value for name, value in cells.items()}


# Shopify, old columns


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
    assert bowl.image_url is None
    assert (large.stock, large.price) == (0, Money(1200, "USD"))


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


# Shopify, present columns


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


# WooCommerce


def test_a_simple_woocommerce_product() -> None:
    row = woo(Description=r"One line\nand another", Images="https://x.test/a.jpg, https://x.test/b.jpg")
    row |= {"Categories": r"Cocina > Tazas\, jarras, Regalos", "Sale price": "8,00"}
    (draft,) = drafts(table(WOO, row))
    assert (draft.source_key, draft.category, draft.price) == ("woocommerce:7", "Tazas, jarras", Money(800, "USD"))
    assert draft.description == "<p>One line<br>and another</p>"
    assert (draft.image_url, draft.image_alt) == ("https://x.test/a.jpg", "Mug")


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


# Files


def test_quotes_and_line_breaks_in_cells_and_the_line_where_a_row_begins() -> None:
    body = 'Length 12"\nand "quoted", too'
    data = table(OLD, mug() | {"Body (HTML)": body}, mug(Handle="b", Title="B"))
    first, second = drafts(data)
    assert first.description == '<p>Length 12"<br>and "quoted", too</p>'
    assert (first.line, second.line) == (2, 4)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_and_separators_are_found_out(encoding: str, delimiter: str, newline: str) -> None:
    data = table(OLD, mug(Title="Café, piñón; 5 €", Status="active"), delimiter=delimiter)
    text = data.decode().replace("\r\n", newline)
    assert drafts(text.encode(encoding))[0].title == "Café, piñón; 5 €"


def test_a_long_file_in_two_encodings_is_read_to_its_end() -> None:
    data = table(OLD, *(mug(Handle=f"mug-{n}", Title=f"Taza {n}") for n in range(5000)), mug(Handle="x", Title="Ñ"))
    assert len(drafts(data[:-100] + data[-100:].decode().encode("cp1252"))) == 5001


def test_blank_lines_and_empty_cells_at_the_end_are_nothing() -> None:
    data = b"\n\n" + table(OLD, mug(Status="active")).replace(b"active", b"active,,") + b"\n,,,\n  \n"
    assert [d.line for d in drafts(data)] == [4]


def test_short_rows_lack_only_their_last_cells() -> None:
    assert drafts(b"Handle,Title,Variant Price,Variant Inventory Qty,Status\nmug,Mug,5,1\n")[0].stock == 1


def test_a_row_with_more_cells_than_columns_is_refused_in_its_place() -> None:
    data = b"Handle,Title,Variant Price,Variant Inventory Qty\na,A,1,1\nb,B, with a comma,1,1\nc,C,1,1\nd,D,x,1,1\n"
    given = answers(data)
    assert [(a.line, codes(a)) for a in given] == [
        (2, []),
        (3, ["imports.too_many_cells"]),
        (4, []),
        (5, ["imports.too_many_cells"]),
    ]


def test_a_quote_that_never_ends_does_not_swallow_the_rest_in_silence() -> None:
    data = b'Handle,Title,Variant Price,Variant Inventory Qty\na,A,1,1\nb,"B,1,1\nc,C,1,1\n'
    first, second = answers(data)
    assert isinstance(first, ProductDraft)
    assert codes(second) == ["imports.broken_row"]


def test_a_column_that_is_there_twice_counts_the_first_time() -> None:
    assert drafts(b"Handle,Title,Variant Price,Variant Inventory Qty,Title\na,A,1,1,Z\n")[0].title == "A"


@pytest.mark.parametrize("data", [b"", b"\n\n  \n", b'"never ends', "\ufeff".encode()])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(NothingToImport):
        reading(data)


def test_a_spreadsheet_is_refused() -> None:
    with pytest.raises(NotATable):
        reading(b"PK\x03\x04\x14\0\x06\0")


def test_an_unknown_format_names_what_was_seen_and_what_is_known() -> None:
    with pytest.raises(UnknownFormat) as refused:
        reading(b"Producto;Precio;;Stock\nTaza;5;;1\n")
    assert refused.value.params["seen"] == "producto, precio, stock"
    assert "Shopify" in str(refused.value)
    assert "WooCommerce" in str(refused.value)


@pytest.mark.parametrize(
    ("header", "column"),
    [("Handle,Title", "Variant Price"), ("Title,URL handle", "Price"), ("Type,SKU,Name", "Regular price")],
)
def test_columns_that_nothing_can_be_made_without(header: str, column: str) -> None:
    with pytest.raises(ColumnsMissing) as refused:
        reading(header.encode() + b"\na,b,c\n")
    assert refused.value.params["columns"] == column


def test_the_same_product_twice_is_refused_the_second_time() -> None:
    given = answers(table(OLD, mug(), mug(Handle="bowl"), mug()))
    assert [codes(a) for a in given] == [[], [], ["imports.duplicate"]]
    assert isinstance(given[2], RowRefused)
    assert given[2].errors[0].params == {"line": 2}


# Values


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("42.99", "USD", 4299),
        ("42,99", "USD", 4299),
        ("42,9", "USD", 4290),
        ("1234", "USD", 123400),
        ("1.234,50", "USD", 123450),
        ("1,234.50", "USD", 123450),
        ("1 234,50", "USD", 123450),
        ("1\u202f234,50", "USD", 123450),
        ("1'234.50", "USD", 123450),
        ("1.234.567", "USD", 123456700),
        ("12,345,678.9", "USD", 1234567890),
        ("9.5000", "USD", 950),
        ("0", "USD", 0),
        ("1.990", "CLP", 1990),
        ("1990.00", "CLP", 1990),
        ("1.250", "KWD", 1250),
    ],
)
def test_prices_of_many_countries(text: str, currency: str, minor: int) -> None:
    assert price(text, currency) == Money(minor, currency)


@pytest.mark.parametrize("text", ["1.234", "1,234", "12.345", "999,999"])
def test_a_price_that_could_be_two_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        price(text, "USD")
    assert refused.value.errors[0].code == "imports.price_ambiguous"


@pytest.mark.parametrize(
    "text",
    ["abc", "-5", "1e5", "$5", "0.123", "12.34.56", "1.23,45.6", "1.234.5,6", "1,23,4.5", "9.999,999", "NaN", "٣"],
)
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        price(text, "USD")
    assert refused.value.errors[0].code == "imports.price_wrong"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"Title": " "}, "imports.title_missing"),
        ({"Title": "x" * 201}, "imports.too_long"),
        ({"Body (HTML)": "x" * 20_001}, "imports.too_long"),
        ({"Type": "x" * 81}, "imports.too_long"),
        ({"Variant Price": ""}, "imports.price_missing"),
        ({"Variant Price": "free"}, "imports.price_wrong"),
        ({"Variant Price": "1.234"}, "imports.price_ambiguous"),
        ({"Variant Inventory Qty": "-2"}, "imports.stock_negative"),
        ({"Variant Inventory Qty": "1.5"}, "imports.stock_wrong"),
        ({"Variant Inventory Qty": "9999999999"}, "imports.stock_wrong"),
    ],
)
def test_a_bad_cell_refuses_its_row_by_name(cells: dict[str, str], code: str) -> None:
    row = refusal(table(OLD, mug() | cells))
    assert codes(row) == [code]
    assert row.line == 2
    assert row.errors[0].message.format(**row.errors[0].params)


def test_everything_wrong_with_a_row_is_said_at_once() -> None:
    row = refusal(table(OLD, mug(Title="", Variant_Price="x", Variant_Inventory_Qty="y")))
    assert [error.field for error in row.errors] == ["title", "price", "stock"]


@pytest.mark.parametrize("address", ["mug.jpg", "ftp://x.test/a.jpg", "javascript:alert(1)", "http://", "http://[bad"])
def test_an_image_that_is_not_on_the_web_is_noted_and_left_out(address: str) -> None:
    (draft,) = drafts(table(OLD, mug(Image_Src=address)))
    assert draft.image_url is None
    assert codes(draft) == ["imports.image_address"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("Plain & simple", "Plain &amp; simple"),
        ("<script>alert(1)</script><p onclick=x>Hi</p>", "<p>Hi</p>"),
        ("<div>One</div><div>Two</div>", "<p>One</p><p>Two</p>"),
        ("<h1>Big</h1><p> </p>text", "<h3>Big</h3>text"),
        ("One\r\n\r\nTwo\nThree", "<p>One</p><p>Two<br>Three</p>"),
        ('<a href="javascript:x">a</a>', '<a rel="noopener noreferrer">a</a>'),
        (
            '<img src=x onerror=y><a href="https://x.test">b</a>',
            '<a href="https://x.test" rel="noopener noreferrer">b</a>',
        ),
        ("<ul>\n<li>Gold</li>\n</ul>", "<ul>\n<li>Gold</li>\n</ul>"),
    ],
)
def test_descriptions_are_made_harmless_and_stay_so(html: str, expected: str) -> None:
    assert description(html) == expected
    assert description(expected) == expected


# Reports


def test_a_report_counts_every_outcome() -> None:
    (draft,) = drafts(table(OLD, mug(Variant_Inventory_Qty="")))
    late = FieldError("image", "imports.image_lost", "gone")
    refused = Row.refused(RowRefused(line=3, key="k", title="T", errors=(late,)))
    created = Row.of(draft, Outcome.CREATED, late)
    report = Report(format="Shopify", dry_run=True, rows=(created, refused))
    assert created.reasons == (*draft.notes, late)
    assert (refused.outcome, refused.reasons) == (Outcome.REFUSED, (late,))
    assert report.counts == {Outcome.CREATED: 1, Outcome.UPDATED: 0, Outcome.SKIPPED: 0, Outcome.REFUSED: 1}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_real_files_of_shopify_are_read_whole(path: Path) -> None:
    with path.open("rb") as file:
        found = read(file, "USD")
        given = list(found.rows)
    assert found.dialect.name == "Shopify"
    assert len(given) > 15
    assert [answer for answer in given if not isinstance(answer, ProductDraft)] == []
    with path.open("rb") as file:
        assert list(read(file, "USD").rows) == given
