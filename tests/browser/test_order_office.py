"""Orders, people and the audit log in the back office: on a phone, without scripts, in both languages."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import BOSS, Open
from tests.browser.test_accessible import wrong
from tests.browser.test_live import has_stayed, stays, tab
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser


def at_the_desk(visit: Open, *, width: int = 1280, script: bool = True, language: str = "es") -> Visit:
    olga = visit(width=width, script=script, language=language)
    olga.go("/login")
    olga.sign_in(BOSS)
    return olga


def bought(visit: Open) -> str:
    """Somebody's purchase; answers their e-mail address."""
    eva = visit()
    email = eva.register()
    eva.put_into_cart("Jarra azul")
    eva.buy()
    return email


@pytest.mark.parametrize(("language", "scheme", "width"), [("es", "light", 390), ("en", "dark", 1280)])
def test_axe_finds_nothing(visit: Open, language: str, scheme: Literal["light", "dark"], width: int) -> None:
    email = bought(visit)
    olga = at_the_desk(visit, width=width, language=language)
    olga.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    olga.go(f"/panel/usuarios?q={email}")
    person = olga.page.locator("table.rows a").first.get_attribute("href") or ""
    addresses = [
        "/panel/ordenes", "/panel/ordenes?q=nobody", "/panel/ordenes/1", "/panel/ordenes/1/estado/cancelada",
        "/panel/ordenes/1/estado/pagada", "/panel/usuarios", "/panel/usuarios/invitar", person, "/panel/auditoria",
        "/panel/auditoria?person=nobody",
    ]  # fmt: skip
    assert [line for address in addresses for line in wrong(olga, address)] == []


def test_a_day_at_the_desk_on_a_phone_without_scripts(visit: Open) -> None:
    email = bought(visit)
    olga = at_the_desk(visit, width=390, script=False)
    olga.go("/panel/ordenes")
    olga.page.locator("#orders-q").fill(email)
    olga.page.locator(".toolbar button").click()
    olga.page.locator("table.rows a").first.click()
    olga.page.get_by_role("link", name="Marcar como pagada").click()
    olga.sees(f"{email} recibe un correo: el pago de")
    olga.page.get_by_role("button", name="Marcar como pagada").click()
    olga.sees("tiene su nuevo estado")
    olga.page.locator("#f-note").fill("Llamó por teléfono.")
    olga.page.get_by_role("button", name="Guardar la nota").click()
    olga.sees("Llamó por teléfono.")
    olga.page.get_by_role("link", name="Cancelar la orden").click()
    olga.sees("acuérdate de devolver")
    olga.page.get_by_role("button", name="Cancelar la orden").click()
    olga.sees("vuelven a estar en existencias")
    olga.page.get_by_role("link", name=email).click()
    olga.page.get_by_label("Papel").select_option("staff")
    olga.page.get_by_role("button", name="Dar este papel").click()
    olga.sees("tiene su nuevo papel")
    olga.go(f"/panel/auditoria?subject={email}")
    olga.page.get_by_role("link", name="Dio un papel a alguien").wait_for()


def test_the_buyers_pages_and_a_colleagues_follow_what_is_done(visit: Open) -> None:
    eva = visit(width=390)
    eva.register()
    eva.put_into_cart("Jarra azul")
    eva.buy()
    order = eva.page.url
    olga, nora = at_the_desk(visit), at_the_desk(visit, width=390)
    number = (eva.page.locator("h1").inner_text()).rpartition(" ")[2]
    history = tab(eva, eva.page.url.partition("/ordenes/")[0] + "/ordenes")
    for desk in (olga, nora):
        desk.go(f"/panel/ordenes/{number}")
    for page in (eva.page, history, nora.page):
        stays(page)
    olga.page.get_by_role("link", name="Marcar como pagada").click()
    olga.sees("recibe un correo: el pago de")
    olga.page.get_by_role("button", name="Marcar como pagada").click()
    olga.sees("tiene su nuevo estado")
    expect(eva.page.locator("#status")).to_have_text("pagada")
    expect(eva.page.locator(".timeline [aria-current=step]")).to_have_text("pagada")
    expect(history.locator("#orders .badge").first).to_have_text("pagada")
    expect(nora.page.locator("#entries")).to_contain_text("pagada")
    expect(nora.page.get_by_role("link", name="Marcar como enviada")).to_be_visible()
    assert has_stayed(eva.page)
    assert has_stayed(history)
    assert has_stayed(nora.page)
    assert eva.page.url == order


def test_the_history_of_orders_leads_to_each(visit: Open) -> None:
    eva = visit(width=390, script=False)
    eva.register()
    eva.go("/ordenes")
    eva.sees("Todavía no has comprado nada")
    eva.put_into_cart("Jarra azul")
    eva.buy()
    eva.go("/ordenes")
    eva.page.locator("#orders a").first.click()
    eva.sees("Jarra azul")
    assert eva.page.locator(".timeline [aria-current=step]").inner_text().lower() == "generada"
    assert eva.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
