"""Pieces of pages that are drawn once."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import jinja2

from zoco.web.fragments import Fragments
from zoco.web.i18n import Language
from zoco.web.templating import Environment

PAGE = """
{%- macro row(thing, place) %}<li>{{ thing.name }}, {{ place }}, {{ drawn() }}</li>{% endmacro -%}
{{ kept(row, thing, place) }}"""


class Thing(NamedTuple):
    name: str
    stamp: int


def test_a_piece_is_drawn_again_only_where_what_it_shows_is_another() -> None:
    environment = jinja2.Environment(autoescape=True)
    count = iter(range(100))
    environment.globals |= {"kept": Fragments().drawn, "drawn": lambda: next(count)}
    page = environment.from_string(PAGE)
    draw = [page.render(thing=thing, place=place) for thing in (Thing("<a>", 1), Thing("<b>", 2)) for place in "xyx"]
    assert draw == [
        "<li>&lt;a&gt;, x, 0</li>",
        "<li>&lt;a&gt;, y, 1</li>",
        "<li>&lt;a&gt;, x, 0</li>",
        "<li>&lt;b&gt;, x, 2</li>",
        "<li>&lt;b&gt;, y, 3</li>",
        "<li>&lt;b&gt;, x, 2</li>",
    ]


def test_whoever_works_on_templates_sees_them_drawn_each_time() -> None:
    environment = jinja2.Environment(autoescape=True)
    count = iter(range(100))
    environment.globals |= {"kept": Fragments(reload=True).drawn, "drawn": lambda: next(count)}
    page = environment.from_string(PAGE)
    assert [page.render(thing=Thing("a", 1), place="x") for _ in range(2)] == ["<li>a, x, 0</li>", "<li>a, x, 1</li>"]


def test_pieces_of_the_same_name_are_told_apart_by_their_templates(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.html").write_text(f"{{% macro row(text='') %}}{name}{{{{ text }}}};{{% endmacro %}}")
    environment = Environment(Language("en"), [tmp_path])
    environment.globals["kept"] = Fragments().drawn
    page = environment.from_string(
        '{% import "a.html" as a %}{% import "b.html" as b %}'
        "{{ kept(a.row) }}{{ kept(b.row) }}{{ kept(a.row, text) }}{{ kept(a.row, none) }}"
    )
    assert [page.render(text=text) for text in ("<", "<", ">")] == ["a;b;a&lt;;aNone;"] * 2 + ["a;b;a&gt;;aNone;"]
