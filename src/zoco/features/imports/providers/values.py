"""Prices, numbers, descriptions and categories as other shops write them."""

from __future__ import annotations

import re
from pkgutil import resolve_name
from typing import Final

from zoco.kit.errors import FieldError, Invalid
from zoco.kit.money import Money, digits
from zoco.kit.text import N_, STEERING, slug

FALLBACK_CATEGORY: Final = "Otros"

_TAGS: Final = {"p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "h3", "h4", "a"}
_NO_CATEGORY: Final = {"", "uncategorized", "uncategorised", "sin-categorizar", "sin-categoria"}

_NUMBER: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{3})+")
_WHOLE: Final = re.compile(r"(-?[0-9]{1,12})(?:[.,]0*)?")
_THOUSAND: Final = 3

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")
_BLOCK: Final = re.compile(r"<(/?)(?:div|section|article|center|blockquote)\b[^>]*>", re.IGNORECASE)
_HEADING: Final = re.compile(r"<(/?)h(?:1|2)\b[^>]*>", re.IGNORECASE)
_PARAGRAPHS: Final = re.compile(r"<(?:p|br|ul|ol|li|h3|h4)\b")
_EMPTY: Final = re.compile(r"<p>\s*</p>")


def price(text: str, currency: str) -> Money:
    """Read `42.99`, `1.234,50`, `1,234.50` or `1 234,50`; raises Invalid where it is no price, or could be two."""
    bare = re.sub(r"[\s'’]", "", text)
    readings = _readings(bare, digits(currency))
    if len(readings) > 1:
        message = N_("“{price}” could mean {large} or {small}. Write the cents: {large}.00.")
        params = {"price": text, "large": readings[0], "small": readings[1]}
        raise Invalid(FieldError("price", "imports.price_ambiguous", message, params))
    try:
        return Money.parse("".join(readings), currency)
    except Invalid:
        message = N_("“{price}” is not a price.")
        raise Invalid(FieldError("price", "imports.price_wrong", message, {"price": text})) from None


def _readings(bare: str, places: int) -> list[str]:
    """What a number can mean, with a decimal point; `places` is how many decimals a price has in that currency."""
    if not _NUMBER.fullmatch(bare):
        return []
    with_point = bare.replace(",", ".")
    if {".", ","} <= set(bare):
        mark = max(".,", key=bare.rfind)
        whole, _, cents = bare.rpartition(mark)
        return [f"{_joined(whole)}.{cents}"] if _GROUPED.fullmatch(whole) and mark not in whole else []
    if bare.startswith("0") or not _GROUPED.fullmatch(bare):
        return [with_point]
    if with_point.count(".") > 1 or places == 0:
        return [_joined(bare)]
    return [with_point] if places == _THOUSAND else [_joined(bare), with_point]


def _joined(grouped: str) -> str:
    return re.sub("[.,]", "", grouped)


def whole(text: str) -> int | None:
    """`20`, `20.0` or `-3`; None where it is no whole number."""
    found = _WHOLE.fullmatch(text.strip())
    return None if found is None else int(found[1])


def line_of_text(text: str) -> str:
    """One line without control characters."""
    return " ".join(_CONTROL.sub(" ", STEERING.sub("", text)).split())


def description(html: str) -> str:
    """Harmless HTML that looks like what was meant; lines of plain text stay lines."""
    text = _HEADING.sub(r"<\1h3>", _BLOCK.sub(r"<\1p>", STEERING.sub("", html).replace("\r\n", "\n")))
    cleaned: str = resolve_name("nh3:clean")(text, tags=_TAGS).strip()  # loaded with the first, as the catalogue does
    if "\n" in cleaned and not _PARAGRAPHS.search(cleaned):
        paragraphs = re.split(r"\n\s*\n", cleaned)
        cleaned = "".join(f"<p>{'<br>'.join(paragraph.strip().split(chr(10)))}</p>" for paragraph in paragraphs)
    return _EMPTY.sub("", cleaned)


def category(*candidates: str) -> str:
    """The first of them that names one; of `Home > Kitchen > Mugs` the last part."""
    for candidate in candidates:
        name = line_of_text(candidate.rpartition(">")[2])
        if slug(name) not in _NO_CATEGORY:
            return name
    return FALLBACK_CATEGORY
