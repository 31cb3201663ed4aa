"""The shop's colours can be read, whichever they are."""

from __future__ import annotations

import re

import pytest

from zoco.settings.tree import Colours
from zoco.web.theme import contrast, for_mail, parse, theme

GROUNDS = (("#fbf6ee", "#fffdf9", "#f4ebde"), ("#17120f", "#211a16", "#2c231d"))


@pytest.mark.parametrize("chosen", ["#1f6f54", "#c2410c", "#000000", "#ffffff", "#ffff00", "#808080", "#0000ff"])
def test_every_colour_can_be_read_on_every_ground_and_under_text(chosen: str) -> None:
    schemes = theme(Colours(primary=chosen, accent=chosen)).decode().split("@media")
    assert len(schemes) == 2
    for scheme, grounds in zip(schemes, GROUNDS, strict=True):
        tokens = dict(re.findall(r"--([\w-]+): (#\w{6});", scheme))
        for name in ("brand", "accent"):
            colour = parse(tokens[name])
            assert min(contrast(colour, parse(ground)) for ground in grounds) >= 4.5
            assert contrast(colour, parse(tokens[f"on-{name}"])) >= 4.5


def test_a_colour_that_can_be_read_stays_as_it_was_chosen() -> None:
    assert b"--brand: #1f6f54;" in theme(Colours(primary="#1f6f54"))


def test_contrast_is_the_one_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("chosen", ["#1f6f54", "#000000", "#ffffff", "#ffff00", "#808080"])
def test_colours_of_mails_can_be_read_on_paper_on_buttons_and_in_the_dark(chosen: str) -> None:
    paint = {name: parse(colour) for name, colour in for_mail(Colours(primary=chosen)).items()}
    assert contrast(paint["brand"], (255, 255, 255)) >= 4.5
    assert contrast(paint["brand"], paint["on_brand"]) >= 4.5
    assert contrast(paint["in_the_dark"], parse("#22262a")) >= 4.5
