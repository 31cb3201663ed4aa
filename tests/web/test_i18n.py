"""Languages: which one, translations, amounts and times."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import zoco.web
from zoco.kit.money import Money
from zoco.kit.texts import Texts
from zoco.web.cookies import Cookies
from zoco.web.i18n import Language, Languages, code_of

WEB = Path(zoco.web.__file__).parent


@pytest.mark.parametrize(
    ("query", "cookie", "accept", "language"),
    [
        ("", None, None, "es"),
        ("lang=en", "es", "es", "en"),
        ("a=1&lang=en", None, None, "en"),
        ("lang=de", "en", None, "en"),
        ("slang=en", None, None, "es"),
        ("", "de", "en", "en"),
        ("", None, "en-GB,en;q=0.8", "en"),
        ("", None, "fr;q=0.9, en;q=0.5, es;q=0.2", "en"),
        ("", None, "en;q=0, *;q=0.1", "es"),
        ("", None, "en;q=x", "es"),
        ("", None, "es-MX", "es"),
    ],
)
def test_what_the_visitor_reads(
    languages: Languages, make_scope: Any, query: str, cookie: Any, accept: Any, language: str
) -> None:
    headers = ({"cookie": f"lang={cookie}"} if cookie else {}) | ({"accept_language": accept} if accept else {})
    scope = make_scope("/", query, **headers)
    assert languages.of(scope).code == language
    assert languages.of(scope) is languages.of(scope)


def test_translations(tmp_path: Path) -> None:
    (tmp_path / "es.po").write_text(
        'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "{n} left of {title}."\nmsgstr "Quedan {n} de {title}."\n\n'
        'msgid "one piece"\nmsgid_plural "%(num)s pieces"\nmsgstr[0] "una pieza"\nmsgstr[1] "%(num)s piezas"\n\n'
        'msgid "one day"\nmsgid_plural "days"\nmsgstr[0] "un día"\nmsgstr[1] ""\n\n'
        '#, fuzzy\nmsgid "Cart"\nmsgstr "Carro"\n\nmsgid "Empty"\nmsgstr ""\n'
    )
    es = Language("es", [tmp_path / "es.po"])
    assert es.say("{n} left of {title}.", {"n": 2, "title": "{x}"}) == "Quedan 2 de {x}."
    assert es.say("{n} left of {title}.") == "Quedan {n} de {title}."
    assert es.say("{n} left of {title}.", {"n": 1_000_000, "title": "8025"}) == "Quedan 1.000.000 de 8025."
    assert Language("en").say("Give {limit} or less.", {"limit": 2.5}) == "Give 2.5 or less."
    assert [es.ngettext("one piece", "%(num)s pieces", n) for n in (1, 2)] == ["una pieza", "%(num)s piezas"]
    assert [es.ngettext("one day", "days", n) for n in (1, 2)] == ["one day", "days"]
    assert [es.gettext(message) for message in ("Cart", "Empty", "Unknown")] == ["Cart", "Empty", "Unknown"]


def test_amounts_and_times() -> None:
    es, en = Language("es", zone="Europe/Madrid"), Language("en")
    noon = datetime(2030, 1, 31, 23, 30, tzinfo=UTC)
    assert es.money(Money(123456, "EUR")).replace("\xa0", " ") == "1.234,56 €"
    assert en.money(Money(900, "USD")) == "$9.00"
    assert en.money(Money(900, "JPY")) == "¥900"
    assert es.date(noon) == "1 de febrero de 2030"
    assert es.moment(noon).endswith(es.hour(noon))
    assert (es.hour(noon), en.hour(noon).split()) == ("0:30", ["11:30", "PM"])
    assert "2030" in str(en.shown(noon))
    assert es.number(1234567) == "1.234.567"
    assert (es.own_name, en.own_name) == ("Español", "English")


def test_a_sentence_by_its_code(languages: Languages) -> None:
    assert languages.sentence(code_of("Sign in first.")) == "Sign in first."
    assert languages.sentence(code_of("You won a prize")) is None
    assert languages["de"].code == "es"


def test_the_port_of_the_kit(languages: Languages) -> None:
    texts: Texts = languages
    assert texts.gettext("es", "Give {limit} or more.", limit=3) == "Indica 3 o más."
    assert texts.ngettext("en", "{count} thing of {name}", "{count} things of {name}", 2, name="X") == "2 things of X"
    assert texts.money("en", Money(5, "USD")) == "$0.05"
    assert "2030" in texts.moment("en", datetime(2030, 1, 31, tzinfo=UTC))


def test_a_later_folder_wins(tmp_path: Path) -> None:
    (tmp_path / "es.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Cart"\nmsgstr "Cesta"\n')
    shop = Languages(["es"], "es", [WEB / "locale", tmp_path, tmp_path / "none"], cookies=Cookies(secure=False))
    assert shop["es"].gettext("Cart") == "Cesta"
    assert shop["es"].gettext("Orders") == "Órdenes"


def test_every_sentence_of_the_web_is_translated() -> None:
    with (WEB / "locale" / "es.po").open("rb") as file:
        catalog = read_po(file, locale="es")
    html = "**/templates/**.html"
    found = {
        message
        for _, _, message, _, _ in extract_from_dir(
            WEB,
            method_map=[("**.py", "python"), (html, "jinja2.ext:babel_extract")],
            options_map={html: {"newstyle_gettext": "true"}},
            keywords={"N_": None, "_": None, "gettext": None},
        )
    }
    known = {message.id for message in catalog if message.id and message.string}
    assert found - known == set()
    assert known - found == set()
