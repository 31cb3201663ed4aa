"""What sellers do with their own products, and staff with everybody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from zoco.features.catalogue.errors import ChangedMeanwhile, FormUsed, ProductMissing
from zoco.features.catalogue.events import ProductAdded, ProductChanged, ProductRemoved
from zoco.features.catalogue.models import Category, Product, ProductStatus, Seller, Words
from zoco.features.catalogue.repository import Categories, Products
from zoco.features.catalogue.schemas import AddProduct, ChangeProduct, MoneyIn, WordsIn
from zoco.features.catalogue.service.pictures import Illustrating
from zoco.features.catalogue.service.rules import clean, may_change, one_line, shelf_slug
from zoco.features.media.models import Picture
from zoco.kit.errors import FieldError, Invalid, StaleWrite
from zoco.kit.idempotency import IdempotencyKey, IdempotencyRecords, KeyReused
from zoco.kit.ids import CategoryId, ProductId
from zoco.kit.money import Money
from zoco.kit.permissions import Actor
from zoco.kit.store import Tx, use_case
from zoco.kit.text import N_, slug

_SHOWN, _MOST_SHELVES = 120, 1_000
_REMEMBERED = timedelta(hours=24)


class Selling(Illustrating):
    """Products offered, changed and taken away."""

    @use_case
    async def add(self, actor: Actor, data: AddProduct, *images: bytes | None, form: str = "") -> Product:
        """Offer a product as its seller, with its pictures, None being none; emits ProductAdded.

        A `form` that is named makes one product: sent again within a day, it leads to the one that it has made. Raises
        FormUsed where by then it says something else, or the product is gone.
        """
        seller = self.seller(actor)
        pictures = await self._prepared([image for image in images if image])
        key = _key(seller, form, data, pictures) if form else None
        async with self._store.write() as tx:
            new = ProductId(self._store.new_id())
            if key and (made := await self._made_with(tx, key, new)):
                return made
            offered = await self.offer(tx, seller, data, new)
            await self._note(tx, actor, offered, "catalogue.add_product")
            return await self.show_further(tx, offered, pictures)

    async def _made_with(self, tx: Tx, key: IdempotencyKey, new: ProductId) -> Product | None:
        """What the same form has made, None where it comes for the first time and makes the `new` one."""
        now = self._clock.now()
        try:
            made = await tx[IdempotencyRecords].claim(key, new, now, now - _REMEMBERED)
        except KeyReused:
            raise _used() from None
        if made is None:
            return None
        found = await tx[Products].get(ProductId(made))
        if found is None:
            raise _used()
        return found

    async def offer(self, tx: Tx, seller: Seller, data: AddProduct, new: ProductId | None = None) -> Product:
        """Store a new product of a seller; emits ProductAdded."""
        now, title = self._clock.now(), one_line(data.title, "title")
        product = Product(
            id=new or ProductId(self._store.new_id()),
            slug=slug(title) or "producto",
            title=title,
            description=clean(data.description),
            category=await self._shelf(tx, data.category),
            price=self._price(data.price),
            stock=data.stock,
            seller=seller,
            translations=self._told(data.translations),
            status=ProductStatus(data.status),
            created_at=now,
            updated_at=now,
            version=1,
        )
        if not await tx[Products].add(product):  # the plain address is taken
            product = _by_its_id(product)
            if not await tx[Products].add(product):
                raise StaleWrite
        tx.emit(ProductAdded(product=product.id))
        return product

    @use_case
    async def change(
        self, actor: Actor, product: ProductId, data: ChangeProduct, *images: bytes | None, seen: int | None = None
    ) -> Product:
        """Change what is given of one's own product, and show further pictures; emits ProductChanged.

        Raises ChangedMeanwhile where somebody else has changed since the version that was `seen` what would be lost.
        """
        actor.signed_in()
        pictures = await self._prepared([image for image in images if image])
        async with self._store.write() as tx:
            found = await self._own(tx, actor, product)
            if seen not in {None, found.version} and (lost := _lost(found, data)):
                raise ChangedMeanwhile(*lost)
            changed = await self.edit(tx, found, data)
            await self._note(tx, actor, changed, "catalogue.change_product")
            return await self.show_further(tx, changed, pictures)

    async def edit(self, tx: Tx, product: Product, data: ChangeProduct) -> Product:
        """Store what `data` changes; emits ProductChanged where something differs."""
        given: dict[str, Any] = {
            name: value for name, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET
        }
        if "title" in given:
            given["title"] = one_line(given["title"], "title")
        if "description" in given:
            given["description"] = clean(given["description"])
        if "translations" in given:
            given["translations"] = self._told(given["translations"])
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
    async def remove(self, actor: Actor, product: ProductId) -> None:
        """Take one's own product out of the shop; orders keep their copy. Emits ProductRemoved."""
        async with self._store.write() as tx:
            found = await self._own(tx, actor, product)
            await tx[Products].save(
                msgspec.structs.replace(found, status=ProductStatus.REMOVED, updated_at=self._clock.now())
            )
            tx.emit(ProductRemoved(product=product))
            await self._note(tx, actor, found, "catalogue.remove_product")

    @use_case
    async def bring_back(self, actor: Actor, product: ProductId, status: ProductStatus) -> Product:
        """Undo the removal of one's own product, active or hidden as it was; emits ProductAdded.

        Raises ProductMissing where it was not removed. Its plain address may be another's by now.
        """
        self.seller(actor)
        async with self._store.write() as tx:
            found = await tx[Products].removed(product)
            if found is None or not may_change(actor, found):
                raise ProductMissing
            if await tx[Products].of_slug(found.slug):
                found = _by_its_id(found)
            await self._note(tx, actor, found, "catalogue.restore_product")
            saved = await tx[Products].save(msgspec.structs.replace(found, status=status, updated_at=self._clock.now()))
            tx.emit(ProductAdded(product=product))
        return saved

    async def _shelf(self, tx: Tx, name: str) -> str:
        shelf = shelf_slug(name, "category")
        found = await self._shelf_called(tx, shelf)
        if found is None:
            found = Category(CategoryId(self._store.new_id()), shelf, one_line(name, "category"))
            await tx[Categories].add(found)
        return found.moved_to or found.slug

    async def _shelf_called(self, tx: Tx, shelf: str) -> Category | None:
        """The shelf of that slug, else the one whose name in a further language gives it; held by the transaction."""
        if found := await tx[Categories].hold(shelf):
            return found
        for _, one in await tx[Categories].records(None, _MOST_SHELVES):
            if not (one.moved_to or one.removed) and shelf in map(slug, one.translations.values()):
                return await tx[Categories].hold(one.slug)
        return None

    def _told(self, translations: Mapping[str, WordsIn]) -> dict[str, Words]:
        """In the languages of the shop; one in which nothing is said is left out."""
        told = dict[str, Words]()
        for code, said in translations.items():
            self._check_spoken(code)
            words = Words(" ".join(said.title.split()), clean(said.description))
            if words != Words():
                told[code] = words
        return told

    def _check_spoken(self, code: str) -> None:
        """Raises Invalid for a language that is none of the shop's."""
        if code not in self.languages:
            message, known = N_("This shop speaks: {languages}."), ", ".join(self.languages)
            raise Invalid(FieldError(f"translations.{code}", "language", message, {"languages": known}))

    def _price(self, price: MoneyIn) -> Money:
        if price.currency not in (None, self.currency):
            message = N_("This shop sells in {currency}.")
            raise Invalid(FieldError("price.currency", "currency", message, {"currency": self.currency}))
        return Money(price.amount, self.currency)


