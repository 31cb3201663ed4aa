"""What people and staff do with orders."""

from __future__ import annotations

from datetime import date, timedelta, tzinfo
from typing import Any

import msgspec

from zoco.features.accounts.models import wrong_email
from zoco.features.audit.service import AuditService
from zoco.features.cart.models import Address, CartView
from zoco.features.cart.service import CartService
from zoco.features.catalogue.service import CatalogueService
from zoco.features.orders.errors import OrderMissing, StatusOutOfOrder
from zoco.features.orders.events import OrderMoved, OrderPlaced
from zoco.features.orders.models import (
    DaySales,
    Order,
    OrderEntry,
    OrderQuery,
    OrderStatus,
    broken_carts,
    broken_numbers,
    broken_stock,
    by_day,
    lines_of,
    tidy_note,
    total_of,
)
from zoco.features.orders.repository import OrderEntries, Orders
from zoco.features.orders.schemas import OrderOut, PlaceOrder
from zoco.kit.clock import Clock, beginning
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.idempotency import IdempotencyKey, IdempotencyRecords
from zoco.kit.ids import CartId, EntryId, OrderId, ProductId, UserId, secret_id
from zoco.kit.outbox import KEPT, Outbox
from zoco.kit.paging import LARGEST_LIMIT, Page
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.store import Store, Tx, use_case
from zoco.kit.text import N_

SEE_ALL = Permission("orders.see_all", Role.STAFF)
MOVE = Permission("orders.move", Role.STAFF)
NOTE = Permission("orders.note", Role.STAFF)
REMEMBERED = timedelta(hours=24)
LARGEST_NUMBER = 2**53
"""Beyond this an address cannot name an order; engines count in 64 bits."""


