"""Templates that are compiled for one language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zoco.web.i18n import Language
from zoco.web.templating import Environment

PAGE = (
    '{% from "macros.html" import loud %}{% trans %}Cart{% endtrans %}|{{ _("R&D <b>of</b> 100 %%") }}|'
    '{{ loud(_("Cart")) }}|{% trans name=name %}For {{ name }}{% endtrans %}|{{ _("Cart")|upper }}|'
    "{% trans n=2 %}one piece{% pluralize %}{{ n }} pieces{% endtrans %}"
)
SPANISH = {"Cart": "Carrito", "R&D <b>of</b> 100 %%": "I+D al 100 %%", "For %(name)s": "Para %(name)s"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "macros.html").write_text("{% macro loud(text) %}{{ text }}!{% endmacro %}")
    return tmp_path


def spanish(folder: Path, sentences: dict[str, str]) -> Language:
    entries = [f'msgid "{one}"\nmsgstr "{said}"\n' for one, said in sentences.items()]
    plural = 'msgid "one piece"\nmsgid_plural "%(n)s pieces"\nmsgstr[0] "una pieza"\nmsgstr[1] "%(n)s piezas"\n'
    head = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'
    (folder / "es.po").write_text("\n".join([head, *entries, plural]))
    return Language("es", [folder / "es.po"])


def drawn(environment: Environment) -> str:
    return environment.get_template("page.html").render(name="<i>")


def test_sentences_are_said_as_they_would_be_when_they_are_shown(folder: Path) -> None:
    english = drawn(Environment(Language("en"), [folder]))
    assert english == "Cart|R&D <b>of</b> 100 %|Cart!|For &lt;i&gt;|CART|2 pieces"
    said = drawn(Environment(spanish(folder, SPANISH), [folder]))
    assert said == "Carrito|I+D al 100 %|Carrito!|Para &lt;i&gt;|CARRITO|2 piezas"


def test_only_what_has_a_value_in_it_is_looked_up_when_it_is_shown(folder: Path) -> None:
    environment, asked = Environment(Language("en"), [folder]), list[Any]()
    page = environment.get_template("page.html")
    environment.globals["gettext"] = lambda *said, **_: asked.extend(said)
    page.render(name="Ana")
    assert asked == ["For %(name)s"]


def test_what_the_template_does_not_know_is_only_text(folder: Path) -> None:
    environment = Environment(spanish(folder, SPANISH), [folder])
    page = environment.from_string("{{ _(one) }}|{{ _(other) }}")
    assert page.render(one="Cart", other="<i>100%d</i>") == "Carrito|&lt;i&gt;100%d&lt;/i&gt;"


def test_what_was_compiled_before_is_not_taken_for_other_words(folder: Path) -> None:
    compiled = folder / "compiled"
    compiled.mkdir()
    assert drawn(Environment(spanish(folder, SPANISH), [folder], compiled)).startswith("Carrito|")
    assert drawn(Environment(Language("en"), [folder], compiled)).startswith("Cart|")
    files = {path: path.stat().st_mtime_ns for path in compiled.iterdir()}
    assert drawn(Environment(spanish(folder, SPANISH), [folder], compiled)).startswith("Carrito|")
    assert {path: path.stat().st_mtime_ns for path in compiled.iterdir()} == files
    assert drawn(Environment(spanish(folder, SPANISH | {"Cart": "Cesta"}), [folder], compiled)).startswith("Cesta|")
    assert set(compiled.iterdir()) == set(files)


def test_a_template_may_have_names_of_its_own(folder: Path) -> None:
    environment = Environment(Language("en"), [folder])
    environment.globals["shop"] = "Zoco"
    page = environment.from_string("{{ shop }} {{ own }}", globals={"own": "here"})
    assert page.render() == "Zoco here"
    assert "own" not in environment.globals
