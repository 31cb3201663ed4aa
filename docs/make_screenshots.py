"""Draws the pictures in `docs/images` from a demo shop of its own: `python docs/make_screenshots.py`."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parent / "images"
CHROMIUM = "/usr/bin/chromium"
DESKTOP, TELEPHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
LARGEST = 150_000  # bytes
LUCIA, ADA = "lucia@example.com", "ada@example.com"
HOME = {"recipient": "Lucía Fernández", "line1": "Calle de la Luna 8", "city": "Lugo", "country": "España"}
BOUGHT = (  # which products were bought how many days ago
    (13, (0,)), (12, (3, 4)), (10, (1,)), (9, (5, 6, 7)), (8, (2,)), (7, (8,)), (6, (0, 9)), (5, (10,)),
    (4, (4, 5)), (3, (11,)), (2, (1, 2, 12)), (1, (6,)), (0, (3, 13)),
)  # fmt: skip
TALK = (
    (LUCIA, "¡Hola! ¿La hamaca aguanta a dos personas?"),
    (ADA, "Hola, Lucía: sí, hasta 180 kg. ¿La quieres para el jardín?"),
    (LUCIA, "Para la terraza. ¿Llega antes del viernes?"),
    (ADA, "Si la pides hoy, sale mañana y la tienes el jueves."),
    (LUCIA, "¡Perfecto, gracias! La pongo en el carrito."),
)


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_shop(Path(folder)) as (url, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        lucia, ada = (signed_in(browser, url, email, password) for email in (LUCIA, ADA))
        for _, products in BOUGHT:
            buy(lucia, products)
        spread(Path(folder) / "var/zoco.db")
        talk(lucia, ada)
        draw_shop(browser.new_page(base_url=url, locale="es", viewport=DESKTOP), lucia)
        draw_office(ada)
        browser.close()


def draw_shop(guest: Page, lucia: Page) -> None:
    guest.goto("/productos")
    draw(guest, "productos")
    guest.emulate_media(color_scheme="dark")
    guest.set_viewport_size(TELEPHONE)
    guest.goto("/productos?lang=en")
    draw(guest, "products-390-dark")
    lucia.set_viewport_size(TELEPHONE)
    for address, name in (
        ("/productos", "productos-390"),
        ("/ordenes/13", "orden-390"),
        (f"/chat/{LUCIA}", "chat-390"),
    ):
        lucia.goto(address)
        draw(lucia, name)


def draw_office(ada: Page) -> None:
    for address, name in (
        ("/panel", "panel"),
        (f"/panel/mensajes/{LUCIA}", "panel-mensajes"),
    ):
        ada.goto(address)
        draw(ada, name)


@contextmanager
def demo_shop(folder: Path) -> Iterator[tuple[str, str]]:
    """The address of a shop with demo data and an administrator, and everybody's password; gone afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "zoco.toml"
    config.write_text('[default.shop]\ncurrency = "EUR"\n', encoding="utf-8")
    environ = os.environ | {"ZOCO_DATA_DIR": str(folder / "var"), "ZOCO_LOG__LEVEL": "error"}
    environ |= {"ZOCO_RATELIMIT__ENABLED": "false"}
    command = [sys.executable, "-m", "zoco"]
    options = ["--config", str(config)]
    said = subprocess.run([*command, "seed", *options], env=environ, capture_output=True, text=True, check=True)  # noqa: S603 - our own
    password = re.findall(r"password\s+(\S+)", said.stdout)[0]
    admin = ["user", "create", "--email", ADA, "--name", "Ada Romero", "--role", "admin"]
    subprocess.run([*command, *admin, *options], env=environ, input=f"{password}\n", text=True, check=True)  # noqa: S603 - our own
    serve = [*command, "serve", "--port", str(port), *options]
    with subprocess.Popen(serve, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:  # noqa: S603 - our own
        try:
            url = f"http://127.0.0.1:{port}"
            wait(server, f"{url}/readyz")
            yield url, password
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


def signed_in(browser: Browser, url: str, email: str, password: str) -> Page:
    page = browser.new_page(base_url=url, locale="es", viewport=DESKTOP, reduced_motion="reduce")
    page.goto("/login")
    page.fill("main [name=email]", email)
    page.fill("main [name=password]", password)
    page.locator("main form button:not([type=button])").click()
    page.wait_for_url("**/productos")
    return page


def buy(page: Page, products: tuple[int, ...]) -> None:
    for product in products:
        page.goto("/productos")
        page.locator(".product-card form button").nth(product).click()
        page.locator(".notices .toast").wait_for()
    page.goto("/carrito/comprar")
    for name, text in HOME.items():
        page.fill(f"[name='delivery_address.{name}']", text)
    page.locator("#agreed button").click()
    page.wait_for_url("**/ordenes/*")


def spread(database: Path) -> None:
    """Set the orders back by days, as nobody can in a shop, and some of them forth to what comes next."""
    now = datetime.now(UTC)
    ways = ("entregada", "enviada", "pagada", "generada")
    with closing(sqlite3.connect(database, timeout=10)) as shop, shop:
        for number, (days, _) in enumerate(BOUGHT, 1):
            at = (now - timedelta(days=days)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            status = ways[min(number // 4, 3)] if number != len(BOUGHT) else "enviada"
            shop.execute("UPDATE orders SET created_at = ?, status = ? WHERE number = ?", (at, status, number))


def talk(lucia: Page, ada: Page) -> None:
    lucia.goto(f"/chat/{LUCIA}")
    ada.goto(f"/panel/mensajes/{LUCIA}")
    for email, text in TALK:
        page = lucia if email == LUCIA else ada
        page.locator("main textarea").first.fill(text)
        page.locator("main form:has(textarea) button:not([name=insert], [type=button])").first.click()
        page.get_by_text(text).first.wait_for()
        if page is lucia:
            ada.goto(f"/panel/mensajes/{LUCIA}")


def draw(page: Page, name: str) -> None:
    """What the window shows, as a small WebP."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    for quality in range(90, 40, -5):
        file = BytesIO()
        picture.save(file, "WEBP", quality=quality, method=6)
        if file.tell() < LARGEST:
            break
    (IMAGES / f"{name}.webp").write_bytes(file.getvalue())


if __name__ == "__main__":
    main()
