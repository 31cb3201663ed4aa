"""The mails that follow an order, as they lie in the folder."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import httpx
import msgspec
import pytest
from tests.features.conftest import Offer
from tests.features.orders.conftest import Fill, key
from tests.samples import HOME

from zoco.app import Shop
from zoco.features.catalogue.models import Product
from zoco.features.catalogue.service import CatalogueService
from zoco.features.orders.models import OrderStatus
from zoco.features.orders.schemas import PlaceOrder
from zoco.features.orders.service import OrderService
from zoco.kit.permissions import GUEST, SYSTEM, Actor
from zoco.settings import Settings
from zoco.settings.tree import Payment
from zoco.storage.outbox import Relay
from zoco.testing.people import account


def words(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def posted(settings: Settings) -> dict[str, EmailMessage]:
    """The mails in the folder, by who gets them; of several the last one."""
    found = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in settings.data_dir.rglob("*.eml")]
    return {str(mail["To"]): mail for mail in sorted(found, key=lambda mail: str(mail["Message-ID"]))}


@pytest.mark.parametrize(
    ("language", "subject", "price"),
    [("es", "Tu orden 1 en Zoco", "25,00\xa0US$"), ("en", "Your order 1 at Zoco", "$25.00")],
)
async def test_the_buyer_and_the_shop_are_written_to(
    orders: OrderService,
    fill: Fill,
    product: Product,
    seller: Actor,
    relay: Relay,
    settings: Settings,
    language: str,
    subject: str,
    price: str,
) -> None:
    bought = await fill(GUEST, product)
    order, _ = await orders.place(GUEST, bought, PlaceOrder(email="eva@example.com"), key(), language)
    await relay.drain()
    mails = posted(settings)
    assert mails.keys() == {"eva@example.com", "tienda@example.com", seller.email}
    assert str(mails["eva@example.com"]["Subject"]) == subject
    for kind in ("plain", "html"):
        placed = words(mails["eva@example.com"], kind)
        assert not re.search("Cómo pagar|How to pay", placed)
        for said in ("2 ×", "Taza de barro", price, "Calle Mayor 1", f"/ordenes/{order.reference}"):
            assert said in placed
        received = words(mails["tienda@example.com"], kind)
        for said in ("eva@example.com", "2 ×", "Taza de barro", "/ordenes/1"):
            assert said in received
    assert str(mails["tienda@example.com"]["Subject"]) == "Orden nueva 1: 25,00 US$"


async def test_notes_keep_their_lines(
    orders: OrderService, fill: Fill, product: Product, relay: Relay, settings: Settings
) -> None:
    home = msgspec.structs.replace(HOME, notes="Timbre 2\nTercer piso")
    placing = PlaceOrder(email="eva@example.com", delivery_address=home)
    await orders.place(GUEST, await fill(GUEST, product), placing, key(), "es")
    await relay.drain()
    mail = posted(settings)["eva@example.com"]
    assert re.search(r"Timbre 2<br>\s+Tercer piso", words(mail, "html"))
    told = [HOME.country, "", "Notas para la entrega:", "Timbre 2", "Tercer piso", ""]
    assert "\n".join(told) in "\n".join(words(mail, "plain").splitlines())


class TestHowToPay:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        words = Payment(es="Por transferencia a <ES12>,\ncon tu orden.", en="By bank transfer.")
        return msgspec.structs.replace(settings, shop=msgspec.structs.replace(settings.shop, payment=words))

    async def test_it_stands_in_the_purchases_mail_and_in_no_other(
        self, orders: OrderService, fill: Fill, product: Product, relay: Relay, settings: Settings
    ) -> None:
        await orders.place(GUEST, await fill(GUEST, product), PlaceOrder(email="eva@example.com"), key(), "es")
        await orders.place(GUEST, await fill(GUEST, product), PlaceOrder(email="ian@example.com"), key(), "en")
        await relay.drain()
        mails = posted(settings)
        eva, ian = mails.pop("eva@example.com"), mails.pop("ian@example.com")
        assert "Cómo pagar:\r\nPor transferencia a <ES12>,\r\ncon tu orden.\r\n" in words(eva, "plain")
        assert re.search(r"Cómo pagar</strong><br>\s+Por transferencia a &lt;ES12&gt;,<br>\s+con", words(eva, "html"))
        assert "How to pay:\r\nBy bank transfer.\r\n" in words(ian, "plain")
        assert mails
        for mail in mails.values():
            assert "transfer" not in words(mail, "plain") + words(mail, "html")
        await orders.move(SYSTEM, 1, OrderStatus.PAGADA)
        await relay.drain()
        assert "transfer" not in words(posted(settings)["eva@example.com"], "html")


async def test_each_seller_reads_of_their_own_lines_and_nothing_of_the_buyer(
    shop: Shop, orders: OrderService, fill: Fill, offer: Offer, relay: Relay, settings: Settings
) -> None:
    luz, mar = await account(shop, name="Luz"), await account(shop, name="Mar")
    sold = [
        await offer(luz, title="Taza"),
        await offer(luz, title="Jarra", price={"amount": 3000}),
        await offer(mar, title="Bolsa"),
        await offer(title="De nadie"),
    ]
    bought = await fill(GUEST, *sold)
    await orders.place(GUEST, bought, PlaceOrder(email="eva@example.com"), key(), "en")
    await relay.drain()
    mails = posted(settings)
    assert mails.keys() == {"eva@example.com", "tienda@example.com", luz.email, mar.email}
    assert str(mails[luz.email]["Subject"]) == "Has vendido algo: orden 1"
    for kind in ("plain", "html"):
        own = words(mails[luz.email], kind)
        for said in ("Hola, Luz", "Taza", "Jarra", "85,00\xa0US$"):
            assert said in own
        for unsaid in ("Bolsa", "eva@example.com", "Eva Pérez", "Calle Mayor", "/ordenes/"):
            assert unsaid not in own
        assert "Bolsa" in words(mails[mar.email], kind)


async def test_a_mail_shows_pictures_for_good(
    catalogue: CatalogueService, orders: OrderService, fill: Fill, offer: Offer, ana: Actor, relay: Relay,
    settings: Settings, client: httpx.AsyncClient, png: bytes,
) -> None:  # fmt: skip
    shown, bare = await offer(title="Jarra", image=png), await offer(title="Taza")
    await orders.place(GUEST, await fill(GUEST, shown, bare), PlaceOrder(email="eva@example.com"), key(), "es")
    await relay.drain()
    await catalogue.remove(ana, shown.id)
    [address] = re.findall(r'src="[^"]*(/images/[^"]+)"', words(posted(settings)["eva@example.com"], "html"))
    assert (await client.get(address.replace("&amp;", "&"))).status_code == 200


@pytest.mark.parametrize(
    ("way", "subject", "said"),
    [
        (["pagada"], "Tu orden 1 está pagada", "recibido el pago de tu orden 1"),
        (["pagada", "enviada"], "Tu orden 1 va en camino", "ya ha salido"),
        (["pagada", "enviada", "entregada"], "Tu orden 1 ha llegado", "Esperamos que te guste"),
        (["cancelada"], "Tu orden 1 fue cancelada", "Escríbenos si no lo esperabas"),
    ],
)
async def test_the_buyer_reads_what_became_of_the_order(
    orders: OrderService, fill: Fill, product: Product, relay: Relay, settings: Settings, way: list[str],
    subject: str, said: str,
) -> None:  # fmt: skip
    order, _ = await orders.place(GUEST, await fill(GUEST, product), PlaceOrder(email="eva@example.com"), key(), "es")
    for status in way:
        await orders.move(SYSTEM, 1, OrderStatus(status))
    await relay.drain()
    mail = posted(settings)["eva@example.com"]
    assert str(mail["Subject"]) == subject
    for kind in ("plain", "html"):
        told = words(mail, kind)
        assert said in told
        assert f"/ordenes/{order.reference}" in told
