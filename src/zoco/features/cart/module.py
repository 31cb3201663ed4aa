"""The manifest of the cart."""

from __future__ import annotations

from pathlib import Path

from zoco.features.accounts.providers import OwnData, SignInStep
from zoco.features.cart import live, tasks
from zoco.features.cart.api import CartApi
from zoco.features.cart.mongo import MongoCarts
from zoco.features.cart.pages import CartPages, count_in_head
from zoco.features.cart.repository import Carts
from zoco.features.cart.service import SEE_ALL, CartService
from zoco.features.cart.sql import SqlCarts
from zoco.kit.module import House, Module
from zoco.web.pages import Contribution


def build(house: House) -> CartService:
    return CartService(house.store, house.clock, house.services["catalogue"])


MODULE = Module(
    name="cart",
    folder=Path(__file__).parent,
    requires=("accounts", "catalogue"),
    build=build,
    sql={Carts: SqlCarts},
    mongo={Carts: MongoCarts},
    provides={SignInStep: lambda cart: cart, OwnData: lambda cart: cart, Contribution: count_in_head},
    controllers=(CartApi, CartPages),
    tasks=tasks,
    live=live,
    permissions=(SEE_ALL,),
)
