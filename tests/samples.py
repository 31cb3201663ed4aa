"""Products, carts and orders made by hand, for tests of rules and of repositories."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from zoco.features.cart.models import Address, Cart, CartItem, CartStatus
from zoco.features.catalogue.models import Product, ProductStatus, Seller
from zoco.features.orders.models import Order, OrderLine, OrderStatus
from zoco.kit.ids import CartId, OrderId, ProductId, UserId, ordered_id, secret_id
from zoco.kit.money import Money

NOW = datetime(2030, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
ANA = Seller(UserId("ana"), "Ana")
HOME = Address(recipient="Eva Pérez", line1="Calle Mayor 1", city="León", country="ES")


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def a_product(**given: Any) -> Product:
    """Ten mugs at 12.50 USD where nothing else is said."""
    fresh = ordered_id()
    usual: dict[str, Any] = {
        "id": ProductId(fresh),
        "slug": f"taza-{fresh}",
        "title": "Taza",
        "description": "",
        "category": "tazas",
        "price": usd(1250),
        "stock": 10,
        "seller": ANA,
        "status": ProductStatus.ACTIVE,
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
    }
    return Product(**usual | given)


def an_item(product: Product, quantity: int = 1, **given: Any) -> CartItem:
    usual: dict[str, Any] = {"product_id": product.id, "quantity": quantity, "unit_price": product.price}
    return CartItem(**usual | given)


def a_cart(*items: CartItem, **given: Any) -> Cart:
    """A guest's active cart where nothing else is said."""
    usual: dict[str, Any] = {
        "id": CartId(secret_id()),
        "owner": None,
        "status": CartStatus.ACTIVE,
        "items": items,
        "email": "",
        "delivery_address": None,
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
    }
    return Cart(**usual | given)


def a_line(product: str = "p", quantity: int = 2, price: int = 1250) -> OrderLine:
    return OrderLine(ProductId(product), "Taza", "De barro", usd(price), quantity, ANA)


def an_order(**given: Any) -> Order:
    """A guest's order number 1 of two mugs where nothing else is said."""
    usual: dict[str, Any] = {
        "id": OrderId(ordered_id()),
        "number": 1,
        "reference": secret_id(),
        "status": OrderStatus.GENERADA,
        "buyer": None,
        "cart": CartId(secret_id()),
        "email": "eva@example.com",
        "language": "es",
        "lines": (a_line(),),
        "total": usd(2500),
        "delivery_address": None,
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
    }
    return Order(**usual | given)