class OrderService:
    """`currency` is the shop's own, as is the `zone` by which its days begin."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        cart: CartService,
        catalogue: CatalogueService,
        audit: AuditService,
        *,
        currency: str,
        zone: tzinfo,
    ) -> None:
        self._store, self._clock, self._audit = store, clock, audit
        self._cart, self._catalogue, self._currency, self.zone = cart, catalogue, currency, zone

    @use_case
    async def place(
        self, actor: Actor, cart: CartId, data: PlaceOrder, key: IdempotencyKey, language: str
    ) -> tuple[Order, bool]:
        """Buy a cart: cart, stock, order, number, key and facts in one transaction; emits OrderPlaced.

        True with an order that the key had made before. Raises CartEmpty, CartPurchased, PriceChanged, OutOfStock,
        NotForSale, KeyReused, or Invalid where there is no e-mail address to write to or a line of the other is blank.
        """
        now = self._clock.now()
        async with self._store.write() as tx:
            new = OrderId(self._store.new_id())
            if made := await tx[IdempotencyRecords].claim(key, new, now, now - REMEMBERED):
                return await self.of_id(tx, OrderId(made)), True
            bought = await self._cart.buy(tx, actor, cart)
            await self._catalogue.take(tx, [(item.product_id, item.quantity) for item in bought.cart.items])
            order = await self._order(tx, actor, bought, data, language, new=new)  # from its number on, others wait
            await tx[Orders].add(order)
            tx.emit(OrderPlaced(order=order.id, number=order.number, buyer=order.buyer))
        return order, False

    async def page(self, actor: Actor, after: str | None, limit: int, *, all_buyers: bool = False) -> Page[Order]:
        """The person's own orders, newest first; everybody's for staff that ask for them."""
        buyer = actor.signed_in()
        if all_buyers:
            actor.require(SEE_ALL)
        async with self._store.read() as tx:
            return await tx[Orders].page(None if all_buyers else buyer, after, limit)

    async def find(self, actor: Actor, query: OrderQuery) -> Page[Order]:
        """Anybody's orders, latest first; for staff."""
        actor.require(SEE_ALL)
        async with self._store.read() as tx:
            return await tx[Orders].find(query)

    async def with_history(self, actor: Actor, number: int) -> tuple[Order, list[OrderEntry]]:
        """Any order, and what became of it, oldest first; for staff. Raises OrderMissing."""
        actor.require(SEE_ALL)
        async with self._store.read() as tx:
            order = await _numbered(tx, number, None)
            return order, await tx[OrderEntries].of(order.id)

    async def latest(self, actor: Actor, buyer: UserId, most: int) -> list[Order]:
        """Somebody's last orders, newest first; for staff."""
        actor.require(SEE_ALL)
        async with self._store.read() as tx:
            return (await tx[Orders].page(buyer, None, most)).items

    async def last_address(self, actor: Actor) -> Address | None:
        """Where the person's last order went."""
        async with self._store.read() as tx:
            last = (await tx[Orders].page(actor.signed_in(), None, 1)).items
        return last[0].delivery_address if last else None

    async def daily(self, actor: Actor, since: date) -> list[DaySales]:
        """What was ordered on each day from this one on, for staff; days without an order are left out."""
        actor.require(SEE_ALL)
        async with self._store.read() as tx:
            return by_day(await tx[Orders].sold(beginning(since, self.zone)), self.zone)

    async def show(self, actor: Actor, number: int) -> Order:
        """One's own order, any for staff; raises OrderMissing."""
        buyer = actor.signed_in()
        async with self._store.read() as tx:
            return await _numbered(tx, number, None if actor.may(SEE_ALL) else buyer)

    async def show_by_reference(self, reference: str) -> Order:
        """The order that an unguessable link names, for whoever has the link."""
        async with self._store.read() as tx:
            return _there(await tx[Orders].of_reference(reference))

    @use_case
    async def move(self, actor: Actor, number: int, status: OrderStatus, *, seen: OrderStatus | None = None) -> Order:
        """Give an order its next status; one that is called off gives its pieces back. Emits OrderMoved.

        Raises StatusOutOfOrder, also where the present status is not the one that was `seen`.
        """
        actor.require(MOVE)
        async with self._store.write() as tx:
            found = await _numbered(tx, number, None)
            moved = found.moved_to(status)
            if seen not in {None, found.status}:
                raise StatusOutOfOrder(now=found.status.value, wanted=status.value)
            if status is OrderStatus.CANCELADA:
                await self._catalogue.put_back(tx, [(line.product_id, line.quantity) for line in moved.lines])
            saved = await tx[Orders].save(msgspec.structs.replace(moved, updated_at=self._clock.now()))
            tx.emit(_moved(saved))
            await tx[OrderEntries].add(self._entry(actor, saved, status=status))
            await self._audit.note(tx, actor, "orders.move", subject=subject_of(saved), status=status.value)
        return saved

    @use_case
    async def note(self, actor: Actor, number: int, note: str) -> None:
        """Write something about an order that only staff reads; raises Invalid or OrderMissing."""
        actor.require(NOTE)
        note = tidy_note(note)
        async with self._store.write() as tx:
            order = await _numbered(tx, number, None)
            await tx[OrderEntries].add(self._entry(actor, order, note=note))
            await self._audit.note(tx, actor, "orders.note", subject=subject_of(order))

    async def own_data(self, tx: Tx, user: UserId) -> dict[str, Any]:
        """Every order of the person, newest first."""
        found, after = list[Order](), None
        while True:
            page = await tx[Orders].page(user, after, LARGEST_LIMIT)
            found += page.items
            after = page.next
            if after is None:
                return {"orders": [OrderOut.of(order) for order in found]}

    async def release(self, tx: Tx, buyer: UserId) -> None:
        """Somebody has left: their orders stay, but belong to no account."""
        await tx[Orders].release(buyer)

    async def of_id(self, tx: Tx, order: OrderId) -> Order:
        return _there(await tx[Orders].of_id(order))

    async def as_moved(self, tx: Tx, fact: OrderMoved) -> Order:
        """The order with the status that the fact tells of, though it may have another by now."""
        return msgspec.structs.replace(await self.of_id(tx, fact.order), status=fact.status)

    async def pictures(self, tx: Tx, order: Order) -> dict[ProductId, str]:
        """Addresses at which what it is about is seen from now on, as far as it is still there and has a picture."""
        products = await self._catalogue.many(tx, [line.product_id for line in order.lines])
        return {product.id: product.image.url for product in products.values() if product.image}

    async def check_stock(self, tx: Tx) -> list[str]:
        return broken_stock(await tx[Orders].accounts(), await self._catalogue.stock_account(tx))

    async def check_numbers(self, tx: Tx) -> list[str]:
        return broken_numbers(await tx[Orders].accounts())

    async def check_carts(self, tx: Tx) -> list[str]:
        return broken_carts(await tx[Orders].accounts(), await self._cart.purchased(tx))

    async def check_facts(self, tx: Tx) -> list[str]:
        """Orders of late whose OrderPlaced is not in the outbox, and facts of orders that are not there."""
        placed = {
            msgspec.json.decode(fact, type=OrderPlaced).order for fact in await tx[Outbox].facts(OrderPlaced.__name__)
        }
        orders, since = await tx[Orders].accounts(), self._clock.now() - KEPT
        missing = placed - {order.id for order in orders} | {
            order.id for order in orders if order.created_at > since and order.id not in placed
        }
        return [f"order {order} and its facts do not match" for order in missing]

    async def check_keys(self, tx: Tx) -> list[str]:
        """Idempotency records of orders that are not there, and orders of the last hours that have none.

        Forms for products leave such records, too, which lead to products that were removed as well.
        """
        orders, since = await tx[Orders].accounts(), self._clock.now() - REMEMBERED
        kept = set(await tx[IdempotencyRecords].results()) - set(await self._catalogue.stock_account(tx))
        return [
            f"a key is kept for order {order}, which is not there" for order in kept - {order.id for order in orders}
        ] + [
            f"order {order.number} has no key" for order in orders if order.created_at > since and order.id not in kept
        ]

    def _entry(self, actor: Actor, order: Order, *, status: OrderStatus | None = None, note: str = "") -> OrderEntry:
        return OrderEntry(
            id=EntryId(self._store.new_id()),
            order=order.id,
            at=self._clock.now(),
            author=actor.signed_in(),
            author_name=actor.name,
            status=status,
            note=note,
        )

    async def _order(
        self, tx: Tx, actor: Actor, bought: CartView, data: PlaceOrder, language: str, *, new: OrderId
    ) -> Order:
        now, lines = self._clock.now(), lines_of(bought, language)
        return Order(
            id=new,
            number=await tx[Orders].next_number(),
            reference=secret_id(),
            status=OrderStatus.GENERADA,
            buyer=actor.id,
            cart=bought.cart.id,
            email=confirmed_to(data.email or actor.email or bought.cart.email),
            language=language,
            lines=lines,
            total=total_of(lines, self._currency),
            delivery_address=data.delivery_address.tidied() if data.delivery_address else bought.cart.delivery_address,
            created_at=now,
            updated_at=now,
            version=1,
        )


def subject_of(order: Order) -> str:
    """How mails and the audit log name it."""
    return f"order {order.number}"


def _moved(order: Order) -> OrderMoved:
    return OrderMoved(
        order=order.id, number=order.number, status=order.status, reference=order.reference, buyer=order.buyer
    )


async def _numbered(tx: Tx, number: int, buyer: UserId | None) -> Order:
    return _there(await tx[Orders].get(number, buyer) if 0 < number <= LARGEST_NUMBER else None)


def _there(order: Order | None) -> Order:
    if order is None:
        raise OrderMissing
    return order


def confirmed_to(address: str) -> str:
    """The address of a confirmation, tidied; raises Invalid where no mail would reach it."""
    address = address.strip()
    if not address:
        raise Invalid(FieldError("email", "required", N_("Write the e-mail address where the confirmation should go.")))
    if wrong := wrong_email(address):
        raise Invalid(wrong)
    return address
