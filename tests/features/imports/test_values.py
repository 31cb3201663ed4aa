"""Prices, stock, descriptions and pictures as other shops write them."""

from __future__ import annotations

import pytest
from tests.features.imports.files import OLD, codes, drafts, mug, refusal, table

from zoco.features.imports.providers.values import description, price
from zoco.kit.errors import Invalid
from zoco.kit.money import Money


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
        ({"Handle": "ñ" * 500}, "imports.key_too_long"),
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
