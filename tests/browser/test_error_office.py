"""Errors, the overview and the configuration in the back office: on a phone, and as axe-core sees them."""

from __future__ import annotations

from typing import Literal

import pytest
from tests.browser.conftest import Open
from tests.browser.test_accessible import wrong
from tests.browser.test_mail_office import at_the_desk

pytestmark = pytest.mark.browser
OUT_OF = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_axe_finds_nothing(visit: Open, scheme: Literal["light", "dark"], width: int) -> None:
    nora = at_the_desk(visit, width=width)
    nora.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for address in ("/panel", "/panel/errores", "/panel/errores?id=nada", "/panel/config"):
        assert wrong(nora, address) == []
        assert nora.page.evaluate(OUT_OF) <= 0, address
