"""What staff do with categories: rename them, put them together, order them, take empty ones away."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from zoco.features.catalogue.errors import CategoryInUse, CategoryMissing, CategoryTaken
from zoco.features.catalogue.events import CategoriesChanged
from zoco.features.catalogue.models import Category, ProductQuery, Shelf
from zoco.features.catalogue.repository import Categories, Products
from zoco.features.catalogue.service.rules import MANAGE, one_line, shelf_slug, short
from zoco.features.catalogue.service.selling import Selling
from zoco.kit.errors import FieldError, Invalid, StaleWrite
from zoco.kit.ids import CategoryId
from zoco.kit.permissions import Actor
from zoco.kit.store import Tx, use_case
from zoco.kit.text import N_


class Shelving(Selling):
    """Categories. One that moves leaves its slug behind, which leads to the other from then on."""

    async def shelves(self, actor: Actor) -> list[Shelf]:
        """All of them in their order, but for those that were taken away and have nothing."""
        actor.require(MANAGE)
        async with self._store.read() as tx:
            return await self._shown(tx)

    async def show_shelf(self, actor: Actor, category: str) -> Shelf:
        """Raises CategoryMissing."""
        found = [shelf for shelf in await self.shelves(actor) if shelf.category.slug == category]
        if not found:
            raise CategoryMissing
        return found[0]

    @use_case
    async def add_category(self, actor: Actor, name: str) -> Category:
        """An empty one; raises Invalid or CategoryTaken."""
        actor.require(MANAGE)
        name, new = _named(name)
        async with self._store.write() as tx:
            category = await self._free(tx, Category(CategoryId(self._store.new_id()), new, name))
            tx.emit(CategoriesChanged())
            await self._noted(tx, actor, "catalogue.add_category", subject=name)
            return category

    @use_case
    async def rename_category(
        self, actor: Actor, category: str, name: str, translations: Mapping[str, str] | None = None
    ) -> Category:
        """Give it another name, and with it another address, and where given its names in further languages.

        Raises Invalid or CategoryTaken.
        """
        actor.require(MANAGE)
        name, new = _named(name)
        async with self._store.write() as tx:
            before = await self._standing(tx, category)
            after = msgspec.structs.replace(before, name=name)
            if translations is not None:
                after = msgspec.structs.replace(after, translations=self._names(before, translations))
            if new == category:
                await tx[Categories].save(after)
            else:
                after = msgspec.structs.replace(after, id=CategoryId(self._store.new_id()), slug=new)
                after = await self._free(tx, after)
                await self._move(tx, before, after)
            tx.emit(CategoriesChanged(moved=[] if new == category else [category]))
            await self._noted(tx, actor, "catalogue.rename_category", subject=name, before=before.name)
            return after

    @use_case
    async def merge_categories(self, actor: Actor, category: str, into: str) -> int:
        """Put the products of one on the other; how many they were, those that were removed counted."""
        actor.require(MANAGE)
        async with self._store.write() as tx:
            held = {name: await self._standing(tx, name) for name in sorted({category, into})}
            before, after = held[category], held[into]
            if before is after:
                raise Invalid(FieldError("into", "same", N_("Choose another category.")))
            moved = await self._move(tx, before, after)
            tx.emit(CategoriesChanged(moved=[category]))
            await self._noted(tx, actor, "catalogue.merge_categories", subject=before.name, into=after.name)
            return moved

    @use_case
    async def remove_category(self, actor: Actor, category: str) -> Category:
        """Take away one without products; raises CategoryInUse."""
        actor.require(MANAGE)
        async with self._store.write() as tx:
            found = await self._standing(tx, category)
            if await self._used(tx, category):
                raise CategoryInUse(name=found.name)
            await tx[Categories].save(msgspec.structs.replace(found, removed=True, position=0))
            tx.emit(CategoriesChanged())
            await self._noted(tx, actor, "catalogue.remove_category", subject=found.name)
            return found

    @use_case
    async def restore_category(self, actor: Actor, category: str) -> None:
        """Bring back what was taken away."""
        actor.require(MANAGE)
        async with self._store.write() as tx:
            found = await self._standing(tx, category)
            await tx[Categories].save(msgspec.structs.replace(found, removed=False))
            tx.emit(CategoriesChanged())
            await self._noted(tx, actor, "catalogue.restore_category", subject=found.name)

    @use_case
    async def place_category(self, actor: Actor, category: str, place: int) -> None:
        """Put it at a place, counted from 1; the others move along, and all have one from then on."""
        actor.require(MANAGE)
        async with self._store.write() as tx:
            order = [shelf.category for shelf in await self._shown(tx)]
            found = next((one for one in order if one.slug == category), None)
            if found is None:
                raise CategoryMissing
            order.remove(found)
            order.insert(max(place, 1) - 1, found)
            await self._place(tx, {one.slug: place for place, one in enumerate(order, 1) if one.position != place})
            tx.emit(CategoriesChanged())
            await self._noted(tx, actor, "catalogue.order_categories", subject=found.name, place=place)

    @use_case
    async def order_by_name(self, actor: Actor) -> None:
        """Take away every place that somebody gave."""
        actor.require(MANAGE)
        async with self._store.write() as tx:
            shelves = await tx[Categories].shelves()
            await self._place(tx, {shelf.category.slug: 0 for shelf in shelves if shelf.category.position})
            tx.emit(CategoriesChanged())
            await self._noted(tx, actor, "catalogue.order_categories", subject="*")

    def _names(self, before: Category, typed: Mapping[str, str]) -> dict[str, str]:
        """In the languages of the shop; what is empty is left out, what it has in others stays."""
        names = {code: name for code, name in before.translations.items() if code not in self.languages}
        for code, said in typed.items():
            self._check_spoken(code)
            if name := " ".join(said.split()):
                names[code] = short(name, f"translations.{code}")
        return names

    async def _shown(self, tx: Tx) -> list[Shelf]:
        return [shelf for shelf in await tx[Categories].shelves() if shelf.products or not shelf.category.removed]

    async def _standing(self, tx: Tx, category: str) -> Category:
        found = await tx[Categories].hold(category)
        if found is None or found.moved_to:
            raise CategoryMissing
        return found

    async def _used(self, tx: Tx, category: str) -> bool:
        return bool((await tx[Products].page(ProductQuery(category=category, hidden=True, limit=1))).items)

    async def _place(self, tx: Tx, places: Mapping[str, int]) -> None:
        """Each as it is by now, since others may have changed it; by slug, so that no two wait for each other."""
        held = [await tx[Categories].hold(name) for name in sorted(places)]
        for found in filter(None, held):
            await tx[Categories].save(msgspec.structs.replace(found, position=places[found.slug]))

    async def _free(self, tx: Tx, wanted: Category) -> Category:
        """The category as it can be stored, under a slug that nobody uses; raises CategoryTaken."""
        found = await tx[Categories].hold(wanted.slug)
        if found is None:
            await tx[Categories].add(wanted)  # nothing happens where another has just added it
            found = await tx[Categories].hold(wanted.slug)
            if found and found.id == wanted.id:
                return wanted
            raise StaleWrite
        if not found.moved_to and (not found.removed or await self._used(tx, found.slug)):
            raise CategoryTaken(name=found.name)
        wanted = msgspec.structs.replace(wanted, id=found.id)
        await tx[Categories].save(wanted)
        return wanted

    async def _move(self, tx: Tx, before: Category, after: Category) -> int:
        await tx[Categories].lead(before.slug, after.slug)
        return await tx[Products].change_category(before.slug, after.slug, self._clock.now())


def _named(name: str) -> tuple[str, str]:
    """A typed name and its slug; raises Invalid."""
    name = short(one_line(name, "name"), "name")
    return name, shelf_slug(name, "name")
