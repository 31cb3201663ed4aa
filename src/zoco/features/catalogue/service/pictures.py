"""The pictures of products: added, arranged, taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import msgspec
from msgspec import UNSET

from zoco.features.catalogue.events import ProductChanged
from zoco.features.catalogue.models import LONGEST_ALT, MOST_PICTURES, Photo, Product
from zoco.features.catalogue.repository import Products
from zoco.features.catalogue.schemas import PlacedImage
from zoco.features.catalogue.service.rules import MANAGE
from zoco.features.catalogue.service.sitemap import Sitemap
from zoco.features.media.errors import PictureMissing
from zoco.features.media.models import Picture
from zoco.kit.errors import FieldError, Invalid
from zoco.kit.ids import ProductId
from zoco.kit.permissions import Actor
from zoco.kit.store import Tx, use_case
from zoco.kit.text import N_

Brought = tuple[Picture, str]
"""A prepared picture, and what it shows in words."""


class Illustrating(Sitemap):
    """A product has at most MOST_PICTURES, none of them twice; the first one stands for it."""

    @use_case
    async def set_image(self, actor: Actor, product: ProductId, image: bytes) -> Product:
        """Make this the first picture of one's own product, in place of the one it has; emits ProductChanged."""
        await self.show_own(actor, product)  # of what is refused no file is written
        picture = await self._media.prepare(image)
        async with self._store.write() as tx:
            found = await self._own(tx, actor, product)
            await self._note(tx, actor, found, "catalogue.change_photos")
            return await self.show_brought(tx, found, (picture, ""), (), instead=True)

    @use_case
    async def add_images(self, actor: Actor, product: ProductId, images: Sequence[bytes], alt: str = "") -> Product:
        """After those that one's own product has; one that is there already stays where it is.

        Emits ProductChanged; raises Invalid where they would be too many.
        """
        await self.show_own(actor, product)
        pictures = await self._prepared(images)
        async with self._store.write() as tx:
            found = await self._own(tx, actor, product)
            await self._note(tx, actor, found, "catalogue.change_photos")
            return await self.show_further(tx, found, pictures, alt)

    @use_case
    async def arrange(
        self,
        actor: Actor,
        product: ProductId,
        wanted: Sequence[PlacedImage],
        images: Sequence[bytes] = (),
        *,
        without: Collection[str] | None = None,
    ) -> Product:
        """Show the pictures of one's own product as `wanted` names and describes them, then new `images`.

        What is not named goes; where `without` is given, only what that names. Emits ProductChanged; raises Invalid
        for a picture that the product does not have, or has only once.
        """
        await self.show_own(actor, product)
        pictures = await self._prepared(images)
        async with self._store.write() as tx:
            found = await self._own(tx, actor, product)
            await self._note(tx, actor, found, "catalogue.change_photos")
            photos = _arranged(found, wanted)
            if without is not None:
                named = {photo.name for photo in photos}
                photos += [photo for photo in found.pictures if photo.name not in named]
                photos = [photo for photo in photos if photo.name not in without]
            new = [_photo(picture, "", found) for picture in pictures]
            return await self._illustrate(tx, found, _with(photos, new))

    @use_case
    async def remove_image(self, actor: Actor, product: ProductId, name: str) -> Product:
        """Take a picture from one's own product; emits ProductChanged, raises PictureMissing."""
        async with self._store.write() as tx:
            found = await self._own(tx, actor, product)
            left = [photo for photo in found.pictures if photo.name != name]
            if len(left) == len(found.pictures):
                raise PictureMissing
            await self._note(tx, actor, found, "catalogue.change_photos")
            return await self._illustrate(tx, found, left)

    async def show_brought(
        self, tx: Tx, product: Product, first: Brought | None, further: Sequence[Brought], *, instead: bool
    ) -> Product:
        """Show `first` before the others, or `instead` of the first one; then, as far as there is room, `further` last.

        Pictures come with what they show in words. Emits ProductChanged where one is new.
        """
        photos = product.pictures
        if first:
            lead = _photo(*first, product)
            lead = next((photo for photo in photos if photo.name == lead.name and not lead.alt), lead)
            photos = (lead, *(photo for photo in photos[instead:] if photo.name != lead.name))
        photos = tuple(_with(photos, [_photo(*one, product) for one in further]))
        return await self._illustrate(tx, product, photos[:MOST_PICTURES])

    async def show_further(self, tx: Tx, product: Product, pictures: Sequence[Picture], alt: str = "") -> Product:
        """Show prepared pictures after those that are there; emits ProductChanged where one is new."""
        new = [_photo(picture, alt, product) for picture in pictures]
        return await self._illustrate(tx, product, _with(product.pictures, new))

    async def _note(self, tx: Tx, actor: Actor, product: Product, action: str) -> None:
        """What staff do to anybody's products, their own too: they sell them for the shop."""
        if actor.may(MANAGE):
            await self._noted(tx, actor, action, subject=product.title, product=product.id)

    async def _prepared(self, images: Sequence[bytes]) -> list[Picture]:
        if len(images) > MOST_PICTURES:
            raise _too_many()
        return list(await asyncio.gather(*map(self._media.prepare, images)))

    async def _illustrate(self, tx: Tx, product: Product, photos: Sequence[Photo]) -> Product:
        """Store these as the product's pictures: the first one at its own address, the others below it."""
        if tuple(photos) == product.pictures:
            return product
        if len(photos) > MOST_PICTURES:
            raise _too_many()
        shown, further = {photo.name for photo in photos}, {photo.name for photo in product.pictures[1:]}
        for photo in product.pictures:
            if photo.name not in shown:
                await self._media.detach(tx, _place(product, photo))
        for photo in photos[1:]:
            if photo.name not in further:
                await self._media.attach(tx, _place(product, photo), _picture(photo))
        if photos:
            await self._media.attach(tx, product.id, _picture(photos[0]))
        else:
            await self._media.detach(tx, product.id)
        changed = msgspec.structs.replace(product, pictures=tuple(photos), updated_at=self._clock.now())
        changed = await tx[Products].save(changed)
        tx.emit(ProductChanged(product=product.id))
        return changed


def _arranged(product: Product, wanted: Sequence[PlacedImage]) -> list[Photo]:
    there = {photo.name: photo for photo in product.pictures}
    photos = list[Photo]()
    for place, one in enumerate(wanted):
        photo = there.pop(one.id, None)
        if photo is None:
            raise Invalid(FieldError(f"images[{place}].id", "missing", N_("There is no such picture.")))
        alt = photo.alt if one.alt is UNSET else " ".join(one.alt.split())
        photos.append(msgspec.structs.replace(photo, alt=alt))
    return photos


def _with(photos: Sequence[Photo], new: Sequence[Photo]) -> list[Photo]:
    """New ones come last, each picture once."""
    all_of_them = {photo.name: photo for photo in photos}
    for photo in new:
        all_of_them.setdefault(photo.name, photo)
    return list(all_of_them.values())


def _photo(picture: Picture, alt: str, product: Product) -> Photo:
    """Words that are but the title are left out, so that they follow it."""
    words = " ".join(alt.split())
    return Photo(picture.hash, picture.width, picture.height, "" if words == product.title else words[:LONGEST_ALT])


def _picture(photo: Photo) -> Picture:
    return Picture(photo.hash, photo.width, photo.height)


def _place(product: Product, photo: Photo) -> str:
    return f"{product.id}/{photo.name}"


def _too_many() -> Invalid:
    message = N_("A product has at most {limit} pictures.")
    return Invalid(FieldError("image", "too_many", message, {"limit": MOST_PICTURES}))
