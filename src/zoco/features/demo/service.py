"""Fills an empty shop, so that there is something to look at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from secrets import token_urlsafe

import msgspec

from zoco.features.accounts.service import AccountService
from zoco.features.catalogue.models import ProductQuery
from zoco.features.catalogue.schemas import AddProduct, MoneyIn, WordsIn
from zoco.features.catalogue.service import CatalogueService
from zoco.features.demo.errors import ShopInUse
from zoco.features.demo.models import CUSTOMER, PRODUCTS, SELLERS, SHELVES, DemoPerson, DemoProduct
from zoco.features.demo.providers import draw
from zoco.kit.errors import NotFound
from zoco.kit.money import Money
from zoco.kit.permissions import SYSTEM, Actor

Progress = Callable[[int, int], None]
"""Told how many of how many products are done."""


class Filled(msgspec.Struct, frozen=True):
    """What was made; everybody has the same password, which is nowhere else."""

    products: int
    people: list[str]
    password: str


class DemoService:
    """Works through the same use cases as everybody."""

    def __init__(self, accounts: AccountService, catalogue: CatalogueService) -> None:
        self._accounts, self._catalogue = accounts, catalogue

    async def is_wanted(self) -> bool:
        """Whether nothing was ever offered here, by the demo or by anybody."""
        if (await self._catalogue.page(ProductQuery(in_stock=False, limit=1))).items:
            return False
        try:
            await self._accounts.find_by_email(SYSTEM, SELLERS[0].email)
        except NotFound:
            return True
        return False

    async def fill(self, progress: Progress = lambda *_: None) -> Filled:
        """Make the people and the products with their pictures; raises ShopInUse unless it `is_wanted`."""
        if not await self.is_wanted():
            raise ShopInUse
        password = token_urlsafe(9)
        sellers = [await self._person(person, password) for person in SELLERS]
        await self._person(CUSTOMER, password)
        for done, product in enumerate(PRODUCTS, 1):
            await self._catalogue.add(
                sellers[product.seller], self._offer(product), await asyncio.to_thread(draw, product)
            )
            progress(done, len(PRODUCTS))
        await self._name_shelves()
        return Filled(len(PRODUCTS), [person.email for person in (*SELLERS, CUSTOMER)], password)

    async def _person(self, person: DemoPerson, password: str) -> Actor:
        user = await self._accounts.create(
            SYSTEM, name=person.name, email=person.email, phone=person.phone, password=password
        )
        return msgspec.structs.replace(user.actor, role=SYSTEM.role)  # here they sell, whoever else may

    async def _name_shelves(self) -> None:
        """In English where the shop speaks it, but for those that somebody has named before."""
        for shelf in await self._catalogue.categories():
            if "en" in self._catalogue.languages and shelf.name in SHELVES and not shelf.translations:
                await self._catalogue.rename_category(SYSTEM, shelf.slug, shelf.name, {"en": SHELVES[shelf.name]})

    def _offer(self, product: DemoProduct) -> AddProduct:
        price = Money.parse(product.price, self._catalogue.currency)
        told = {"en": WordsIn(title=product.english_title, description=product.english)}
        return AddProduct(
            title=product.title,
            category=product.category,
            price=MoneyIn(price.amount),
            stock=product.stock,
            description=product.description,
            translations={code: words for code, words in told.items() if code in self._catalogue.languages},
        )
