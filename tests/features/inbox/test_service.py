"""What staff do around conversations."""

from __future__ import annotations

import pytest
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.audit.models import DeedQuery
from zoco.features.cart.service import CartService
from zoco.features.inbox import models, service
from zoco.features.inbox.errors import RepliesFull, ReplyMissing
from zoco.features.inbox.schemas import ReplyForm
from zoco.features.inbox.service import InboxService
from zoco.features.orders.schemas import PlaceOrder
from zoco.features.orders.service import OrderService
from zoco.kit.errors import Forbidden, Unauthenticated
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.ids import ReplyId
from zoco.kit.permissions import GUEST, SYSTEM, Actor

HOURS = ReplyForm(title="Horario", body="De 9 a 18 h.")


class TestReplies:
    async def test_a_reply_is_kept_changed_and_removed(self, inbox: InboxService, staff: Actor) -> None:
        reply = await inbox.save_reply(staff, HOURS)
        assert await inbox.replies(staff) == [reply]
        changed = await inbox.change_reply(staff, reply.id, ReplyForm(title="Horas", body="De 10 a 14 h."))
        assert await inbox.reply(staff, reply.id) == changed
        assert (changed.title, changed.body, changed.version) == ("Horas", "De 10 a 14 h.", 2)
        assert await inbox.remove_reply(staff, reply.id) == changed
        with pytest.raises(ReplyMissing):
            await inbox.reply(staff, reply.id)

    async def test_who_did_what_to_them_is_noted(self, inbox: InboxService, staff: Actor, shop: Shop) -> None:
        reply = await inbox.save_reply(staff, HOURS)
        await inbox.change_reply(staff, reply.id, HOURS)
        await inbox.remove_reply(staff, reply.id)
        deeds = await shop.services["audit"].page(SYSTEM, DeedQuery(person=str(staff.id)))
        assert [(deed.action, deed.subject, deed.actor) for deed in deeds.items] == [
            ("inbox.remove_reply", "Horario", staff.id),
            ("inbox.change_reply", "Horario", staff.id),
            ("inbox.save_reply", "Horario", staff.id),
        ]

    async def test_what_is_not_there_cannot_be_changed_or_removed(self, inbox: InboxService, staff: Actor) -> None:
        with pytest.raises(ReplyMissing):
            await inbox.change_reply(staff, ReplyId("none"), HOURS)
        with pytest.raises(ReplyMissing):
            await inbox.remove_reply(staff, ReplyId("none"))

    async def test_there_is_an_end_to_them(
        self, inbox: InboxService, staff: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "MOST_REPLIES", 2)
        assert models.MOST_REPLIES == 200
        for _ in range(2):
            await inbox.save_reply(staff, HOURS)
        with pytest.raises(RepliesFull):
            await inbox.save_reply(staff, HOURS)

    async def test_they_are_for_staff(self, inbox: InboxService, staff: Actor, customer: Actor) -> None:
        reply = await inbox.save_reply(staff, HOURS)
        for actor, refusal in ((customer, Forbidden), (GUEST, Unauthenticated)):
            for call in (
                inbox.replies(actor),
                inbox.reply(actor, reply.id),
                inbox.save_reply(actor, HOURS),
                inbox.change_reply(actor, reply.id, HOURS),
                inbox.remove_reply(actor, reply.id),
            ):
                with pytest.raises(refusal):
                    await call


class TestBeside:
    async def test_a_customer_is_shown_with_their_cart(
        self, inbox: InboxService, cart: CartService, nora: Actor, eva: Actor, offer: Offer
    ) -> None:
        product = await offer(title="Jarra azul")
        own, _ = await cart.open(eva)
        await cart.add(eva, own.id, product.id, 2)
        beside = await inbox.beside(nora, eva.email.upper())
        assert beside.user is not None
        assert beside.user.name == "Eva Compradora"
        assert beside.cart is not None
        assert [(beside.cart.products[item.product_id].title, item.quantity) for item in beside.cart.cart.items] == [
            ("Jarra azul", 2)
        ]
        assert beside.orders == []

    async def test_orders_of_an_address_without_an_account_are_known(
        self, inbox: InboxService, cart: CartService, orders: OrderService, nora: Actor, offer: Offer
    ) -> None:
        product = await offer()
        for number in range(7):
            own, _ = await cart.open(GUEST)
            await cart.add(GUEST, own.id, product.id, 1)
            data = PlaceOrder(email="Rosa@example.com")
            await orders.place(GUEST, own.id, data, IdempotencyKey.of(f"k{number}", "s", b""), "es")
        beside = await inbox.beside(nora, "rosa@example.com")
        assert beside.user is None
        assert [order.number for order in beside.orders] == [7, 6, 5, 4, 3]

    async def test_of_an_address_without_an_account_nothing_is_known(self, inbox: InboxService, nora: Actor) -> None:
        beside = await inbox.beside(nora, "nadie@example.com")
        assert (beside.user, beside.cart, beside.orders) == (None, None, [])

    async def test_it_is_for_staff(self, inbox: InboxService, cart: CartService, eva: Actor, customer: Actor) -> None:
        for call in (inbox.beside(customer, eva.email), inbox.products(customer, "taza")):
            with pytest.raises(Forbidden):
                await call
        assert eva.id
        with pytest.raises(Forbidden):
            await cart.look(customer, eva.id)

    async def test_products_are_found_by_their_words(self, inbox: InboxService, staff: Actor, offer: Offer) -> None:
        await offer(title="Jarra azul")
        await offer(title="Taza azul", status="hidden")
        assert [product.title for product in await inbox.products(staff, "azul")] == ["Jarra azul"]
        assert await inbox.products(staff, "") == []