def _key(seller: Seller, form: str, data: AddProduct, pictures: Sequence[Picture]) -> IdempotencyKey:
    """A seller's own: what others name the same is another."""
    said = msgspec.json.encode((data, [picture.hash for picture in pictures]))
    return IdempotencyKey.of(form, f"{seller.id} /vender/nuevo", said)


def _used() -> FormUsed:
    message = N_("You have offered a product with this form already. Send it once more if this is another one.")
    return FormUsed(FieldError("title", FormUsed.code, message))


def _by_its_id(product: Product) -> Product:
    """At an address that bears the end of its id, where the plain one is another's."""
    return msgspec.structs.replace(product, slug=f"{product.slug}-{product.id[-12:]}")


def _lost(product: Product, data: ChangeProduct) -> list[FieldError]:
    """The fields in which the product says something else than what is to be stored; by then somebody has seen that."""
    there = {
        "title": (data.title, product.title, product.title),
        "category": (data.category and slug(data.category), product.category, product.category),
        "price": (data.price and data.price.amount, product.price.amount, str(product.price.decimal())),
        "description": (data.description and clean(data.description), product.description, product.description),
        "status": (data.status, product.status.value, ""),
    }
    if data.translations is not msgspec.UNSET:
        for code in product.translations | data.translations:
            given, told = data.translations.get(code, WordsIn()), product.translations.get(code, Words())
            title, place = " ".join(given.title.split()), f"translations.{code}"
            there[f"{place}.title"] = (title, told.title, told.title)
            there[f"{place}.description"] = (clean(given.description), told.description, told.description)
    brief = N_("Somebody else has just changed this. Save once more if yours is right.")
    message = N_("Somebody else has just changed this to: {now} – save once more if yours is right.")
    return [
        FieldError(field, ChangedMeanwhile.code, message if text else brief, {"now": text[:_SHOWN]})
        for field, (said, now, text) in there.items()
        if said is not msgspec.UNSET and said != now
    ]
