"""What the cart does when accounts change, and every day."""

from __future__ import annotations

from zoco.features.accounts.events import UserRemoved
from zoco.features.cart.service import CartService
from zoco.kit.events import on
from zoco.kit.jobs import every
from zoco.kit.store import Tx


@on(UserRemoved)
async def forget(tx: Tx, event: UserRemoved, cart: CartService) -> None:
    await cart.forget(tx, event.user)


@every(24 * 60 * 60)
async def forget_guests(cart: CartService) -> None:
    await cart.forget_guests()
