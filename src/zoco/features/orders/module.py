"""The manifest of orders."""

from __future__ import annotations

from pathlib import Path

from zoco.features.accounts.providers import OwnData
from zoco.features.orders import tasks
from zoco.features.orders.api import OrderApi, PurchaseApi
from zoco.features.orders.mongo import MongoOrders
from zoco.features.orders.pages import OrderPages
from zoco.features.orders.repository import Orders
from zoco.features.orders.service import MOVE, SEE_ALL, OrderService
from zoco.features.orders.sql import SqlOrders
from zoco.kit.module import Check, House, Module


def build(house: House) -> OrderService:
    services = house.services
    return OrderService(
        house.store, house.clock, services["cart"], services["catalogue"], currency=house.settings.shop.currency
    )


MODULE = Module(
    name="orders",
    folder=Path(__file__).parent,
    requires=("cart", "catalogue", "mail"),
    build=build,
    sql={Orders: SqlOrders},
    mongo={Orders: MongoOrders},
    provides={OwnData: lambda orders: orders},
    controllers=(PurchaseApi, OrderApi, OrderPages),
    tasks=tasks,
    permissions=(SEE_ALL, MOVE),
    checks=(
        Check("I1", "received − sold = in stock, never below zero", OrderService.check_stock),
        Check("I2", "order numbers count 1 … n, totals are the sums of their lines", OrderService.check_numbers),
        Check("I3", "every order has its fact in the outbox", OrderService.check_facts),
        Check("I4", "every bought cart has one order", OrderService.check_carts),
        Check("I5", "every kept key has its order, and every new order its key", OrderService.check_keys),
    ),
)
