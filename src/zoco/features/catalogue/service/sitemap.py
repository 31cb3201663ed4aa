"""All that is offered, in parts, for the sitemap that search engines read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from zoco.features.catalogue.models import Product, ProductStatus
from zoco.features.catalogue.repository import Products
from zoco.features.catalogue.service.looking import Looking

LISTED = 10_000
"""How many products are in one part of `in_turn`."""
_AT_ONCE = 500


class Sitemap(Looking):
    """Everything in parts, none of which is ever held whole."""

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
