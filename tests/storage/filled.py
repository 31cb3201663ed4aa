"""A shop with some of everything, as years of use leave it."""

from __future__ import annotations

from io import BytesIO
from typing import Any, cast

from PIL import Image

from zoco.app import Shop
from zoco.features.catalogue.models import Bulk, BulkAction, Product
from zoco.features.catalogue.schemas import AddProduct, MoneyIn, WordsIn
from zoco.features.chat.models import ConversationState
from zoco.features.inbox.schemas import ReplyForm
from zoco.features.orders.models import OrderStatus
from zoco.features.orders.schemas import PlaceOrder
from zoco.kit.idempotency import IdempotencyKey
from zoco.kit.mishaps import Source, mishap
from zoco.kit.permissions import GUEST, SYSTEM, Actor, Role
from zoco.storage.outbox import Relay
from zoco.testing.people import PASSWORD, account

BUYER = PlaceOrder(email="eva@example.com")
WORDS = {"en": WordsIn(title="Jug", description="For water.")}
FILE = b"Handle,Title,Type,Variant Price,Variant Inventory Qty\nplato,Plato,Platos,3.50,7\n"


async def buy(shop: Shop, product: Product) -> int:
    carts, orders = shop.services["cart"], shop.services["orders"]
    cart, _ = await carts.open(GUEST)
    await carts.add(GUEST, cart.id, product.id, 2)
    order, _ = await orders.place(GUEST, cart.id, BUYER, IdempotencyKey.of(cart.id, "guest", b""), "es")
    return int(order.number)


async def say(shop: Shop, actor: Actor, to: str, body: str) -> int:
    """The number that the message got in its conversation."""
    return int((await shop.services["chat"].say(actor, to, body))[0].seq)


async def fill(shop: Shop, relay: Relay, product: Product, seller: Actor) -> None:
    """Leave something in every repository, and facts that still wait."""
    nora = await account(shop, Role.STAFF, "Nora Tendera")
    await _shelves(shop, product, seller, nora)
    await buy(shop, product)
    await shop.services["orders"].move(nora, 1, OrderStatus.PAGADA)
    await shop.services["orders"].note(nora, 1, "Llama antes.")
    await relay.drain()
    await _talk(shop, nora)
    await _office(shop, relay, nora)
    await buy(shop, product)
    await shop.services["cart"].open(seller)


async def _shelves(shop: Shop, product: Product, seller: Actor, nora: Actor) -> None:
    """Several pictures, words in two languages, a removed product, a shelf put on another, a change for many."""
    catalogue = shop.services["catalogue"]
    await catalogue.add_images(seller, product.id, [_png("teal"), _png("navy")], "Una taza")
    jug = await _offered(catalogue, seller, "Jarra", "Jarras")
    gone = await _offered(catalogue, seller, "Cuenco", "Cuencos")
    await catalogue.remove(seller, gone.id)
    await catalogue.merge_categories(nora, "cuencos", "jarras")
    await catalogue.place_category(nora, "jarras", 1)
    await catalogue.rename_category(nora, "jarras", "Jarras", {"en": "Jugs"})
    await catalogue.change_many(nora, [(jug.id, jug.version)], Bulk(BulkAction.PRICE, 990))


async def _offered(catalogue: Any, seller: Actor, title: str, category: str) -> Product:
    data = AddProduct(title=title, category=category, price=MoneyIn(1), stock=3, translations=WORDS)
    return cast(Product, await catalogue.add(seller, data))


async def _talk(shop: Shop, nora: Actor) -> None:
    """The general channel, a conversation that was answered, one that is settled, a question not yet confirmed."""
    chat, accounts = shop.services["chat"], shop.services["accounts"]
    eva = await account(shop, name="Eva Compradora")
    await accounts.verify(accounts.verify_token(eva.id, eva.email))
    await say(shop, eva, "general", "¡Hola a todos!")
    for word in ("Hola.", "¿Hay tazas?"):
        await say(shop, eva, eva.email, word)
    await say(shop, nora, eva.email, "Las hay.")
    await chat.remove(nora, eva.email, 1)
    await chat.settle(nora, "luis@example.com", ConversationState.DONE)
    await chat.block(nora, "luis@example.com", blocked=True)
    await chat.ask("Iker", "iker@example.com", "¿Abrís los lunes?", "es")
    await shop.services["inbox"].save_reply(nora, ReplyForm(title="Saludo", body="¡Hola, {name}!"))


async def _office(shop: Shop, relay: Relay, nora: Actor) -> None:
    """An invitation, a sign-in, files that were taken in and that wait, a fault."""
    accounts, imports, incidents = (shop.services[name] for name in ("accounts", "imports", "incidents"))
    admin = await account(shop, Role.ADMIN)
    await accounts.invite(admin, name="Sara", email="sara@example.com", role=Role.STAFF, language="en")
    await accounts.sign_in(nora.email, PASSWORD)
    job = await imports.bring(nora, "platos.csv", FILE)
    await imports.begin(nora, job.id)
    await relay.drain()
    await imports.bring(nora, "más.csv", FILE)
    incidents.saw(mishap(shop.store.new_id(), Source.REQUEST, "GET /", ValueError("ñ"), SYSTEM.id))
    await incidents.settle()


def _png(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()
