"""The manifest of orders."""

from __future__ import annotations

from pathlib import Path

from zoco.features.accounts.providers import OwnData
from zoco.features.orders import live, tasks
from zoco.features.orders.api import OrderApi, PurchaseApi
from zoco.features.orders.mongo import MongoOrderEntries, MongoOrders
from zoco.features.orders.office import OrderOffice
from zoco.features.orders.pages import AddressPages, OrderPages
from zoco.features.orders.repository import OrderEntries, Orders
from zoco.features.orders.service import MOVE, NOTE, SEE_ALL, OrderService
from zoco.features.orders.sql import SqlOrderEntries, SqlOrders
from zoco.kit.module import Check, House, Module
from zoco.kit.office import Desk
from zoco.kit.text import N_


def build(house: House) -> OrderService:
    cart, catalogue, audit = (house.services[name] for name in ("cart", "catalogue", "audit"))
    shop = house.settings.shop
    return OrderService(house.store, house.clock, cart, catalogue, audit, currency=shop.currency, zone=shop.zone)


MODULE = Module(
    name="orders",
    folder=Path(__file__).parent,
    requires=("accounts", "audit", "cart", "catalogue", "mail"),
    build=build,
    sql={Orders: SqlOrders, OrderEntries: SqlOrderEntries},
    mongo={Orders: MongoOrders, OrderEntries: MongoOrderEntries},
    provides={OwnData: lambda orders: orders},
    controllers=(PurchaseApi, OrderApi, OrderPages, AddressPages, OrderOffice),
    tasks=tasks,
    live=live,
    permissions=(SEE_ALL, MOVE, NOTE),
    office=(Desk("/panel/ordenes", N_("Orders"), "orders", SEE_ALL, order=10),),
    checks=(
        Check("I1", "received − sold = in stock, never below zero", OrderService.check_stock),
        Check("I2", "order numbers count 1 … n, totals are the sums of their lines", OrderService.check_numbers),
        Check("I3", "every order has its fact in the outbox", OrderService.check_facts),
        Check("I4", "every bought cart has one order", OrderService.check_carts),
        Check("I5", "every kept key has its order, and every new order its key", OrderService.check_keys),
    ),
)
