"""What people do with the catalogue: look, search, sell; and what cart and orders ask of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec
import nh3

from zoco.features.catalogue.errors import CategoryMissing, NotYourProduct, ProductMissing, SellingClosed
from zoco.features.catalogue.events import ProductAdded, ProductChanged, ProductRemoved, SellerChanged, StockChanged
from zoco.features.catalogue.models import Around, Category, Gallery, Product, ProductQuery, ProductStatus, Seller
from zoco.features.catalogue.repository import Categories, Products
from zoco.features.catalogue.schemas import AddProduct, ChangeProduct, MoneyIn
from zoco.features.media.models import Picture
from zoco.features.media.service import MediaService
from zoco.kit.clock import Clock
from zoco.kit.errors import FieldError, Invalid, StaleWrite
from zoco.kit.ids import CategoryId, ProductId, UserId
from zoco.kit.money import Money
from zoco.kit.paging import Page
from zoco.kit.permissions import Actor, Permission, Role
from zoco.kit.store import Store, Tx, use_case
from zoco.kit.text import N_, slug, words

MANAGE = Permission("catalogue.manage", Role.STAFF)
"""Change and see every product, not only one's own."""
LISTED = 10_000
"""How many products are in one part of `in_turn`."""
_AT_ONCE = 500
_TRIES, _WORTH_A_TRY = 3, 3


