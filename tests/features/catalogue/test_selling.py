"""What sellers do with their products, and what is refused."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import msgspec
import pytest
from tests.features.catalogue.compared import change, fields, kinds
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.catalogue.errors import (
    NotYourProduct,
    ProductMissing,
    SellingClosed,
)
from zoco.features.catalogue.events import (
    ProductAdded,
    ProductChanged,
    ProductRemoved,
)
from zoco.features.catalogue.models import Product, ProductQuery, ProductStatus, Seller
from zoco.features.catalogue.schemas import AddProduct
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.errors import Declined, Invalid, StaleWrite, Unauthenticated
from zoco.kit.events import Event
from zoco.kit.money import Money
from zoco.kit.permissions import GUEST, Actor, Role
from zoco.testing.clock import FrozenClock
from zoco.testing.people import person


class TestAdding:
    async def test_a_product_is_offered_by_who_adds_it(
        self, offer: Offer, ana: Actor, clock: FrozenClock, facts: list[Event]
    ) -> None:
        made = await offer(
            title="  Taza\n de  té ", description=" <b>Buena</b><script>x</script> ", category="Té y café"
        )
        assert made == Product(
            id=made.id,
            slug="taza-de-te",
            title="Taza de té",
            description="<b>Buena</b>",
            category="te-y-cafe",
            price=Money(1250, "USD"),
            stock=10,
            seller=Seller(ana.signed_in(), "Ana"),
            status=ProductStatus.ACTIVE,
            created_at=clock.now(),
            updated_at=clock.now(),
            version=1,
        )
        assert kinds(facts) == [ProductAdded]

    async def test_it_is_stored(self, offer: Offer, catalogue: CatalogueService) -> None:
        made = await offer()
        assert await catalogue.show(GUEST, made.id) == made
        assert await catalogue.show_by_slug(GUEST, made.slug) == made

    async def test_its_category_comes_into_being_and_bears_the_first_name(
        self, offer: Offer, catalogue: CatalogueService
    ) -> None:
        await offer(category="  Té  y café")
        await offer(category="te-y-cafe")
        (category,) = await catalogue.categories()
        assert (category.slug, category.name, category.count) == ("te-y-cafe", "Té y café", 2)
        assert (await catalogue.category("te-y-cafe")).name == "Té y café"

    async def test_two_of_one_title_have_two_addresses(self, offer: Offer) -> None:
        first, second = await offer(), await offer()
        assert first.slug == "taza"
        assert second.slug == f"taza-{second.id[-12:]}"

    async def test_a_title_without_a_latin_letter_has_an_address_too(self, offer: Offer) -> None:
        assert (await offer(title="茶碗")).slug == "producto"

    async def test_no_address_is_left_is_told_and_nothing_stored(
        self, offer: Offer, shop: Shop, catalogue: CatalogueService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await offer(title="Jarra")
        await offer(title="Jarra 0123456789ab")
        monkeypatch.setattr(type(shop.store), "new_id", lambda _: "00000000-0000-7000-8000-0123456789ab")
        with pytest.raises(StaleWrite):
            await offer(title="Jarra")
        assert len((await catalogue.page(ProductQuery())).items) == 2

    async def test_with_a_picture(self, offer: Offer, png: bytes, facts: list[Event]) -> None:
        made = await offer(image=png)
        assert made.cover
        assert made.version == 2
        assert kinds(facts) == [ProductAdded, ProductChanged]

    async def test_with_a_picture_that_is_none_nothing_is_stored(
        self, offer: Offer, catalogue: CatalogueService
    ) -> None:
        with pytest.raises(Declined):
            await offer(image=b"not a picture")
        assert (await catalogue.page(ProductQuery())).items == []

    async def test_hidden(self, offer: Offer, catalogue: CatalogueService) -> None:
        await offer(status="hidden")
        assert (await catalogue.page(ProductQuery())).items == []

    @pytest.mark.parametrize(
        ("given", "wrong"),
        [
            ({"title": " \n "}, ("title", "required")),
            ({"category": "!?"}, ("category", "category")),
            ({"category": " "}, ("category", "category")),
            ({"price": {"amount": 1, "currency": "EUR"}}, ("price.currency", "currency")),
        ],
        ids=str,
    )
    async def test_what_only_the_shop_can_see_is_refused_by_field(
        self, offer: Offer, given: dict[str, Any], wrong: tuple[str, str]
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            await offer(**given)
        assert fields(refusal) == [wrong]

    async def test_the_shops_own_currency_may_be_named(self, offer: Offer) -> None:
        assert (await offer(price={"amount": 5, "currency": "USD"})).price == Money(5, "USD")

    async def test_a_guest_does_not_sell(self, offer: Offer) -> None:
        with pytest.raises(Unauthenticated):
            await offer(GUEST)

    @pytest.mark.parametrize("selling", ["approved", "staff"])
    async def test_where_selling_is_closed_only_staff_sell(
        self, shop: Shop, clock: FrozenClock, selling: str, staff: Actor, customer: Actor
    ) -> None:
        catalogue = CatalogueService(
            shop.store, clock, shop.services["media"], shop.services["audit"], selling=selling, currency="USD"
        )
        data = msgspec.convert({"title": "T", "category": "C", "price": {"amount": 1}, "stock": 1}, AddProduct)
        assert (await catalogue.add(staff, data)).seller.id == staff.id
        with pytest.raises(SellingClosed):
            await catalogue.add(customer, data)
        with pytest.raises(Unauthenticated):
            await catalogue.add(GUEST, data)


@pytest.mark.parametrize(
    ("selling", "who"),
    [
        ("everyone", {"customer", "approved", "staff", "admin"}),
        ("approved", {"approved", "staff", "admin"}),
        ("staff", {"staff", "admin"}),
    ],
)
async def test_the_setting_says_who_may_sell(shop: Shop, clock: FrozenClock, selling: str, who: set[str]) -> None:
    catalogue = CatalogueService(
        shop.store, clock, shop.services["media"], shop.services["audit"], selling=selling, currency="USD"
    )
    people = {role.value: person(role) for role in Role}
    people["approved"] = msgspec.structs.replace(people["customer"], approved=True)
    may = set()
    for name, actor in people.items():
        with contextlib.suppress(SellingClosed):
            assert catalogue.seller(actor) == Seller(actor.signed_in(), actor.name)
            may.add(name)
    assert may == who
    with pytest.raises(Unauthenticated):
        catalogue.seller(GUEST)


class TestChanging:
    @pytest.mark.parametrize(
        ("given", "field", "value"),
        [
            ({"title": " Jarra  azul "}, "title", "Jarra azul"),
            ({"description": "<i>x</i><img src=x>"}, "description", "<i>x</i>"),
            ({"category": "Jarras"}, "category", "jarras"),
            ({"price": {"amount": 7}}, "price", Money(7, "USD")),
            ({"stock": 3}, "stock", 3),
            ({"status": "hidden"}, "status", ProductStatus.HIDDEN),
        ],
        ids=["title", "description", "category", "price", "stock", "status"],
    )
    async def test_only_what_is_given_changes(
        self, offer: Offer, catalogue: CatalogueService, ana: Actor, clock: FrozenClock, facts: list[Event],
        given: dict[str, Any], field: str, value: Any,
    ) -> None:  # fmt: skip
        before = await offer(description="Antes")
        clock.move(seconds=1)
        after = await catalogue.change(ana, before.id, change(**given))
        wanted = {field: value, "version": 2, "updated_at": clock.now()}
        assert after == msgspec.structs.replace(before, **wanted)
        assert await catalogue.show(ana, before.id) == after
        assert kinds(facts) == [ProductAdded, ProductChanged]

    async def test_what_is_the_same_as_before_is_no_change(
        self, offer: Offer, catalogue: CatalogueService, ana: Actor, facts: list[Event]
    ) -> None:
        before = await offer()
        same = change(title="Taza", category="tazas", price={"amount": 1250}, stock=10, description="", status="active")
        assert await catalogue.change(ana, before.id, same) == before
        assert await catalogue.change(ana, before.id, change()) == before
        assert kinds(facts) == [ProductAdded]

    async def test_a_stock_that_is_set_still_adds_up(
        self, offer: Offer, catalogue: CatalogueService, ana: Actor, shop: Shop
    ) -> None:
        product = await offer(stock=10)
        await catalogue.change(ana, product.id, change(stock=4))
        async with shop.store.read() as tx:
            assert await catalogue.stock_account(tx) == {product.id: (4, 4)}

    @pytest.mark.parametrize(
        ("given", "wrong"),
        [
            ({"title": "  "}, ("title", "required")),
            ({"category": "¿?"}, ("category", "category")),
            ({"price": {"amount": 1, "currency": "EUR"}}, ("price.currency", "currency")),
        ],
        ids=str,
    )
    async def test_what_is_wrong_changes_nothing(
        self, offer: Offer, catalogue: CatalogueService, ana: Actor, given: dict[str, Any], wrong: tuple[str, str]
    ) -> None:
        before = await offer()
        with pytest.raises(Invalid) as refusal:
            await catalogue.change(ana, before.id, change(stock=1, **given))
        assert fields(refusal) == [wrong]
        assert await catalogue.show(GUEST, before.id) == before

    async def test_two_changes_at_once_are_both_kept(
        self, offer: Offer, catalogue: CatalogueService, ana: Actor
    ) -> None:
        product = await offer()
        await asyncio.gather(
            catalogue.change(ana, product.id, change(title="Otra")),
            catalogue.change(ana, product.id, change(price={"amount": 1})),
        )
        after = await catalogue.show(GUEST, product.id)
        assert (after.title, after.price.amount, after.version) == ("Otra", 1, 3)

    async def test_a_picture_takes_the_place_of_the_one_before(
        self, offer: Offer, catalogue: CatalogueService, ana: Actor, png: bytes, facts: list[Event]
    ) -> None:
        product = await offer()
        with_picture = await catalogue.set_image(ana, product.id, png)
        assert with_picture.cover
        assert await catalogue.show(GUEST, product.id) == with_picture
        assert kinds(facts) == [ProductAdded, ProductChanged]

    async def test_the_rest_and_the_picture_change_together_or_not_at_all(
        self, offer: Offer, catalogue: CatalogueService, ana: Actor, png: bytes
    ) -> None:
        before = await offer()
        for wrong, image in ((change(title="Otra", category="¿?"), png), (change(title="Otra"), b"not a picture")):
            with pytest.raises(Declined):
                await catalogue.change(ana, before.id, wrong, image)
            assert await catalogue.show(ana, before.id) == before
        after = await catalogue.change(ana, before.id, change(title="Otra"), png)
        assert after.title == "Otra"
        assert after.cover
        assert await catalogue.show(ana, before.id) == after

    async def test_a_removed_product_is_gone_for_everybody(
        self, offer: Offer, catalogue: CatalogueService, ana: Actor, staff: Actor, facts: list[Event]
    ) -> None:
        product = await offer()
        await catalogue.remove(ana, product.id)
        for actor in (ana, staff, GUEST):
            with pytest.raises(ProductMissing):
                await catalogue.show(actor, product.id)
        with pytest.raises(ProductMissing):
            await catalogue.remove(ana, product.id)
        assert kinds(facts) == [ProductAdded, ProductRemoved]
        assert (await offer()).slug == product.slug


class TestWhoMayChange:
    async def refusals(
        self, catalogue: CatalogueService, actor: Actor, product: Product, png: bytes
    ) -> set[type[Declined]]:
        refused = set[type[Declined]]()
        for attempt in (
            catalogue.show_own(actor, product.id),
            catalogue.change(actor, product.id, change(price={"amount": 1})),
            catalogue.set_image(actor, product.id, png),
            catalogue.add_images(actor, product.id, [png]),
            catalogue.arrange(actor, product.id, []),
            catalogue.remove_image(actor, product.id, "none"),
            catalogue.remove(actor, product.id),
        ):
            with pytest.raises(Declined) as refusal:
                await attempt
            refused.add(refusal.type)
        return refused

    async def test_nobody_but_its_seller_and_staff(
        self, offer: Offer, catalogue: CatalogueService, customer: Actor, png: bytes
    ) -> None:
        product = await offer()
        assert await self.refusals(catalogue, customer, product, png) == {NotYourProduct}
        assert await self.refusals(catalogue, GUEST, product, png) == {Unauthenticated}
        assert await catalogue.show(GUEST, product.id) == product

    async def test_who_may_not_see_it_is_not_told_that_it_exists(
        self, offer: Offer, catalogue: CatalogueService, customer: Actor, png: bytes
    ) -> None:
        product = await offer(status="hidden")
        assert await self.refusals(catalogue, customer, product, png) == {ProductMissing}

    @pytest.mark.parametrize("status", ["active", "hidden"])
    async def test_its_seller_only_while_they_may_sell(
        self, shop: Shop, clock: FrozenClock, ana: Actor, png: bytes, status: str
    ) -> None:
        catalogue = CatalogueService(
            shop.store, clock, shop.services["media"], shop.services["audit"], selling="approved", currency="USD"
        )
        approved = msgspec.structs.replace(ana, approved=True)
        given = {"title": "T", "category": "C", "price": {"amount": 1}, "stock": 1, "status": status}
        product = await catalogue.add(approved, msgspec.convert(given, AddProduct))
        assert await self.refusals(catalogue, ana, product, png) == {SellingClosed}
        assert await catalogue.show(ana, product.id) == product
        assert (await catalogue.change(approved, product.id, change(title="Otra"))).title == "Otra"
        assert (await catalogue.change(person(Role.STAFF), product.id, change(status="hidden"))).seller.id == ana.id

    @pytest.mark.parametrize("role", [Role.STAFF, Role.ADMIN])
    async def test_staff_may_and_it_stays_its_sellers(
        self, offer: Offer, catalogue: CatalogueService, png: bytes, role: Role
    ) -> None:
        actor, product = person(role), await offer(status="hidden")
        assert await catalogue.show_own(actor, product.id) == product
        changed = await catalogue.change(actor, product.id, change(title="Otra"))
        assert changed.seller == product.seller
        await catalogue.set_image(actor, product.id, png)
        await catalogue.remove(actor, product.id)
