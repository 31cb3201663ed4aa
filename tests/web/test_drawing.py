"""What compiled templates call: it must draw what Jinja's own would."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2 import pass_context
from markupsafe import Markup

from zoco.kit.permissions import Role
from zoco.web.i18n import Language
from zoco.web.templating import Environment

MACROS = """
{%- macro two(first, second="2") %}{{ first }}-{{ second }};{% endmacro -%}
{%- macro all(first) %}{{ first }}{{ varargs }}{{ kwargs }};{% endmacro -%}
{%- macro around(of="") %}<{{ of }}>{{ caller() }}{{ caller() }};{% endmacro -%}
{%- macro named(caller=none) %}{{ caller() if caller else "nobody" }};{% endmacro -%}
{%- macro known() %}{{ shop }}{{ own|default("unknown") }};{% endmacro -%}
"""
PAGE = """
{%- from "macros.html" import all, around, known, named, two -%}
{{ two(text) }}{{ two(text, text) }}{{ two(second=text, first=1) }}{{ two(first=markup) }}{{ two(markup, second=3) }}
{{ all(1, 2, a=text) }}{{ all(text) }}{{ known() }}
{% call around("x") %}{{ text }}{% endcall %}{% call named() %}{{ text }}{% endcall %}{{ named() }}
{{ text }}{{ markup }}{{ role }}{{ 1.5 }}{{ none }}{{ ["<", markup] }}{{ "<b>"|safe }}{{ text|upper }}
{{ text ~ markup }}
{{ bound() }}{{ filled("&") }}{{ plain(text) }}{{ knows("text") }}
{%- for one in [1, 2] %}{% set here = one * 2 %}{{ knows("here") }}{{ plain(one) }}{{ loop.index }}{% endfor -%}
{% set drawn %}{{ text }}{% endset %}{{ drawn }}{% block inner %}{{ two(text) }}{{ knows("text") }}{% endblock %}
{%- from "macros.html" import known as told with context %}{{ told() }}"""
WRONG = [
    "{{ two(1, 2, 3) }}",
    "{{ two(1, third=3) }}",
    "{{ two(1, first=1) }}",
    "{{ two() }}",
    "{{ around() }}",
    "{{ x() }}",
]


class Thing:
    def bound(self) -> str:
        return "<bound>"


@pass_context
def knows(context: Any, name: str) -> object:
    return context.get(name)


@pytest.fixture
def environments(tmp_path: Path) -> list[jinja2.Environment]:
    """Ours and Jinja's."""
    (tmp_path / "macros.html").write_text(MACROS)
    (tmp_path / "page.html").write_text(PAGE)
    theirs = jinja2.Environment(
        loader=jinja2.FileSystemLoader(tmp_path), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    made = [Environment(Language("en"), [tmp_path]), theirs]
    for environment in made:
        environment.globals |= {"shop": "Z&Co", "knows": knows}
    return made


@pytest.fixture
def shown() -> dict[str, Any]:
    plain: Callable[[object], object] = lambda value: value  # noqa: E731 - a function is what is passed
    return {
        "text": "<a href='x'>&\"",
        "markup": Markup("<i>"),
        "role": Role.ADMIN,
        "bound": Thing().bound,
        "filled": partial("{}<".format),
        "plain": plain,
        "own": "mine",
    }


def test_the_same_is_drawn(environments: list[jinja2.Environment], shown: dict[str, Any]) -> None:
    ours, theirs = (environment.get_template("page.html").render(shown) for environment in environments)
    assert ours == theirs
    assert "&lt;a href=&#39;x&#39;&gt;&amp;&#34;-2;" in ours


@pytest.mark.parametrize("wrong", WRONG)
def test_the_same_is_refused(environments: list[jinja2.Environment], wrong: str) -> None:
    page = '{% from "macros.html" import around, two %}' + wrong
    said = []
    for environment in environments:
        with pytest.raises((TypeError, jinja2.UndefinedError)) as refusal:
            environment.from_string(page).render()
        said.append((refusal.type, str(refusal.value)))
    assert said[0] == said[1]


def test_what_one_template_knows_alone_is_known_to_what_it_imports(environments: list[jinja2.Environment]) -> None:
    for environment in environments:
        page = environment.from_string('{% from "macros.html" import known %}{{ known() }}', globals={"own": "here"})
        assert page.render() == "Z&amp;Cohere;"
        assert environment.get_template("page.html", globals=None).name == "page.html"


def test_a_template_is_read_again_only_by_whoever_works_on_it(tmp_path: Path) -> None:
    for reload, told in ((False, "one"), (True, "another")):
        (tmp_path / "page.html").write_text("one")
        environment = Environment(Language("en"), [tmp_path], reload=reload)
        assert environment.get_template("page.html").render() == "one"
        (tmp_path / "page.html").write_text("another")
        assert environment.get_template("page.html").render() == told
