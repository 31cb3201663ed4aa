"""Mail in the back office: on a phone, without scripts, and with a mail in a frame where nothing runs."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import STAFF, Open
from tests.browser.test_accessible import wrong
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser
LOG = "/panel/correos"


def at_the_desk(visit: Open, *, width: int = 1280, script: bool = True) -> Visit:
    nora = visit(width=width, script=script)
    nora.go("/login")
    nora.sign_in(STAFF)
    return nora


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
def test_axe_finds_nothing(visit: Open, scheme: Literal["light", "dark"], width: int) -> None:
    nora = at_the_desk(visit, width=width)
    nora.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    addresses = (LOG, f"{LOG}?q=nobody", f"{LOG}/probar", f"{LOG}/plantillas", f"{LOG}/plantillas/orders/placed")
    assert [line for address in addresses for line in wrong(nora, address)] == []


def test_a_mail_stands_in_a_frame_where_nothing_runs(visit: Open) -> None:
    nora = at_the_desk(visit)
    nora.go(f"{LOG}/plantillas/orders/placed?idioma=en")
    frame = nora.page.frame_locator("iframe.mail")
    expect(frame.get_by_role("link", name="See the order")).to_be_visible()
    expect(nora.page.locator("pre.mail")).to_contain_text("Taza de gres azul")
    frame.get_by_role("link", name="See the order").click()
    nora.page.wait_for_timeout(300)
    expect(frame.get_by_role("link", name="See the order")).to_be_visible()
    assert len(nora.context.pages) == 1
    usual = ("404", "sandboxed frame")  # pictures of what is only made up, and the link that was clicked
    nora.complaints = [said for said in nora.complaints if not any(words in said for words in usual)]


def test_without_scripts_the_log_is_read_and_the_server_tested(visit: Open) -> None:
    eva = visit()
    email = eva.register()
    nora = at_the_desk(visit, width=390, script=False)
    nora.page.goto(LOG)
    nora.page.locator("#mail-q").fill(email)
    nora.page.locator(".toolbar button").click()
    nora.page.locator("table.rows a").first.click()
    nora.sees("solo puede usar quien lo recibe")
    assert nora.page.locator("iframe").count() == 0
    nora.page.goto(f"{LOG}/probar")
    nora.page.get_by_role("button", name="Probar ahora").click()
    nora.sees("El servidor de correo responde como debe.")
