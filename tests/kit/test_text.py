"""Words as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoco.kit.text import N_, Told, email_key, fold, slug, terms, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Árbol AÑEJO", "arbol añejo"),
        ("An\u0303o", "año"),
        ("PINGÜINO", "pinguino"),
        ("Straße", "strasse"),
        ("ﬁn", "fin"),
        ("Ｚ", "z"),
    ],
)
def test_accents_and_capitals_do_not_count_but_the_tilde_does(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_come_in_their_order() -> None:
    assert words("¡Café, té y 2 piñas!") == ["cafe", "te", "y", "2", "piñas"]
    assert words(" — ") == []


def test_a_search_looks_for_every_word_once_and_for_the_last_one_as_a_beginning() -> None:
    assert terms("Té y café, y té") == ["te", "y", "cafe", "te*"]
    assert terms("té") == ["te*"]
    assert terms(" — * ") == []


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Café de olla", "cafe-de-olla"),
        ("Año  nuevo_2030!", "ano-nuevo-2030"),
        ("--a--", "a"),
        ("日本", ""),
        ("", ""),
        ("x" * 100, "x" * 80),
        ("x" * 79 + " y", "x" * 79),
    ],
)
def test_a_slug_is_a_word_for_an_address(text: str, made: str) -> None:
    assert slug(text) == made


@given(st.text())
@settings(deadline=None)
def test_a_slug_of_anything_is_safe_and_stays_what_it_is(text: str) -> None:
    made = slug(text)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(made) == made


@given(st.text())
@settings(deadline=None)
def test_a_folded_text_stays_folded(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


def test_addresses_are_compared_without_case_and_space() -> None:
    assert email_key("  Ana@Example.COM\t") == "ana@example.com"
    assert email_key("ana＠example.com") == "ana@example.com"


def test_a_marked_sentence_is_itself() -> None:
    assert N_("Sign in first.") == "Sign in first."


def test_what_is_told_in_several_languages_is_a_text_like_any_other() -> None:
    mug = Told("Taza", {"en": "Mug", "ca": ""})
    assert mug == "Taza"
    assert f"una {mug}" == "una Taza"
    assert [mug.told_in(code) for code in ("es", "en", "ca")] == ["Taza", "Mug", "Taza"]
    assert {type(text) for text in (mug.told_in("es"), str(mug))} == {str}
