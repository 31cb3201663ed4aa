"""What other features ask of the catalogue inside their own transactions: products, their stock, their sellers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zoco.features.catalogue.errors import ProductMissing
from zoco.features.catalogue.events import SellerChanged, StockChanged
from zoco.features.catalogue.models import Product, ProductStatus
from zoco.features.catalogue.repository import Products
from zoco.features.catalogue.schemas import ProductOut
from zoco.features.catalogue.service.bulk import Bulking
from zoco.kit.errors import StaleWrite
from zoco.kit.ids import ProductId, UserId
from zoco.kit.store import Tx


class CatalogueService(Bulking):
    """All of the feature.

    With `Looking` what is seen, with `Sitemap` what search engines read, with `Illustrating` the pictures, with
    `Selling` what is offered, with `Shelving` and `Bulking` what staff put in order, and here what is bought.
    """

    async def get(self, tx: Tx, product: ProductId) -> Product:
        """A product, offered or hidden; raises ProductMissing."""
        found = await tx[Products].get(product)
        if found is None:
            raise ProductMissing
        return found

    async def many(self, tx: Tx, products: Iterable[ProductId]) -> dict[ProductId, Product]:
        return await tx[Products].many(products)

    async def of_slugs(self, tx: Tx, slugs: Iterable[str]) -> dict[str, Product]:
        return await tx[Products].of_slugs(slugs)

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

    async def withholds(self, tx: Tx, owner: str) -> bool:
        """Whether only those who know the name of a product's first picture see it; further ones bear it anyway."""
        if "/" in owner:
            return False
        found = await tx[Products].get(ProductId(owner))
        return found is None or found.status is not ProductStatus.ACTIVE

    async def stock_account(self, tx: Tx) -> dict[ProductId, tuple[int, int]]:
        """For every product that ever was: pieces received from its seller, and pieces in stock."""
        return await tx[Products].stock_account()

    async def own_data(self, tx: Tx, user: UserId) -> dict[str, Any]:
        """Everything that the person ever offered."""
        return {"products": [ProductOut.of(product) for product in await tx[Products].of_seller(user)]}

    async def rename_seller(self, tx: Tx, seller: UserId, name: str) -> None:
        await tx[Products].rename_seller(seller, name)
        tx.emit(SellerChanged(seller=seller))

    async def hide_all(self, tx: Tx, seller: UserId) -> None:
        await tx[Products].hide_all(seller)
        tx.emit(SellerChanged(seller=seller))
