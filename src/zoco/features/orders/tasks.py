"""The mails that follow an order, and what stays of one whose buyer has left."""

from __future__ import annotations

from zoco.features.accounts.events import UserRemoved
from zoco.features.accounts.service import AccountService
from zoco.features.mail.service import MailService
from zoco.features.orders.events import OrderMoved, OrderPlaced
from zoco.features.orders.models import parts
from zoco.features.orders.service import OrderService, subject_of
from zoco.kit.events import on
from zoco.kit.store import Tx


@on(OrderPlaced)
async def confirm(tx: Tx, event: OrderPlaced, orders: OrderService, mail: MailService) -> None:
    """To the buyer, and to the shop's own address."""
    order = await orders.of_id(tx, event.order)
    about, pictures = subject_of(order), await orders.pictures(tx, order)
    await mail.queue(
        tx,
        "orders/placed",
        key=event.id,
        to=order.email,
        language=order.language,
        about=about,
        order=order,
        pictures=pictures,
    )
    await mail.notify(tx, "orders/received", key=event.id, about=about, order=order, pictures=pictures)


@on(OrderPlaced)
async def tell_sellers(
    tx: Tx, event: OrderPlaced, orders: OrderService, accounts: AccountService, mail: MailService
) -> None:
    """To each seller what was bought of them, and nothing of who bought it."""
    order = await orders.of_id(tx, event.order)
    pictures = await orders.pictures(tx, order)
    for seller, part in parts(order).items():
        user = await accounts.of_id(tx, seller)
        if user:
            await mail.queue(
                tx,
                "orders/sold",
                key=event.id,
                to=user.email,
                language=user.language,
                about=subject_of(order),
                name=user.name,
                order=part,
                pictures=pictures,
            )


@on(OrderMoved)
async def tell_buyer(tx: Tx, event: OrderMoved, orders: OrderService, mail: MailService) -> None:
    """What became of it, also where more has become of it since."""
    order = await orders.as_moved(tx, event)
    await mail.queue(
        tx,
        "orders/moved",
        key=event.id,
        to=order.email,
        language=order.language,
        about=subject_of(order),
        order=order,
        pictures=await orders.pictures(tx, order),
    )


@on(UserRemoved)
async def release(tx: Tx, event: UserRemoved, orders: OrderService) -> None:
    await orders.release(tx, event.user)