class CatalogueService:
    """`selling` is who may sell: `everyone` signed in, `approved` sellers, or `staff`; `currency` is the shop's own."""

    def __init__(self, store: Store, clock: Clock, media: MediaService, *, selling: str, currency: str) -> None:
        self._store, self._clock, self._media = store, clock, media
        self._selling, self.currency = selling, currency
        self._cuts: list[Any] = []

    async def show(self, actor: Actor, product: ProductId) -> Product:
        """A product on offer, or a hidden one for its seller and staff; raises ProductMissing."""
        async with self._store.read() as tx:
            found = await tx[Products].get(product)
        return self._visible(actor, found)

    async def show_by_slug(self, actor: Actor, product_slug: str) -> Product:
        async with self._store.read() as tx:
            found = await tx[Products].of_slug(product_slug)
        return self._visible(actor, found)

    async def show_own(self, actor: Actor, product: ProductId) -> Product:
        """One's own product, any for staff; raises ProductMissing or NotYourProduct."""
        async with self._store.read() as tx:
            return await self._own(tx, actor, product)

    async def page(self, query: ProductQuery) -> Page[Product]:
        """What is offered, in the order and with the filters of the query."""
        async with self._store.read() as tx:
            return await tx[Products].page(msgspec.structs.replace(query, hidden=False))

    async def page_own(self, actor: Actor, query: ProductQuery) -> Page[Product]:
        """The seller's own products, hidden and sold out ones too."""
        async with self._store.read() as tx:
            return await tx[Products].page(msgspec.structs.replace(query, seller=actor.signed_in(), hidden=True))

    async def category(self, category_slug: str) -> Category:
        async with self._store.read() as tx:
            return await self._category(tx, category_slug)

    async def categories(self) -> list[Category]:
        async with self._store.read() as tx:
            return await tx[Categories].all()

    async def around(self, product: Product, most: int = 4) -> Around:
        """What a product is shown with: related are those of its shelf, then those of its seller, at most `most`."""
        async with self._store.read() as tx:
            shelf = await self._category(tx, product.category)
            near = (await tx[Products].page(ProductQuery(category=product.category, limit=most + 1))).items
            near = [other for other in near if other.id != product.id][:most]
            if len(near) < most:
                known = {product.id, *(other.id for other in near)}
                own = await tx[Products].page(ProductQuery(seller=product.seller.id, limit=most + 1))
                near += [other for other in own.items if other.id not in known][: most - len(near)]
            picture = await self._media.of(tx, product.id) if product.image else None
        gallery = Gallery.of(product.image, picture) if product.image and picture else None
        return Around(shelf, gallery, near)

    async def meant(self, typed: str, most: int) -> list[Product]:
        """What an address that leads nowhere may have meant: what has all its words, then what has its longest ones."""
        said = list(dict.fromkeys(words(typed)))
        single = sorted((word for word in said if len(word) >= _WORTH_A_TRY), key=len, reverse=True)[:_TRIES]
        found: dict[ProductId, Product] = {}
        async with self._store.read() as tx:
            for tried in dict.fromkeys([" ".join(said), *single]):
                if tried and len(found) < most:
                    page = await tx[Products].page(ProductQuery(q=tried, limit=most))
                    found |= {product.id: product for product in page.items if product.id not in found}
        return list(found.values())[:most]

    async def suggest(self, typed: str, most: int) -> tuple[list[Category], list[Product]]:
        """For words as they are typed: shelves, then products, at most `most` together; those named so come first."""
        if not words(typed):
            return [], []
        async with self._store.read() as tx:
            shelves = [shelf for shelf in await tx[Categories].all() if _named(shelf.name, typed)][: most // 2]
            page = await tx[Products].page(ProductQuery(q=typed, limit=most - len(shelves)))
        return shelves, sorted(page.items, key=lambda product: not _named(product.title, typed))

    async def parts(self) -> int:
        """How many parts `in_turn` has: one more than there are cuts, which are remembered, as ids only rise."""
        cuts, full, count = list(self._cuts), None, 0
        while records := await self._records(full or (cuts[-1] if cuts else None), count):
            if full is not None and count == 0:
                cuts.append(full)
            full, count = records[-1][0], (count + len(records)) % LISTED
        self._cuts = max(self._cuts, cuts, key=len)
        return len(cuts) + 1

    async def in_turn(self, part: int) -> AsyncIterator[list[Product]]:
        """What is offered, sold out or not, some at a time, in the order in which it came.

        Parts count from 1, as far as `parts` has found them.
        """
        last, count = self._cuts[part - 2] if part > 1 else None, 0
        while count < LISTED and (records := await self._records(last, count)):
            last, count = records[-1][0], count + len(records)
            yield [product for _, (product, _) in records if product.status is ProductStatus.ACTIVE]

    async def _records(self, last: Any, count: int) -> list[tuple[Any, tuple[Product, int]]]:
        """What comes after `last`, but of a part of which `count` are known no more than belongs to it."""
        async with self._store.read() as tx:
            return await tx[Products].records(last, min(_AT_ONCE, LISTED - count))

    @use_case
    async def add(self, actor: Actor, data: AddProduct, image: bytes | None = None) -> Product:
        """Offer a product as its seller; emits ProductAdded."""
        seller = self.seller(actor)
        picture = None if image is None else await self._media.prepare(image)
        async with self._store.write() as tx:
            product = await self.offer(tx, seller, data)
            return product if picture is None else await self.show_picture(tx, product, picture)

    async def offer(self, tx: Tx, seller: Seller, data: AddProduct) -> Product:
        """Store a new product of a seller; emits ProductAdded."""
        now, title = self._clock.now(), _one_line(data.title, "title")
        product = Product(
            id=ProductId(self._store.new_id()),
            slug=slug(title) or "producto",
            title=title,
            description=clean(data.description),
            category=await self._shelf(tx, data.category),
            price=self._price(data.price),
            stock=data.stock,
            seller=seller,
            picture=None,
            status=ProductStatus(data.status),
            created_at=now,
            updated_at=now,
            version=1,
        )
        if not await tx[Products].add(product):  # the plain address is taken, so this one bears the end of its id
            product = msgspec.structs.replace(product, slug=f"{product.slug}-{product.id[-12:]}")
            if not await tx[Products].add(product):
                raise StaleWrite
        tx.emit(ProductAdded(product=product.id))
        return product

    @use_case
    async def change(
        self, actor: Actor, product: ProductId, data: ChangeProduct, image: bytes | None = None
    ) -> Product:
        """Change what is given of one's own product, with a new picture if need be; emits ProductChanged."""
        actor.signed_in()
        picture = None if image is None else await self._media.prepare(image)
        async with self._store.write() as tx:
            changed = await self.edit(tx, await self._own(tx, actor, product), data)
            return changed if picture is None else await self.show_picture(tx, changed, picture)

    async def edit(self, tx: Tx, product: Product, data: ChangeProduct) -> Product:
        """Store what `data` changes; emits ProductChanged where something differs."""
        given: dict[str, Any] = {
            name: value for name, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET
        }
        if "title" in given:
            given["title"] = _one_line(given["title"], "title")
        if "description" in given:
            given["description"] = clean(given["description"])
        if "category" in given:
            given["category"] = await self._shelf(tx, given["category"])
        if "price" in given:
            given["price"] = self._price(given["price"])
        if "status" in given:
            given["status"] = ProductStatus(given["status"])
        changed = msgspec.structs.replace(product, **given)
        if changed == product:
            return product
        if changed.stock != product.stock:
            await tx[Products].set_stock(product.id, changed.stock)
        changed = await tx[Products].save(msgspec.structs.replace(changed, updated_at=self._clock.now()))
        tx.emit(ProductChanged(product=product.id))
        return changed

    @use_case
    async def set_image(self, actor: Actor, product: ProductId, image: bytes) -> Product:
        """Give one's own product this picture; emits ProductChanged."""
        actor.signed_in()
        picture = await self._media.prepare(image)
        async with self._store.write() as tx:
            return await self.show_picture(tx, await self._own(tx, actor, product), picture)

    async def show_picture(self, tx: Tx, product: Product, picture: Picture) -> Product:
        """Give the product a prepared picture in place of any it had; emits ProductChanged."""
        await self._media.attach(tx, product.id, picture)
        changed = msgspec.structs.replace(product, picture=picture.hash, updated_at=self._clock.now())
        changed = await tx[Products].save(changed)
        tx.emit(ProductChanged(product=product.id))
        return changed

    @use_case
    async def remove(self, actor: Actor, product: ProductId) -> None:
        """Take one's own product out of the shop for good; orders keep their copy. Emits ProductRemoved."""
        async with self._store.write() as tx:
            found = await self._own(tx, actor, product)
            await tx[Products].save(
                msgspec.structs.replace(found, status=ProductStatus.REMOVED, updated_at=self._clock.now())
            )
            tx.emit(ProductRemoved(product=product))

    async def get(self, tx: Tx, product: ProductId) -> Product:
        """A product, offered or hidden; raises ProductMissing."""
        found = await tx[Products].get(product)
        if found is None:
            raise ProductMissing
        return found

    async def many(self, tx: Tx, products: Iterable[ProductId]) -> dict[ProductId, Product]:
        return await tx[Products].many(products)

    async def take(self, tx: Tx, pieces: Iterable[tuple[ProductId, int]]) -> None:
        """Take pieces out of stock, in the order of products, so that no two orders wait for each other.

        Emits StockChanged; raises OutOfStock, NotForSale or ProductMissing.
        """
        taken = sorted(pieces)
        for product, quantity in taken:
            if not await tx[Products].take(product, quantity):
                (await self.get(tx, product)).check_offer(quantity)
                raise StaleWrite  # it cannot be had and yet it can: somebody came in between
        tx.emit(StockChanged(products=[product for product, _ in taken]))

    async def put_back(self, tx: Tx, pieces: Iterable[tuple[ProductId, int]]) -> None:
        """Give back to stock what an order had taken; emits StockChanged."""
        returned = sorted(pieces)
        for product, quantity in returned:
            await tx[Products].put_back(product, quantity)
        tx.emit(StockChanged(products=[product for product, _ in returned]))

    async def stock_account(self, tx: Tx) -> dict[ProductId, tuple[int, int]]:
        """For every product that ever was: pieces received from its seller, and pieces in stock."""
        return await tx[Products].stock_account()

    async def rename_seller(self, tx: Tx, seller: UserId, name: str) -> None:
        await tx[Products].rename_seller(seller, name)
        tx.emit(SellerChanged(seller=seller))

    async def hide_all(self, tx: Tx, seller: UserId) -> None:
        await tx[Products].hide_all(seller)
        tx.emit(SellerChanged(seller=seller))

    def seller(self, actor: Actor) -> Seller:
        """The person as a seller; raises SellingClosed where the shop's setting keeps them out."""
        user = actor.signed_in()
        chosen = self._selling == "everyone" or (self._selling == "approved" and actor.approved)
        if not chosen and not actor.may(MANAGE):
            raise SellingClosed
        return Seller(user, actor.name)

    async def _category(self, tx: Tx, category_slug: str) -> Category:
        found = await tx[Categories].get(category_slug)
        if found is None:
            raise CategoryMissing
        return found

    def _visible(self, actor: Actor, product: Product | None) -> Product:
        if product is None or (product.status is not ProductStatus.ACTIVE and not _may_change(actor, product)):
            raise ProductMissing
        return product

    async def _own(self, tx: Tx, actor: Actor, product: ProductId) -> Product:
        actor.signed_in()
        found = self._visible(actor, await tx[Products].get(product))
        if not _may_change(actor, found):
            raise NotYourProduct
        return found

    async def _shelf(self, tx: Tx, name: str) -> str:
        shelf = slug(name)
        if not shelf:
            raise Invalid(FieldError("category", "category", N_("Write a category with at least one letter or digit.")))
        await tx[Categories].add(Category(CategoryId(self._store.new_id()), shelf, _one_line(name, "category")))
        return shelf

    def _price(self, price: MoneyIn) -> Money:
        if price.currency not in (None, self.currency):
            message = N_("This shop sells in {currency}.")
            raise Invalid(FieldError("price.currency", "currency", message, {"currency": self.currency}))
        return Money(price.amount, self.currency)


def clean(description: str) -> str:
    """HTML with only harmless tags left."""
    return nh3.clean(
        description, tags={"p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "h3", "h4", "a", "span"}
    ).strip()


def _named(name: str, typed: str) -> bool:
    """Whether every typed word begins one of the name's."""
    there = words(name)
    return all(any(word.startswith(term) for word in there) for term in words(typed))


def _may_change(actor: Actor, product: Product) -> bool:
    return actor.id == product.seller.id or actor.may(MANAGE)


def _one_line(value: str, field: str) -> str:
    line = " ".join(value.split())
    if not line:
        raise Invalid(FieldError(field, "required", N_("This is needed.")))
    return line
