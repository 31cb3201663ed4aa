"""The API's documentation in the dark, where Swagger UI knows a white ground only."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Page, expect
from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


def brightness(page: Page) -> float:
    """Of what is in the window, from 0 for black to 255."""
    return ImageStat.Stat(Image.open(BytesIO(page.screenshot())).convert("L")).mean[0]


def test_it_is_dark_in_the_dark(visit: Open) -> None:
    reader = visit()
    reader.page.emulate_media(color_scheme="light")
    reader.go("/docs")
    operation = reader.page.locator(".opblock-post").first
    expect(operation).to_be_visible()
    assert brightness(reader.page) > 200
    reader.page.emulate_media(color_scheme="dark")
    assert brightness(reader.page) < 80
    operation.get_by_role("button").first.click()
    expect(operation.locator(".execute")).to_be_visible()
    operation.scroll_into_view_if_needed()
    assert brightness(reader.page) < 80


def test_what_asks_for_the_token_stands_in_the_window(visit: Open) -> None:
    reader = visit()
    reader.page.emulate_media(color_scheme="dark")
    reader.go("/docs")
    reader.page.locator(".btn.authorize").click()
    asking = reader.page.locator(".modal-ux")
    expect(asking).to_be_in_viewport(ratio=1)
    asking.get_by_role("textbox").fill("x")
    assert brightness(reader.page) < 80
