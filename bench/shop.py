"""A shop to measure: sellers, products, buyers and carts, made by the API as anybody would."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from bench.client import Client, asking

CATEGORIES = ("barro", "cestas", "cuero", "especias", "lana", "vidrio")
STOCK = 10_000_000
ADDRESS = {"recipient": "Ana Pérez", "line1": "Calle 8 #21", "city": "Mérida", "country": "MX"}


class Buyer(NamedTuple):
    """An access token and the cart of its owner."""

    token: str
    cart: str


def sign_up(client: Client, name: str) -> str:
    """Register somebody new and sign in; the access token."""
    email, password = f"{secrets.token_hex(6)}@bench.example", secrets.token_urlsafe(12)
    person = {"name": name, "phone": "+52 999 123 4567", "email": email}
    person |= {"password": password, "password_confirm": password}
    client.send(asking("POST", "/api/users", person), 201)
    said = client.send(asking("POST", "/api/auth/login", {"email": email, "password": password})).json()
    return str(said["access_token"])


def seed(client: Client, count: int) -> list[str]:
    """One seller's products; their ids."""
    token = sign_up(client, "Taller del Zoco")
    requests = [asking("POST", "/api/products", _product(number), token=token) for number in range(count)]
    return [answer.json()["id"] for answer in client.many(requests, 201)]


def _product(number: int) -> dict[str, object]:
    return {
        "title": f"Jarra de barro n.º {number}",
        "description": "Hecha a mano en torno lento y cocida con leña de mezquite; cada una sale distinta. " * 3,
        "category": CATEGORIES[number % len(CATEGORIES)],
        "price": {"amount": 900 + 7 * number},
        "stock": STOCK,
    }


def buyers(client: Client, count: int) -> list[Buyer]:
    """Customers, each signed in and with an empty cart."""
    tokens = [sign_up(client, f"Cliente {number}") for number in range(count)]
    carts = client.many([asking("POST", "/api/carts", token=token) for token in tokens])
    return [Buyer(token, cart.json()["id"]) for token, cart in zip(tokens, carts, strict=True)]


def full_carts(client: Client, products: list[str], count: int, lines: int = 3) -> list[str]:
    """Guests' carts with `lines` products each, spread over all products; their ids."""
    carts = [answer.json()["id"] for answer in client.many([asking("POST", "/api/carts")] * count, 201)]
    fillings = []
    for number, cart in enumerate(carts):
        chosen = [products[(number * lines + line) % len(products)] for line in range(lines)]
        items = [{"product_id": product, "quantity": 1 + line} for line, product in enumerate(chosen)]
        fillings.append(asking("PUT", f"/api/carts/{cart}", {"items": items}))
    client.many(fillings, 200)
    return carts


# ── Straight into the database: the only place that knows its tables ──────────────────────────────────────────────────

DATABASE = "zoco.db"
_COPIED = {
    "id": "substr(id, 1, 24) || printf('%012x', copy * 1000000 + number)",
    "slug": "slug || '-' || copy",
    "title": "title || ' ' || copy",
    "title_key": "title_key || ' ' || copy",
    "source": "NULL",
}
"""What differs between a product and its copies; every other column is taken over."""


def multiply(data_dir: Path, factor: int) -> None:
    """Make `factor` products of each, while the server is stopped; the copies are not in the search index."""
    with closing(sqlite3.connect(data_dir / DATABASE)) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(products)") if row[1] != "number"]
        values = ", ".join(_COPIED.get(column, column) for column in columns)
        copies = "WITH RECURSIVE copies (copy) AS (SELECT 1 UNION ALL SELECT copy + 1 FROM copies WHERE copy < :last)"
        copied = f"INSERT INTO products ({', '.join(columns)}) SELECT {values} FROM products, copies"  # noqa: S608 - ours
        database.execute(f"{copies} {copied}", {"last": factor - 1})
        database.commit()
