"""What staff do around conversations: saved replies, and who it is that they are talking to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from zoco.features.accounts.errors import UserMissing
from zoco.features.accounts.models import User, UserQuery
from zoco.features.accounts.service import AccountService
from zoco.features.audit.service import AuditService
from zoco.features.cart.models import CartView
from zoco.features.cart.service import CartService
from zoco.features.catalogue.models import Product, ProductQuery
from zoco.features.catalogue.service import CatalogueService
from zoco.features.chat.models import InboxQuery, conversation_of
from zoco.features.chat.service import ChatService
from zoco.features.inbox.errors import RepliesFull, ReplyMissing
from zoco.features.inbox.models import MOST_REPLIES, SavedReply, in_turn
from zoco.features.inbox.repository import Replies
from zoco.features.inbox.schemas import ReplyForm
from zoco.features.orders.models import Order, OrderQuery
from zoco.features.orders.service import OrderService
from zoco.kit.clock import Clock
from zoco.kit.ids import ProductId, ReplyId
from zoco.kit.money import Money
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.store import Store, Tx, use_case
from zoco.kit.text import fold

SEE = Permission("inbox.see", Role.STAFF)
"""See the inbox, and who somebody is that writes."""
SAVE = Permission("inbox.save_replies", Role.STAFF)
"""Make, change and remove saved replies."""
ORDERS_BESIDE, PRODUCTS_FOUND, PEOPLE_FOUND = 5, 6, 10


class Person(msgspec.Struct, frozen=True):
    """Somebody who can be written to; `name` is empty where nobody knows it."""

    email: str
    name: str


class Beside(msgspec.Struct, frozen=True):
    """Who stands behind a conversation, as far as the shop knows them."""

    user: User | None = None
    cart: CartView | None = None
    orders: list[Order] = []
    total: Money | None = None
    """Of the cart."""


def latest(orders: Iterable[Order], most: int) -> list[Order]:
    """Each once, newest first."""
    by_number = {order.number: order for order in orders}
    return [by_number[number] for number in sorted(by_number, reverse=True)[:most]]


class InboxService:
    """Everything here is for staff."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        accounts: AccountService,
        chat: ChatService,
        cart: CartService,
        orders: OrderService,
        catalogue: CatalogueService,
        audit: AuditService,
    ) -> None:
        self._store, self._clock = store, clock
        self._accounts, self._chat = accounts, chat
        self._cart, self._orders, self._catalogue, self._audit = cart, orders, catalogue, audit

    def now(self) -> datetime:
        """The moment by which somebody is present or not."""
        return self._clock.now()

    async def waiting(self, actor: Actor) -> int:
        """How many conversations wait for an answer."""
        actor.require(SEE)
        return await self._chat.waiting(actor)

    async def people(self, actor: Actor, typed: str) -> list[Person]:
        """Whom staff may want to write to: who wrote last, else whose words, name or address have what is typed."""
        actor.require(SEE)
        talks = (await self._chat.page(actor, InboxQuery(text=typed or None, limit=PEOPLE_FOUND))).items
        people = {talk.id: Person(talk.email, talk.name) for talk in talks}
        if typed:
            found = await self._accounts.find(actor, UserQuery(words=fold(typed), limit=PEOPLE_FOUND))
            people |= {conversation_of(user.email): Person(user.email, user.name) for user in found.items}
        return list(people.values())

    def check_saves(self, actor: Actor) -> None:
        """Raise Forbidden, or Unauthenticated, unless they may keep replies."""
        actor.require(SAVE)

    async def beside(self, actor: Actor, email: str) -> Beside:
        """The account of an address with its open cart, and the latest orders of the account or to the address."""
        actor.require(SEE)
        orders = (await self._orders.find(actor, OrderQuery(email=email, limit=ORDERS_BESIDE))).items
        try:
            user = await self._accounts.find_by_email(actor, email)
        except UserMissing:
            return Beside(orders=orders)
        cart = await self._cart.look(actor, user.id)
        orders = latest([*orders, *await self._orders.latest(actor, user.id, ORDERS_BESIDE)], ORDERS_BESIDE)
        return Beside(user, cart, orders, cart.cart.total(self._cart.currency) if cart else None)

    async def products(self, actor: Actor, typed: str) -> list[Product]:
        """What can be shown to somebody who asks for it: offered products with all the words."""
        actor.require(SEE)
        return (await self._catalogue.page(ProductQuery(q=typed, limit=PRODUCTS_FOUND))).items if typed else []

    async def product(self, actor: Actor, product: ProductId) -> Product:
        """One of them; raises ProductMissing."""
        actor.require(SEE)
        return await self._catalogue.show(actor, product)

    async def replies(self, actor: Actor) -> list[SavedReply]:
        """By title."""
        actor.require(SEE)
        async with self._store.read() as tx:
            return in_turn(await tx[Replies].all())

    async def reply(self, actor: Actor, reply: ReplyId) -> SavedReply:
        """Raises ReplyMissing."""
        actor.require(SEE)
        async with self._store.read() as tx:
            return _there(await tx[Replies].get(reply))

    @use_case
    async def save_reply(self, actor: Actor, data: ReplyForm) -> SavedReply:
        """Keep a new one; raises RepliesFull."""
        actor.require(SAVE)
        now = self._clock.now()
        reply = SavedReply(
            id=ReplyId(self._store.new_id()), title=data.title, body=data.body, created_at=now, updated_at=now
        )
        async with self._store.write() as tx:
            if len(await tx[Replies].all()) >= MOST_REPLIES:
                raise RepliesFull(most=MOST_REPLIES)
            await tx[Replies].add(reply)
            await self._note(tx, actor, "inbox.save_reply", reply)
        return reply

    @use_case
    async def change_reply(self, actor: Actor, reply: ReplyId, data: ReplyForm) -> SavedReply:
        """Raises ReplyMissing."""
        actor.require(SAVE)
        async with self._store.write() as tx:
            found = _there(await tx[Replies].get(reply))
            changed = msgspec.structs.replace(found, title=data.title, body=data.body, updated_at=self._clock.now())
            await self._note(tx, actor, "inbox.change_reply", changed)
            return await tx[Replies].save(changed)

    @use_case
    async def remove_reply(self, actor: Actor, reply: ReplyId) -> SavedReply:
        """Answers what was removed; raises ReplyMissing."""
        actor.require(SAVE)
        async with self._store.write() as tx:
            found = _there(await tx[Replies].get(reply))
            await tx[Replies].remove(reply)
            await self._note(tx, actor, "inbox.remove_reply", found)
        return found

    async def _note(self, tx: Tx, actor: Actor, action: str, reply: SavedReply) -> None:
        await self._audit.note(tx, actor, action, subject=reply.title)


def _there(found: SavedReply | None) -> SavedReply:
    if found is None:
        raise ReplyMissing
    return found
