"""Staff and a customer who talk to each other, each in their own browser."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, Route, expect
from tests.browser.conftest import STAFF, Open
from tests.browser.test_accessible import wrong, wrong_here
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser
WAIT = 15_000


def at_the_inbox(visit: Open, address: str = "/panel/mensajes", *, width: int = 1280, script: bool = True) -> Visit:
    nora = visit(width=width, script=script)
    nora.go("/login")
    nora.sign_in(STAFF)
    nora.go(address)
    return nora


def say(page: Page, words: str) -> None:
    page.locator("form.say [name=body]").fill(words)
    page.locator("form.say > button, form.say > p button").last.click()


def line(page: Page, words: str) -> None:
    """It stands there, once, stored."""
    expect(page.locator(".said[data-seq] .words", has_text=words)).to_have_count(1, timeout=WAIT)


def test_what_is_asked_shows_up_and_is_answered_while_both_look_on(visit: Open) -> None:
    nora, eva = at_the_inbox(visit), visit()
    email = eva.register("Eva Preguntona")
    eva.go(f"/chat/{email}")
    nora.page.evaluate("window.same = true")
    say(eva.page, "¿Tenéis jarras azules?")
    line(eva.page, "¿Tenéis jarras azules?")
    of_eva = nora.page.locator(".conversations .line", has_text=email)
    expect(of_eva).to_contain_text("¿Tenéis jarras azules?", timeout=WAIT)
    expect(of_eva.locator(".count")).to_contain_text("1")
    expect(nora.page.locator("#waiting .count")).to_be_visible(timeout=WAIT)
    assert nora.page.evaluate("window.same")
    of_eva.get_by_role("link").click()
    nora.page.wait_for_load_state()
    line(nora.page, "¿Tenéis jarras azules?")
    nora.page.evaluate("window.same = true")
    nora.page.locator("form.say [name=body]").press_sequentially("Sí, mira:")
    expect(eva.page.locator("[data-state]")).to_contain_text("Nora Tendera", timeout=WAIT)
    nora.page.locator(".tools summary").click()
    nora.page.locator("#f-find").fill("jarra")
    nora.page.locator("#f-find").press("Enter")
    nora.page.locator("#found button", has_text="Jarra azul").click()
    assert "/productos/" in nora.page.locator("#f-body").input_value()
    nora.page.locator("#f-body").press("Enter")
    line(nora.page, "Sí, mira:")
    line(eva.page, "Sí, mira:")
    assert eva.page.locator("[data-state]").inner_text() == ""  # nobody is writing what has been sent
    card = eva.page.locator(".said .product-link")
    expect(card).to_contain_text("Jarra azul", timeout=WAIT)
    expect(card).to_contain_text("12,50")
    card.click()
    eva.page.wait_for_url("**/productos/**")
    assert nora.page.evaluate("window.same")


def test_the_last_search_wins(visit: Open) -> None:
    """The answer to the first one would come in behind that of the second."""
    eva = visit()
    email = eva.register("Eva Indecisa")
    nora = at_the_inbox(visit, f"/panel/mensajes/{email}")
    nora.page.locator(".tools summary").click()
    find, found = nora.page.locator("#f-find"), nora.page.locator("#found")
    nora.page.route(re.compile("/panel/mensajes/"), lambda route: None if "jarra" in said(route) else route.continue_())
    find.fill("jarra")
    with nora.page.expect_request(lambda request: request.method == "POST"):
        find.press("Enter")
    find.fill("manta")
    with nora.page.expect_event("requestfailed", lambda request: "jarra" in (request.post_data or "")):
        find.press("Enter")
    expect(found).to_contain_text("Manta de lana")
    expect(found).not_to_contain_text("Jarra azul")


def test_where_a_search_fails_the_form_leads_to_the_page_that_says_it(visit: Open) -> None:
    eva = visit()
    email = eva.register("Eva Paciente")
    nora = at_the_inbox(visit, f"/panel/mensajes/{email}")
    nora.page.locator("#f-body").fill("Todavía no")
    nora.page.locator(".tools summary").click()
    tried = list[Route]()

    def fail(route: Route) -> None:
        if route.request.resource_type != "fetch" or route.request.method != "POST":
            route.continue_()
            return
        tried.append(route)
        route.abort()

    nora.page.route(re.compile("/panel/mensajes/"), fail)
    nora.page.locator("#f-find").fill("jarra")
    with nora.page.expect_navigation():
        nora.page.locator("#f-find").press("Enter")
    expect(nora.page.locator("#found")).to_contain_text("Jarra azul")
    expect(nora.page.locator("#f-body")).to_have_value("Todavía no")
    expect(nora.page.locator(".said[data-seq]")).to_have_count(0)
    assert len(tried) == 1
    nora.complaints = [said for said in nora.complaints if "ERR_FAILED" not in said]


def said(route: Route) -> str:
    return route.request.post_data or ""


def test_the_customers_cart_follows_beside_the_conversation(visit: Open) -> None:
    eva = visit()
    email = eva.register("Eva Carrito")
    eva.go(f"/chat/{email}")
    say(eva.page, "Hola")
    line(eva.page, "Hola")
    nora = at_the_inbox(visit, f"/panel/mensajes/{email}")
    expect(nora.page.locator("#beside")).to_contain_text("No hay nada en su carrito.")
    eva.put_into_cart("Manta de lana", 2)
    expect(nora.page.locator("#beside")).to_contain_text("Manta de lana", timeout=WAIT)
    expect(nora.page.locator("#beside .sum")).to_contain_text("25,00")


@pytest.mark.parametrize("width", [320, 1280])
def test_a_reply_is_saved_inserted_and_sent_without_scripts(visit: Open, width: int) -> None:
    eva = visit()
    email = eva.register("Eva Sencilla")
    nora = at_the_inbox(visit, "/panel/mensajes/respuestas/nueva", width=width, script=False)
    nora.type("Title", f"Saludo {width}")
    nora.type("Text", "¡Hola, {nombre}!")
    nora.click("Save", "button")
    nora.go("/panel/mensajes/nuevo")
    nora.type("E-mail", email)
    nora.click("Open the conversation", "button")
    nora.page.locator("#f-body").fill("Bienvenida.")
    nora.page.locator(".tools summary").click()
    nora.page.get_by_role("button", name=f"Saludo {width}", exact=True).click()
    nora.look()
    assert nora.page.locator("#f-body").input_value().startswith("Bienvenida.\n¡Hola")
    nora.page.locator("form.say > button").click()
    nora.look()
    line(nora.page, "Bienvenida.")
    nora.click("Mark as done", "button")
    nora.sees("queda atendida")
    nora.go("/panel/mensajes?state=done")
    nora.sees(email)


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("es", "dark", 390), ("en", "light", 1280)], ids=["dark", "light"]
)
def test_axe_finds_nothing(visit: Open, language: str, scheme: Literal["light", "dark"], width: int) -> None:
    eva = visit()
    email = eva.register("Eva Legible")
    eva.put_into_cart("Jarra azul")
    eva.go(f"/chat/{email}")
    say(eva.page, "Hola, ¿qué tal?")
    line(eva.page, "Hola")
    nora = visit(width=width, language=language)
    nora.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    nora.go("/login")
    nora.sign_in(STAFF)
    conversation = f"/panel/mensajes/{email}"
    pages = [
        "",
        "?q=nada",
        "/nuevo",
        "/respuestas",
        "/respuestas/nueva",
        "/en-espera",
        "/general",
        f"/{email}/bloquear",
    ]
    found = [said for page in pages for said in wrong(nora, f"/panel/mensajes{page}")]
    found += wrong(nora, conversation)
    nora.page.locator(".tools summary").click()
    nora.page.locator("#f-find").fill("jarra")
    nora.page.locator("#f-find").press("Enter")
    nora.page.locator("#found button").first.click()
    found += wrong_here(nora, "what can be inserted")
    nora.page.locator("form.say > button").click()
    nora.page.locator(".product-link").wait_for()
    nora.look()
    found += wrong_here(nora, "a product")
    assert found == []
