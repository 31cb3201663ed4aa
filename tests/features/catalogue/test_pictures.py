"""Several pictures of a product: their order, their words, where they are seen, and who may change them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from tests.answers import problem, wrong
from tests.features.conftest import Offer, Sign, Signed

from zoco.app import Shop
from zoco.features.catalogue.errors import NotYourProduct
from zoco.features.catalogue.events import ProductAdded, ProductChanged
from zoco.features.catalogue.models import MOST_PICTURES, Product
from zoco.features.catalogue.schemas import ChangeProduct, PlacedImage
from zoco.features.catalogue.service import CatalogueService
from zoco.features.media.errors import PictureMissing
from zoco.kit.errors import Declined, Invalid
from zoco.kit.events import Event
from zoco.kit.ids import ProductId
from zoco.kit.permissions import GUEST, Actor, Role
from zoco.testing.people import person


def png_of(number: int) -> bytes:
    """A picture unlike those of other numbers."""
    file = BytesIO()
    Image.new("RGB", (60, 40), (number * 20 % 256, 120, 255 - number * 20 % 256)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
async def product(catalogue: CatalogueService, offer: Offer, ana: Actor) -> Product:
    """One with three pictures."""
    return await catalogue.add_images(ana, (await offer()).id, [png_of(n) for n in range(3)])


def names(product: Product) -> list[str]:
    return [photo.name for photo in product.pictures]


async def is_seen(client: httpx.AsyncClient, address: str) -> bool:
    answer = await client.get(address)
    assert answer.status_code in (200, 404)
    return answer.status_code == 200


class TestTheService:
    async def test_a_product_is_offered_with_several(
        self, catalogue: CatalogueService, ana: Actor, offer: Offer, facts: list[Event]
    ) -> None:
        made = await offer()
        changed = await catalogue.add_images(ana, made.id, [png_of(0), png_of(1), png_of(0)], " La  de lado ")
        assert [photo.alt for photo in changed.pictures] == ["La de lado"] * 2
        assert await catalogue.show(GUEST, made.id) == changed
        assert [type(fact) for fact in facts] == [ProductAdded, ProductChanged]

    async def test_one_that_is_there_changes_nothing(
        self, catalogue: CatalogueService, ana: Actor, product: Product, facts: list[Event]
    ) -> None:
        assert await catalogue.add_images(ana, product.id, [png_of(2)]) == product
        assert facts == []

    async def test_what_is_refused_leaves_no_files(
        self, shop: Shop, catalogue: CatalogueService, ana: Actor, product: Product
    ) -> None:
        pictures = shop.settings.data_dir / "images"
        before = set(pictures.rglob("*.webp"))
        assert before
        for who, which in [(person(), product.id), (ana, ProductId("none"))]:
            with pytest.raises(Declined):
                await catalogue.set_image(who, which, png_of(9))
        assert set(pictures.rglob("*.webp")) == before

    async def test_the_first_is_set_and_the_others_stay(
        self, catalogue: CatalogueService, ana: Actor, product: Product
    ) -> None:
        old = names(product)
        changed = await catalogue.set_image(ana, product.id, png_of(7))
        assert names(changed)[1:] == old[1:]
        assert names(changed)[0] not in old
        again = await catalogue.set_image(ana, product.id, png_of(1))
        assert names(again) == [old[1], old[2]]

    async def test_they_are_arranged_and_described(
        self, catalogue: CatalogueService, ana: Actor, product: Product
    ) -> None:
        first, second, third = names(product)
        wanted = [PlacedImage(third, "De lado"), PlacedImage(first)]
        changed = await catalogue.arrange(ana, product.id, wanted)
        assert [(photo.name, photo.alt) for photo in changed.pictures] == [(third, "De lado"), (first, "")]
        kept = await catalogue.arrange(ana, product.id, [PlacedImage(first)], [png_of(1)], without=())
        assert names(kept) == [first, third, second]
        assert kept.pictures[1].alt == "De lado"
        less = await catalogue.arrange(ana, product.id, [], without={first, "other"})
        assert names(less) == [third, second]

    @pytest.mark.parametrize("twice", [True, False])
    async def test_only_what_is_there_is_arranged(
        self, catalogue: CatalogueService, ana: Actor, product: Product, *, twice: bool
    ) -> None:
        name = names(product)[0]
        with pytest.raises(Invalid) as refusal:
            await catalogue.arrange(ana, product.id, [PlacedImage(name), PlacedImage(name if twice else "other")])
        assert [error.field for error in refusal.value.errors] == ["images[1].id"]
        assert await catalogue.show(GUEST, product.id) == product

    async def test_there_are_no_more_than_so_many(
        self, catalogue: CatalogueService, ana: Actor, product: Product
    ) -> None:
        many = [png_of(n) for n in range(MOST_PICTURES + 1)]
        for images in (many, many[3:]):
            with pytest.raises(Invalid) as refusal:
                await catalogue.add_images(ana, product.id, images)
            assert [error.code for error in refusal.value.errors] == ["too_many"]
        assert await catalogue.show(GUEST, product.id) == product

    async def test_one_that_is_not_there_is_not_removed(
        self, catalogue: CatalogueService, ana: Actor, product: Product
    ) -> None:
        with pytest.raises(PictureMissing):
            await catalogue.remove_image(ana, product.id, "other")

    async def test_nobody_else_changes_them(self, catalogue: CatalogueService, product: Product) -> None:
        other = person(Role.CUSTOMER)
        for attempt in (
            catalogue.add_images(other, product.id, [png_of(5)]),
            catalogue.arrange(other, product.id, []),
            catalogue.remove_image(other, product.id, names(product)[0]),
        ):
            with pytest.raises(NotYourProduct):
                await attempt
        for attempt in (
            catalogue.add_images(GUEST, product.id, [png_of(5)]),
            catalogue.arrange(GUEST, product.id, []),
            catalogue.remove_image(GUEST, product.id, names(product)[0]),
        ):
            with pytest.raises(Declined):
                await attempt
        assert await catalogue.show(GUEST, product.id) == product


class TestWhereTheyAreSeen:
    async def test_each_at_its_address_and_the_first_at_the_products_own(
        self, client: httpx.AsyncClient, product: Product
    ) -> None:
        first, second, third = product.images
        assert first == product.image
        assert first.url.startswith(f"/images/{product.id}?")
        assert len({(await client.get(image.url)).content for image in (first, second, third)}) == 3
        assert (await client.get(second.url)).headers["cache-control"] == "public, max-age=31536000, immutable"
        small = await client.get(f"{third.url}&size=small")
        assert small.headers["content-type"] == "image/webp"

    async def test_whichever_is_first_stands_for_the_product(
        self, client: httpx.AsyncClient, catalogue: CatalogueService, ana: Actor, product: Product
    ) -> None:
        last = (await client.get(product.images[2].url)).content
        changed = await catalogue.arrange(ana, product.id, [PlacedImage(name) for name in reversed(names(product))])
        assert (await client.get(f"/images/{product.id}")).content == last
        for image in (*changed.images, product.images[1], product.images[2]):
            assert await is_seen(client, image.url)

    async def test_one_that_was_removed_is_seen_no_more(
        self, client: httpx.AsyncClient, catalogue: CatalogueService, ana: Actor, product: Product
    ) -> None:
        changed = await catalogue.remove_image(ana, product.id, names(product)[1])
        assert not await is_seen(client, product.images[1].url)
        assert await is_seen(client, changed.images[1].url)
        changed = await catalogue.remove_image(ana, product.id, names(product)[0])
        assert names(changed) == [names(product)[2]]
        assert (await client.get(f"/images/{product.id}")).status_code == 200
        bare = await catalogue.remove_image(ana, product.id, names(product)[2])
        assert (bare.image, bare.images) == (None, [])
        assert not await is_seen(client, f"/images/{product.id}")
        assert not await is_seen(client, product.images[2].url)

    async def test_at_the_products_address_only_while_it_is_offered(
        self, client: httpx.AsyncClient, catalogue: CatalogueService, ana: Actor, product: Product
    ) -> None:
        plain = f"/images/{product.id}"
        shown = await client.get(plain)
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-cache")
        assert (await client.get(f"{plain}?v=abc")).headers["cache-control"] == "no-cache"
        await catalogue.change(ana, product.id, ChangeProduct(stock=0))
        assert await is_seen(client, plain)
        await catalogue.change(ana, product.id, ChangeProduct(status="hidden"))
        assert not await is_seen(client, plain)
        assert not await is_seen(client, f"{plain}?v={names(product)[0][:8]}")
        for image in product.images:  # as forms, carts and mails show them
            assert await is_seen(client, image.url)
        await catalogue.change(ana, product.id, ChangeProduct(status="active"))
        assert await is_seen(client, plain)
        await catalogue.remove(ana, product.id)
        assert not await is_seen(client, plain)
        assert await is_seen(client, product.images[0].url)


@pytest.fixture
async def eva(sign: Sign) -> Signed:
    return await sign(name="Eva")


@pytest.fixture
async def address(client: httpx.AsyncClient, eva: Signed) -> str:
    taza = {"title": "Taza", "category": "Tazas", "price": {"amount": 900}, "stock": 3}
    made = await client.post("/api/products", json=taza, headers=eva)
    return str(made.headers["location"])


async def add(client: httpx.AsyncClient, eva: Signed, address: str, number: int, alt: str = "") -> dict[str, Any]:
    files = {"image": ("a.png", png_of(number), "image/png")}
    answer = await client.post(f"{address}/images", files=files, data={"alt": alt}, headers=eva)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


class TestTheApi:
    async def test_pictures_are_added_arranged_and_removed(
        self, client: httpx.AsyncClient, eva: Signed, address: str
    ) -> None:
        await add(client, eva, address, 0)
        told = await add(client, eva, address, 1, "De lado")
        first, second = told["images"]
        assert (told["image"]["url"], told["image"]["alt"]) == (first["url"], "Taza")
        assert second["alt"] == "De lado"
        wanted = {"images": [{"id": second["id"]}, {"id": first["id"], "alt": "De frente"}]}
        arranged = (await client.put(f"{address}/images", json=wanted, headers=eva)).json()
        assert [image["alt"] for image in arranged["images"]] == ["De lado", "De frente"]
        assert arranged["image"]["alt"] == "De lado"
        gone = await client.delete(f"{address}/images/{first['id']}", headers=eva)
        assert gone.status_code == 204
        assert [image["id"] for image in (await client.get(address)).json()["images"]] == [second["id"]]

    async def test_a_form_brings_several_at_once(self, client: httpx.AsyncClient, eva: Signed) -> None:
        form = {"title": "Taza", "category": "Tazas", "price": "9.00", "stock": "3"}
        files = [("image", ("a.png", png_of(n), "image/png")) for n in (1, 2, 3)]
        made = await client.post("/api/products", data=form, files=files, headers=eva)
        assert len(made.json()["images"]) == 3

    async def test_what_is_wrong_is_named(self, client: httpx.AsyncClient, eva: Signed, address: str) -> None:
        unknown = {"images": [{"id": "other"}]}
        assert wrong(await client.put(f"{address}/images", json=unknown, headers=eva)) == {("images[0].id", "missing")}
        assert wrong(await client.post(f"{address}/images", data={"alt": "x"}, files={"x": b""}, headers=eva)) == {
            ("image", "required")
        }
        problem(await client.delete(f"{address}/images/other", headers=eva), 404, "media.picture_missing")
