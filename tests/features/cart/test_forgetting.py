"""Carts that nobody comes back to are dropped."""

from __future__ import annotations

import pytest
from tests.features.conftest import Offer

from zoco.features.cart import service
from zoco.features.cart.errors import CartMissing
from zoco.features.cart.service import CartService
from zoco.kit.permissions import GUEST, Actor
from zoco.testing.clock import FrozenClock


async def test_carts_of_guests_who_never_came_back_are_dropped_and_nobody_elses(
    cart: CartService, offer: Offer, customer: Actor, clock: FrozenClock
) -> None:
    taza = await offer()
    gone, _ = await cart.open(GUEST)
    stayed, _ = await cart.open(GUEST)
    own, _ = await cart.open(customer)
    clock.move(days=80)
    await cart.add(GUEST, stayed.id, taza.id, 1)
    clock.move(days=11)
    await cart.forget_guests()
    with pytest.raises(CartMissing):
        await cart.show(GUEST, gone.id)
    assert (await cart.show(GUEST, stayed.id)).cart.id == stayed.id
    assert (await cart.show(customer, own.id)).cart.id == own.id


async def test_all_of_them_are_dropped_however_many_there_are(
    cart: CartService, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_AT_ONCE", 2)
    left = [(await cart.open(GUEST))[0] for _ in range(5)]
    clock.move(days=91)
    await cart.forget_guests()
    for one in left:
        with pytest.raises(CartMissing):
            await cart.show(GUEST, one.id)
