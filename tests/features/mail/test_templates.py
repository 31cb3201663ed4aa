"""Every mail that the shop can write, with its made-up values, as mail programs want it."""

from __future__ import annotations

import re

import pytest

from zoco.app import Shop
from zoco.features.mail.providers import Rendered
from zoco.kit.permissions import SYSTEM

_LINK = re.compile(r'href="(http[^"]+)"')
_CLIPPED = 102_000  # bytes, from which on Gmail hides the rest


def samples(shop: Shop, language: str) -> dict[str, Rendered]:
    mail = shop.services["mail"]
    names = mail.templates(SYSTEM)
    assert {"accounts/welcome", "chat/answers", "orders/placed"} <= set(names)
    return {name: mail.sample(SYSTEM, name, language) for name in names}


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_is_small_and_needs_nothing_from_outside(shop: Shop, language: str) -> None:
    for name, mail in samples(shop, language).items():
        assert len(mail.html.encode()) < _CLIPPED, name
        assert not re.search(r"<(script|link|iframe|form|svg)|javascript:|@import|url\(", mail.html), name
        assert f'<html lang="{language}"' in mail.html, name
        assert 0 < len(mail.subject) < 100, name


def test_each_is_said_in_both_languages(shop: Shop) -> None:
    spanish, english = samples(shop, "es"), samples(shop, "en")
    for name in spanish:
        assert spanish[name].subject != english[name].subject, name
        assert spanish[name].text != english[name].text, name


def test_the_text_leads_wherever_the_coloured_one_does(shop: Shop) -> None:
    for name, mail in samples(shop, "es").items():
        for link in _LINK.findall(mail.html):
            assert link in mail.text, f"{name}: {link}"


def test_tables_are_said_to_be_layout_and_pictures_to_be_decoration(shop: Shop) -> None:
    for name, mail in samples(shop, "es").items():
        for table in re.findall(r"<table[^>]*>", mail.html):
            assert 'role="presentation"' in table or "border-collapse" in table, f"{name}: {table}"
        for image in re.findall(r"<img[^>]*>", mail.html):
            assert 'alt="' in image, f"{name}: {image}"
            assert 'width="' in image, f"{name}: {image}"
