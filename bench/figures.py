"""What is measured: for each figure its aim and the requests that make it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from bench.client import Client, Request, asking
from bench.load import NUMBER
from bench.shop import ADDRESS, buyers, full_carts

BUYERS = 40
"""More than there are connections: nobody fills one cart from several places at once."""
MOVED = (301, 302, 303, 307, 308)


class Scene(NamedTuple):
    """A seeded shop; `carts` is how many purchases are prepared."""

    client: Client
    products: list[str]
    carts: int


class Figure(NamedTuple):
    """`once`: a request has its effect only the first time. Aims are ratios to the bare server."""

    title: str
    aim: float
    status: int
    requests: Callable[[Scene], list[Request]]
    once: bool = False


def _list(_: Scene) -> list[Request]:
    return [asking("GET", "/api/products")]


def _list_changed(_: Scene) -> list[Request]:
    return [asking("GET", f"/api/products?v={NUMBER}")]


def _product(scene: Scene) -> list[Request]:
    return [asking("GET", f"/api/products/{scene.products[0]}")]


def _product_changed(scene: Scene) -> list[Request]:
    return [asking("GET", f"/api/products/{product}?v={NUMBER}") for product in scene.products]


def _list_page(_: Scene) -> list[Request]:
    return [asking("GET", "/productos")]


def _page(scene: Scene) -> list[Request]:
    return [asking("GET", _page_path(scene))]


def _page_changed(scene: Scene) -> list[Request]:
    return [asking("GET", f"{_page_path(scene)}?v={NUMBER}")]


def _page_path(scene: Scene) -> str:
    """Where the product's page really is, after any redirect to its pretty address."""
    path = f"/productos/{scene.products[0]}"
    answer = scene.client.send(asking("GET", path), 200, *MOVED)
    location = {name.lower(): value for name, value in answer.headers}.get("location", path)
    return urlsplit(location).path


def _add(scene: Scene) -> list[Request]:
    people = buyers(scene.client, BUYERS)
    return [
        asking("POST", f"/api/carts/{person.cart}/product/{product}", {"quantity": 1}, token=person.token)
        for product in scene.products[:20]
        for person in people
    ]


def purchase(cart: str) -> Request:
    """A guest buys the cart."""
    data = {"email": f"{cart[:8]}@bench.example", "delivery_address": ADDRESS}
    return asking("POST", f"/api/carts/{cart}/purchase", data, key=secrets.token_hex(16))


def _purchases(scene: Scene) -> list[Request]:
    return [purchase(cart) for cart in full_carts(scene.client, scene.products, scene.carts)]


FIGURES = {
    "list": Figure("list of 20, unchanged", 0.5, 200, _list),
    "list-changed": Figure("list of 20, changed", 0.25, 200, _list_changed),
    "product": Figure("product by id, unchanged", 0.5, 200, _product),
    "product-changed": Figure("product by id, changed", 0.25, 200, _product_changed),
    "list-page": Figure("list page of 20, unchanged", 0.15, 200, _list_page),
    "page": Figure("product page, unchanged", 0.5, 200, _page),
    "page-changed": Figure("product page, changed", 0.25, 200, _page_changed),
    "add": Figure("add to cart, with a token", 0.12, 201, _add),
    "purchase": Figure("purchase of 3 lines", 0.06, 201, _purchases, once=True),
}
