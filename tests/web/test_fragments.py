"""Pieces of pages that are drawn once."""

from __future__ import annotations

from typing import NamedTuple

import jinja2

from zoco.web.fragments import Fragments

PAGE = """
{%- macro row(thing, place) %}<li>{{ thing.name }}, {{ place }}, {{ drawn() }}</li>{% endmacro -%}
{{ kept(row, thing, place) }}"""


class Thing(NamedTuple):
    name: str
    stamp: int


def test_a_piece_is_drawn_again_only_where_what_it_shows_is_another() -> None:
    environment = jinja2.Environment(autoescape=True)
    count = iter(range(100))
    environment.globals |= {"kept": Fragments(), "drawn": lambda: next(count)}
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
    environment.globals |= {"kept": Fragments(reload=True), "drawn": lambda: next(count)}
    page = environment.from_string(PAGE)
    assert [page.render(thing=Thing("a", 1), place="x") for _ in range(2)] == ["<li>a, x, 0</li>", "<li>a, x, 1</li>"]
