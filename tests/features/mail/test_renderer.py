"""Words from pairs of templates, in the reader's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest
from tests.features.mail.conftest import FewTexts

from zoco.features.mail.providers import Renderer
from zoco.kit.money import Money
from zoco.testing.clock import FrozenClock

ORDER: dict[str, Any] = {
    "number": 7,
    "name": "Íñigo",
    "total": Money(1250, "USD"),
    "at": FrozenClock().now(),
    "pieces": 2,
}


def placed(renderer: Renderer, language: str = "es", **changed: Any) -> tuple[str, str, str]:
    words = renderer.render("orders/placed", language, ORDER | changed)
    return words.subject, words.text, words.html


def test_a_mail_speaks_the_readers_language(renderer: Renderer) -> None:
    subject, text, html = placed(renderer, "es")
    assert subject == "Pedido 7 of Íñigo"
    assert text.startswith("Debes es 12.50 USD (es 03:04), Íñigo.\n2 pieces\n")
    assert "<p>Debes es 12.50 USD, Íñigo.</p>" in html
    subject, text, html = placed(renderer, "en", pieces=1)
    assert subject == "Order 7 of Íñigo"
    assert text.startswith("You owe en 12.50 USD (en 03:04), Íñigo.\nOne piece\n")
    assert '<html lang="en"' in html


def test_both_parts_lie_in_the_shops_layout(renderer: Renderer) -> None:
    _, text, html = placed(renderer)
    assert text.endswith(
        "-- \nZoco · https://tienda.example.com\nQuestions? hola@example.com\nThis mail was written by a program.\n"
    )
    assert "pedido" not in text.lower()  # the subject is not said twice
    assert 'href="https://tienda.example.com"' in html
    assert "prefers-color-scheme: dark" in html


def test_markup_in_a_value_is_inert_in_html_and_plain_in_text(renderer: Renderer) -> None:
    _, text, html = placed(renderer, name="<script>alert(1)</script> & {{ 7 * 7 }}")
    assert "<script>alert(1)</script> & {{ 7 * 7 }}" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7 * 7 }}" in html
    assert "<script>" not in html


def test_a_subject_is_one_line_without_control_characters(renderer: Renderer) -> None:
    subject, _, _ = placed(renderer, name="Eva\r\nBcc: all@example.com\u2028x\0y\u202ez\t ")
    assert subject == "Pedido 7 of Eva Bcc: all@example.com xyz"


def test_a_name_that_is_not_given_is_an_error_and_not_an_empty_place(renderer: Renderer) -> None:
    with pytest.raises(jinja2.UndefinedError, match="number"):
        renderer.render("orders/placed", "es", {})


@pytest.mark.parametrize("name", ["orders/none", "layout", "../../etc/passwd"])
def test_an_unknown_template_is_named(renderer: Renderer, name: str) -> None:
    with pytest.raises(LookupError, match=name):
        renderer.render(name, "es", {})


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"odd.txt": "{% block subject %}{% endblock %}"}, r"mail/odd needs both"),
        ({"odd.html": ""}, r"mail/odd needs both"),
        ({"odd.txt": "", "odd.html": ""}, r"mail/odd\.txt has no block named subject"),
    ],
)
def test_a_template_that_is_not_whole_stops_the_start(tmp_path: Path, files: dict[str, str], what: str) -> None:
    (tmp_path / "mail").mkdir()
    for name, content in files.items():
        (tmp_path / "mail" / name).write_text(content)
    with pytest.raises(ValueError, match=what):
        Renderer(FewTexts(), [tmp_path])


def test_pages_beside_the_mails_are_none_of_its_business(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{% not a template %}")
    Renderer(FewTexts(), [tmp_path, tmp_path / "not there"])


def test_an_earlier_folder_shadows_a_later_one(tmp_path: Path, templates: Path) -> None:
    theme = tmp_path / "theme" / "mail"
    theme.mkdir(parents=True)
    (theme / "hello.html").write_text("<p>Buenas</p>")
    own = Path(__file__).parents[3] / "src/zoco/features/mail/templates"
    renderer = Renderer(FewTexts(), [theme.parent, templates, own])
    assert renderer.render("hello", "es", {}).html == "<p>Buenas</p>\n"


def test_what_was_compiled_before_is_taken_until_the_template_is_another(tmp_path: Path, templates: Path) -> None:
    own = Path(__file__).parents[3] / "src/zoco/features/mail/templates"
    compiled = tmp_path / "compiled"
    compiled.mkdir()

    def html() -> str:
        return Renderer(FewTexts(), [templates, own], compiled).render("hello", "es", {}).html

    def written() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in compiled.iterdir()}

    (templates / "mail/hello.html").write_text("<p>Buenas</p>")
    assert html() == "<p>Buenas</p>\n"
    files = written()
    assert files
    assert html() == "<p>Buenas</p>\n"
    assert written() == files
    (templates / "mail/hello.html").write_text("<p>Adiós</p>", encoding="utf-8")
    assert html() == "<p>Adiós</p>\n"


def test_a_folder_that_keeps_nothing_is_done_without(tmp_path: Path, templates: Path) -> None:
    own = Path(__file__).parents[3] / "src/zoco/features/mail/templates"
    assert Renderer(FewTexts(), [templates, own], tmp_path / "not there").names
