"""The mails that follow an order, as they lie in the folder."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from tests.features.orders.conftest import Fill, key

from zoco.features.catalogue.models import Product
from zoco.features.orders.schemas import PlaceOrder
from zoco.features.orders.service import OrderService
from zoco.kit.permissions import GUEST
from zoco.settings import Settings
from zoco.storage.outbox import Relay


def words(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(
    ("language", "subject", "price"),
    [("es", "Tu orden 1 en Zoco", "25,00\xa0US$"), ("en", "Your order 1 at Zoco", "$25.00")],
)
async def test_the_buyer_and_the_shop_are_written_to(
    orders: OrderService,
    fill: Fill,
    product: Product,
    relay: Relay,
    settings: Settings,
    language: str,
    subject: str,
    price: str,
) -> None:
    bought = await fill(GUEST, product)
    order, _ = await orders.place(GUEST, bought, PlaceOrder(email="eva@example.com"), key(), language)
    await relay.drain()
    found = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in settings.data_dir.rglob("*.eml")]
    mails = {str(mail["To"]): mail for mail in found}
    assert mails.keys() == {"eva@example.com", "tienda@example.com"}
    assert str(mails["eva@example.com"]["Subject"]) == subject
    for kind in ("plain", "html"):
        placed = words(mails["eva@example.com"], kind)
        for said in ("2 × Taza de barro", price, "Calle Mayor 1", f"/ordenes/{order.reference}"):
            assert said in placed
        received = words(mails["tienda@example.com"], kind)
        for said in ("eva@example.com", "2 × Taza de barro", "/ordenes/1"):
            assert said in received
    assert str(mails["tienda@example.com"]["Subject"]) == "Orden nueva 1: 25,00 US$"
