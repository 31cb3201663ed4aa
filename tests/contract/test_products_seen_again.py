"""What every engine owes the port Products: whatever was read before is seen as it is now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest
from tests.contract.test_products_repository import TWO, Offer, offer
from tests.samples import ANA, NOW, a_product

from zoco.features.catalogue.models import Category, Product, ProductQuery, ProductStatus
from zoco.features.catalogue.repository import Categories, Products
from zoco.kit.ids import CategoryId, ordered_id
from zoco.kit.store import Store, Tx

__all__ = ["offer"]
Deed = Callable[[Products, Product], Awaitable[Any]]


async def seen(tx: Tx, product: Product) -> list[Product]:
    """The product by each way that leads to it."""
    products = tx[Products]
    ways = [
        await products.get(product.id),
        await products.of_slug(product.slug),
        (await products.many([product.id]))[product.id],
        *(await products.page(ProductQuery(hidden=True))).items,
        *(await products.of_seller(product.seller.id)),
    ]
    return [found for found in ways if found is not None]


DEEDS: dict[str, tuple[Deed, str]] = {
    "saved": (lambda products, it: products.save(msgspec.structs.replace(it, title="Otra", pictures=TWO)), "title"),
    "counted": (lambda products, it: products.set_stock(it.id, 99), "stock"),
    "taken": (lambda products, it: products.take(it.id, 1), "stock"),
    "put back": (lambda products, it: products.put_back(it.id, 1), "stock"),
    "moved": (lambda products, it: products.change_category(it.category, "platos", NOW), "category"),
    "renamed": (lambda products, it: products.rename_seller(it.seller.id, "Otro nombre"), "seller"),
    "hidden": (lambda products, it: products.hide_all(it.seller.id), "status"),
}
"""What can happen to a product, and which of its fields then is another."""


@pytest.mark.parametrize("name", DEEDS)
async def test_every_change_is_seen_by_who_saw_the_product_before(store: Store, offer: Offer, name: str) -> None:
    deed, field = DEEDS[name]
    (product,) = await offer(a_product(stock=7))
    async with store.read() as tx:
        assert await seen(tx, product) == [product] * 5
    async with store.write() as tx:
        await tx[Categories].add(Category(CategoryId(ordered_id()), "platos", "Platos"))
        await deed(tx[Products], product)
        within = await seen(tx, product)
    async with store.read() as tx:
        after = await seen(tx, product)
    assert within == after == [after[0]] * 5
    assert getattr(after[0], field) != getattr(product, field)
    assert after[0].stamp != product.stamp


async def test_what_came_undone_is_never_seen_again(store: Store, offer: Offer) -> None:
    (product,) = await offer(a_product(seller=ANA))
    with pytest.raises(RuntimeError):
        async with store.write() as tx:
            await tx[Products].save(msgspec.structs.replace(product, title="Nunca"))
            assert {found.title for found in await seen(tx, product)} == {"Nunca"}
            raise RuntimeError
    async with store.write() as tx:
        await tx[Products].save(msgspec.structs.replace(product, title="Ahora", status=ProductStatus.HIDDEN))
    async with store.read() as tx:
        assert {found.title for found in await seen(tx, product)} == {"Ahora"}
