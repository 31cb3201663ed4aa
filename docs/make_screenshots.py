"""Draws the pictures in `docs/images` from a demo shop of its own: `python docs/make_screenshots.py`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parent / "images"
CHROMIUM = "/usr/bin/chromium"
DESKTOP, TELEPHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
LARGEST = 200_000  # bytes


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, demo_shop(Path(folder)) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(base_url=url, locale="es", viewport=DESKTOP)
        page.goto("/productos")
        draw(page, "productos")
        page.locator(".cards a").first.click()
        draw(page, "producto")
        fill_cart(page)
        draw(page, "carrito")
        page.set_viewport_size(TELEPHONE)
        page.goto("/productos")
        draw(page, "productos-390")
        browser.close()


@contextmanager
def demo_shop(folder: Path) -> Iterator[str]:
    """The address of a shop with demo data that is gone afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "zoco.toml"
    config.touch()
    command = [sys.executable, "-m", "zoco", "serve", "--demo", "--port", str(port), "--config", str(config)]
    environ = os.environ | {"ZOCO_DATA_DIR": str(folder / "var"), "ZOCO_LOG__LEVEL": "error"}
    with subprocess.Popen(  # noqa: S603 - our own server
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            wait(server, f"{url}/readyz")
            yield url
        finally:
            server.terminate()


def wait(server: subprocess.Popen[bytes], address: str) -> None:
    while server.poll() is None:
        try:
            with urlopen(address):  # noqa: S310 - our own server
                return
        except URLError:
            time.sleep(0.1)
    sys.exit("the demo shop does not start")


def fill_cart(page: Page) -> None:
    """Two pieces of the product that is shown, and one of the next."""
    page.locator("article [name=quantity]").fill("2")
    page.locator("article button").click()
    page.goto("/productos")
    page.locator(".cards a").nth(1).click()
    page.locator("article button").click()
    page.wait_for_url("**/carrito")


def draw(page: Page, name: str) -> None:
    """What the window shows, as a small PNG of at most 256 colours."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    for colours in (256, 128, 64):
        file = BytesIO()
        palette = picture.quantize(colours, kmeans=2)  # one that keeps rare colours, too: the green of a few words
        picture.quantize(palette=palette).save(file, "PNG", optimize=True)
        if file.tell() < LARGEST:
            break
    (IMAGES / f"{name}.png").write_bytes(file.getvalue())


if __name__ == "__main__":
    main()
