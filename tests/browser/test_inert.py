"""Case 13: what people write is shown as they wrote it, in every place where it is shown, and never does anything."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open
from tests.browser.visit import Visit

pytestmark = pytest.mark.browser

PAYLOADS = {
    "elements": "'\"><script>document.title='GOT'</script><img src=x onerror=document.title='GOT'>",
    "attributes": "{{7*7}}\" autofocus onfocus=document.title='GOT' <a href=javascript:alert(1)>x",
}


def test_the_browser_would_tell_if_a_page_had_a_script_in_it(visit: Open) -> None:
    """The proof that silence in the other tests means something."""
    reader = visit()
    reader.go("/productos")
    with reader.page.expect_console_message():
        reader.page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
    assert "Content Security Policy" in reader.complaints.pop()
    with reader.page.expect_console_message():
        reader.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=data:, onerror=1>')")
    assert "Content Security Policy" in reader.complaints.pop()


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_payloads_in_every_text_field(visit: Open, payload: str) -> None:
    person = visit()
    person.register(payload)
    person.go("/vender/nuevo")
    filled(person, payload, price="0,10", stock="3")
    sent(person)
    product = person.page.url
    shows(person, payload, payload)  # the title and the seller
    other = visit(script=False)
    other.go(product)
    shows(other, payload, payload)
    person.click("Add to the cart", "button")
    shows(person, payload)
    person.click("Buy")
    filled(person, payload, email="eva@example.com")
    sent(person)
    shows(person, payload)
    for address in ("/", "/ordenes", "/cuenta", "/vender", "/realTimeProducts", "/productos"):
        person.go(address)
        assert person.page.title() != "GOT"


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_payloads_that_come_back_at_once(visit: Open, payload: str) -> None:
    """In a search, in an address that is none, in a form that is shown again."""
    person = visit()
    for address in ("/productos?q={}", "/login?next={}", "/register?lang={}", "/productos?sort={}&seller={}"):
        person.go(address.replace("{}", quote(payload)))
        assert person.page.title() != "GOT"
    person.go("/register")
    filled(person, payload, password="short", password_confirm="other")
    person.page.locator("main form").evaluate("form => { form.noValidate = true }")
    person.page.locator("main form button:not([type=button])").first.click()
    person.page.wait_for_load_state()
    assert person.page.locator("[name=name]").input_value() == payload
    assert person.page.title() != "GOT"
    assert "422" in person.complaints.pop()  # what the browser notes of every answer like that


def filled(person: Visit, payload: str, **given: str) -> None:
    """The payload in every field of the page's form, but for those that need something else."""
    for field in person.page.locator("main form").first.locator("input:visible, textarea:visible").all():
        name = field.get_attribute("name") or ""
        if field.get_attribute("type") != "file":
            field.fill(given.get(name, payload))


def sent(person: Visit) -> None:
    address = person.page.url
    person.page.locator("main form button:not([type=button])").first.click()
    person.page.wait_for_url(lambda now: now != address)


def shows(person: Visit, *texts: str) -> None:
    """The words stand on the page as they were typed, and nothing of them has happened."""
    for text in texts:
        expect(person.page.get_by_text(text).first).to_be_visible()
    assert person.page.title() != "GOT"
