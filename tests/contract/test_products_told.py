"""What every engine owes the port Products: pictures, further languages, and what was removed."""

from __future__ import annotations

import msgspec
from tests.contract.test_products_repository import TWO, Offer, get, offer, titles
from tests.samples import ANA, a_product

from zoco.features.catalogue.models import ProductQuery, ProductStatus, Words
from zoco.features.catalogue.repository import Products
from zoco.kit.ids import ProductId, UserId
from zoco.kit.store import Store

__all__ = ["offer"]


async def test_a_removed_product_can_be_asked_for(store: Store, offer: Offer) -> None:
    there, gone = await offer(a_product(), a_product(status=ProductStatus.REMOVED, pictures=TWO))
    async with store.read() as tx:
        assert await tx[Products].removed(gone.id) == gone
        assert await tx[Products].removed(there.id) is None
        assert await tx[Products].removed(ProductId("nothing")) is None
        assert await tx[Products].of_seller(ANA.id) == [gone, there]
        assert await tx[Products].of_seller(UserId("nobody")) == []


async def test_a_removed_product_comes_back(store: Store, offer: Offer) -> None:
    (gone,) = await offer(a_product(status=ProductStatus.REMOVED))
    async with store.write() as tx:
        back = await tx[Products].save(msgspec.structs.replace(gone, status=ProductStatus.ACTIVE))
    async with store.read() as tx:
        assert await tx[Products].get(gone.id) == back
        assert await tx[Products].of_slug(gone.slug) == back
        assert (await tx[Products].page(ProductQuery(q="taza"))).items == [back]


async def test_pictures_and_translations_are_saved_and_taken_away_again(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product())
    full = msgspec.structs.replace(product, pictures=TWO, translations={"en": Words("Mug", "")})
    async with store.write() as tx:
        full = await tx[Products].save(full)
    assert await get(store, product) == full
    async with store.write() as tx:
        bare = await tx[Products].save(msgspec.structs.replace(full, pictures=TWO[:1], translations={}))
    assert await get(store, product) == bare


async def test_a_product_is_found_by_its_words_in_every_language(store: Store, offer: Offer) -> None:
    await offer(a_product(translations={"en": Words("Teapot", "for tea")}), a_product(title="Jarra"))
    assert await titles(store, q="teapot") == await titles(store, q="taza tea") == ["Taza"]
