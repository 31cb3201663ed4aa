"""Words as people type them, made comparable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from itertools import filterfalse
from typing import Self

_NOT_A_WORD = re.compile(r"[\W_]+")
_LONGEST_SLUG = 80
STEERING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
"""Characters without a shape that turn the direction of writing: by them a text can look like another."""


class Told(str):
    """A text that somebody wrote in several languages: itself, and by their codes in `others`.

    Refusals and notices carry it to whoever words them. It stands for itself anywhere else, but for JSON, which wants
    a plain `str`.
    """

    __slots__ = ("others",)
    others: Mapping[str, str]

    def __new__(cls, text: str, others: Mapping[str, str]) -> Self:
        told = super().__new__(cls, text)
        told.others = others
        return told

    def told_in(self, language: str) -> str:
        return self.others.get(language) or str(self)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark an English sentence for the catalogues; whoever shows it translates it."""
    return message


def fold(text: str) -> str:
    """Lower case without accents, `ñ` kept apart from `n` as Spanish dictionaries do: `Árbol AÑEJO` → `arbol añejo`."""
    if text.isascii():
        return text.lower()
    kept = unicodedata.normalize("NFC", text).replace("ñ", "\0").replace("Ñ", "\0")
    bare = "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", kept)))
    return bare.casefold().replace("\0", "ñ")


def words(text: str) -> list[str]:
    """The folded words of a text in their order, as search compares them."""
    return [word for word in _NOT_A_WORD.split(fold(text)) if word]


def terms(text: str) -> list[str]:
    """What a search looks for: each of its words once, the last one, with a `*`, as a beginning."""
    *whole, last = words(text) or [""]
    return [*dict.fromkeys(whole), f"{last}*"] if last else []


def slug(text: str) -> str:
    """A word for an address, ASCII only: `Café de olla` → `cafe-de-olla`; empty where no letter or digit is left."""
    ascii_words = _NOT_A_WORD.sub("-", fold(text).replace("ñ", "n")).encode("ascii", "ignore").decode()
    return re.sub(r"[-_]+", "-", ascii_words)[:_LONGEST_SLUG].strip("-")


def email_key(address: str) -> str:
    """The form in which e-mail addresses are compared and kept unique: trimmed and lower case."""
    return unicodedata.normalize("NFKC", address).strip().casefold()
