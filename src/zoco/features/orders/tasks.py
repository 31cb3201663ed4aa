"""The mails that follow an order, and what stays of one whose buyer has left."""

from __future__ import annotations

from zoco.features.accounts.events import UserRemoved
from zoco.features.mail.service import MailService
from zoco.features.orders.events import OrderPlaced
from zoco.features.orders.service import OrderService
from zoco.kit.events import on
from zoco.kit.store import Tx


@on(OrderPlaced)
async def confirm(tx: Tx, event: OrderPlaced, orders: OrderService, mail: MailService) -> None:
    """To the buyer, and to the shop's own address."""
    order = await orders.of_id(tx, event.order)
    await mail.queue(tx, "orders/placed", key=event.id, to=order.email, language=order.language, order=order)
    await mail.notify(tx, "orders/received", key=event.id, order=order)


@on(UserRemoved)
async def release(tx: Tx, event: UserRemoved, orders: OrderService) -> None:
    await orders.release(tx, event.user)
