"""Somebody in front of the shop: what they read, click and type, and what their browser complains about."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Response, expect

import zoco
from zoco.web.cookies import Cookies
from zoco.web.i18n import Languages

ADDRESS = {"Recipient": "Eva", "Street and number": "Calle 8", "City": "Lugo", "Country": "España"}
PASSWORD = "una clave larga y buena"
PATIENCE = 30_000  # milliseconds until what does not come counts as lost
SOURCE = Path(zoco.__file__).parent
_LOCALES = (SOURCE / "kit/locale", SOURCE / "web/locale", *SOURCE.glob("features/*/locale"))
_LANGUAGES = Languages(("es", "en"), "es", _LOCALES, cookies=Cookies(secure=False))
_SEEN = "[document.readyState, document.documentElement.scrollWidth - document.documentElement.clientWidth]"
_STICKING_OUT = """
[...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth && !one.closest(".desks"))
  .map((one) => one.outerHTML.slice(0, 100))
"""
_number = count(1)
expect.set_options(timeout=PATIENCE)


class Visit:
    """One person's browser window, `width` pixels wide, with or without JavaScript."""

    def __init__(self, browser: Browser, url: str, *, width: int, script: bool, language: str) -> None:
        self.language = language
        self.complaints: list[str] = []
        self.context = browser.new_context(
            base_url=url, viewport={"width": width, "height": 844}, java_script_enabled=script, locale=language
        )
        self.page = self.context.new_page()
        self.context.set_default_timeout(PATIENCE)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._answered)

    def words(self, text: str, **named: Any) -> str:
        """A sentence of the shop as this person reads it."""
        return _LANGUAGES.gettext(self.language, text, **named)

    def go(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def click(self, text: str, role: Any = "link", *, inside: Locator | None = None) -> None:
        """Click the link or button with these words of the shop."""
        place = inside or self.page.locator("main")
        place.get_by_role(role, name=self.words(text), exact=role == "link").first.click()
        self.page.wait_for_load_state()
        self.look()

    def follow(self, place: Locator) -> None:
        """Click what leads to another page, and be there."""
        with self.page.expect_navigation():
            place.click()
        self.look()

    def type(self, label: str, text: str) -> None:
        self.page.locator("main").get_by_label(self.words(label), exact=True).fill(text)

    def sees(self, text: str) -> None:
        self.page.locator("main").get_by_text(text).first.wait_for()

    def look(self) -> None:
        """Nothing may stick out at the side."""
        self.page.locator("html").wait_for(state="attached")  # a page that is on its way has nothing to measure yet
        state, wide = self.page.evaluate(_SEEN)
        while state != "complete":  # a style sheet may be on its way
            self.page.wait_for_load_state()
            state, wide = self.page.evaluate(_SEEN)
        if wide > 0:
            self.complaints.append(
                f"{self.page.url} is {wide} px wider than the screen: {self.page.evaluate(_STICKING_OUT)}"
            )

    def register(self, name: str = "Eva Compradora") -> str:
        """Make an account, by which one is signed in; its e-mail address."""
        email = f"visita{next(_number)}@example.com"
        self.go("/register")
        for label, text in {"Full name": name, "Phone": "+34 600 000 000", "E-mail": email}.items():
            self.type(label, text)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("[name=password_confirm]").fill(PASSWORD)
        self.click("Register", "button")
        return email

    def sign_in(self, email: str) -> None:
        self.type("E-mail", email)
        self.type("Password", PASSWORD)
        self.click("Sign in", "button")

    def cart(self) -> dict[str, str]:
        """What the page of the cart shows: titles and their quantities."""
        lines = self.page.locator("main .line").all()
        return {line.locator("h2").inner_text(): line.locator("[name=quantity]").input_value() for line in lines}

    def put_into_cart(self, title: str, quantity: int = 1) -> None:
        """Look for a product by its name and take it."""
        self.page.get_by_role("search").locator("[name=q]").fill(title)
        self.page.get_by_role("search").get_by_role("button").click()
        self.page.get_by_role("main").get_by_role("link", name=title, exact=True).click()
        self.page.wait_for_load_state()  # without its style sheet a page may be wider
        self.look()
        self.type("Quantity", str(quantity))
        self.click("Add to the cart", "button")
        self.sees(title)

    def buy(self, email: str | None = None) -> None:
        """Go from the cart to the order."""
        self.click("Buy")
        if email:
            self.type("E-mail", email)
        for label, text in ADDRESS.items():
            self.type(label, text)
        self.page.locator("main form button").first.click()
        self.page.wait_for_url("**/ordenes/*")
        self.look()

    def leave(self) -> None:
        self.context.close()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":  # what the content security policy refuses is said here, too
            self.complaints.append(f"{self.page.url} {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.url} answered {response.status}")
