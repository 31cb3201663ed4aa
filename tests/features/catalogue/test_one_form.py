"""The form for a new product: sent twice, by a double click or from the browser's history, it makes one product."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec
import pytest
from tests.browsing import browsing, enter, field, hidden, text
from tests.features.conftest import Offer

from zoco.app import Shop
from zoco.features.catalogue.errors import FormUsed
from zoco.features.catalogue.events import ProductChanged
from zoco.features.catalogue.models import Product, ProductQuery
from zoco.features.catalogue.schemas import AddProduct, ChangeProduct
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.events import Event
from zoco.kit.permissions import Actor, Role
from zoco.testing.clock import FrozenClock
from zoco.testing.people import account, person

NEW = "/vender/nuevo"
FORM = {"title": "Jarra", "category": "Jarras", "price": "9.00", "stock": "3", "description": "De vidrio"}
DATA = msgspec.convert({"title": "Taza", "category": "Tazas", "price": {"amount": 1250}, "stock": 3}, AddProduct)


@pytest.fixture
async def selling(client: httpx.AsyncClient, seller: Actor) -> httpx.AsyncClient:
    await enter(browsing(client), seller)
    return client


async def offered(catalogue: CatalogueService, seller: Actor) -> list[Product]:
    return (await catalogue.page_own(seller, ProductQuery())).items


async def test_sent_again_it_leads_to_the_product_that_it_made(
    catalogue: CatalogueService, ana: Actor, png: bytes, facts: list[Event]
) -> None:
    made = await catalogue.add(ana, DATA, png, form="a form")
    told = len(facts)
    changed = await catalogue.change(ana, made.id, ChangeProduct(title="Taza fina"))
    assert await catalogue.add(ana, DATA, png, form="a form") == changed
    assert len(await offered(catalogue, ana)) == 1
    assert [type(fact) for fact in facts[told:]] == [ProductChanged]


async def test_sent_twice_at_once_too(catalogue: CatalogueService, ana: Actor) -> None:
    first, second = await asyncio.gather(*[catalogue.add(ana, DATA, form="a form") for _ in range(2)])
    assert first == second
    assert await offered(catalogue, ana) == [first]


async def test_other_forms_and_other_peoples_make_others(
    catalogue: CatalogueService, ana: Actor, clock: FrozenClock
) -> None:
    eva = person(name="Eva")
    sent = ((ana, "1"), (ana, "2"), (eva, "1"), (ana, ""), (ana, ""))
    made = [await catalogue.add(seller, DATA, form=form) for seller, form in sent]
    clock.move(hours=24)
    made.append(await catalogue.add(ana, DATA, form="1"))
    assert len({product.id for product in made}) == 6
    assert [product.seller.name for product in made] == ["Ana", "Ana", "Eva", "Ana", "Ana", "Ana"]


async def test_with_other_words_or_pictures_it_makes_none_and_says_why(
    catalogue: CatalogueService, ana: Actor, png: bytes
) -> None:
    made = await catalogue.add(ana, DATA, form="a form")
    other: Any
    for other in ((msgspec.structs.replace(DATA, title="Jarra"),), (DATA, png)):
        with pytest.raises(FormUsed) as refusal:
            await catalogue.add(ana, *other, form="a form")
        assert [(error.field, error.code) for error in refusal.value.errors] == [("title", "catalogue.form_used")]
    assert await offered(catalogue, ana) == [made]


async def test_a_product_that_is_gone_does_not_come_back(catalogue: CatalogueService, ana: Actor) -> None:
    made = await catalogue.add(ana, DATA, form="a form")
    await catalogue.remove(ana, made.id)
    with pytest.raises(FormUsed):
        await catalogue.add(ana, DATA, form="a form")
    assert await offered(catalogue, ana) == []


@pytest.mark.parametrize("page", [NEW, "/realTimeProducts"])
async def test_a_form_that_is_sent_twice_makes_one_product(
    selling: httpx.AsyncClient, seller: Actor, catalogue: CatalogueService, page: str
) -> None:
    shown = await selling.get(page, follow_redirects=True)
    sent = hidden(shown, NEW) | FORM
    first, second = [await selling.post(NEW, data=sent) for _ in range(2)]
    assert (first.status_code, first.headers["location"]) == (second.status_code, second.headers["location"])
    assert len(await offered(catalogue, seller)) == 1
    again = hidden(await selling.get(page, follow_redirects=True), NEW) | FORM
    await selling.post(NEW, data=again)
    assert len(await offered(catalogue, seller)) == 2


async def test_a_forms_address_names_it_so_that_going_back_finds_the_same(selling: httpx.AsyncClient) -> None:
    first, second = [(await selling.get(f"{NEW}?lang=en")).headers["location"] for _ in range(2)]
    assert first.startswith(f"{NEW}?lang=en&form=")
    assert first != second
    page = await selling.get(first)
    assert "Offer a product" in text(page)
    assert hidden(page, NEW) == hidden(await selling.get(first), NEW)
    assert hidden(page, NEW)["idempotency_key"] == first.rpartition("=")[2]
    assert (await selling.get(f"{NEW}?form=%3Cb%3E")).headers["location"].startswith(f"{NEW}?form=")


async def test_a_form_without_an_address_of_its_own_is_not_filled_in_again(selling: httpx.AsyncClient) -> None:
    sign = 'enctype="multipart/form-data" autocomplete="off"'
    assert sign in (await selling.get("/realTimeProducts")).text
    assert sign not in (await selling.get(NEW, follow_redirects=True)).text


async def test_a_form_that_made_a_product_asks_before_it_makes_another(
    selling: httpx.AsyncClient, seller: Actor, catalogue: CatalogueService
) -> None:
    sent = hidden(await selling.get(NEW, follow_redirects=True), NEW) | FORM
    wrong = await selling.post(NEW, data=sent | {"price": "caro"})
    assert hidden(wrong, NEW)["idempotency_key"] == sent["idempotency_key"]
    await selling.post(NEW, data=sent)
    asked = await selling.post(NEW, data=sent | {"title": "Jarra grande"})
    assert asked.status_code == 422
    assert "Envíalo otra vez si este es otro." in text(asked)
    assert field(asked, "title") == "Jarra grande"
    assert len(await offered(catalogue, seller)) == 1
    again = FORM | {"title": "Jarra grande"} | hidden(asked, NEW)
    assert (await selling.post(NEW, data=again)).status_code == 303
    assert len(await offered(catalogue, seller)) == 2


async def test_nobody_meets_anothers_product_by_the_key_of_its_form(
    selling: httpx.AsyncClient, catalogue: CatalogueService, offer: Offer, ana: Actor
) -> None:
    foreign = await offer()
    for key in (foreign.id, "k" * 255):
        answer = await selling.post(NEW, data=FORM | {"idempotency_key": key})
        assert answer.status_code == 303
        assert foreign.id not in answer.headers["location"]
    assert await catalogue.show(ana, foreign.id) == foreign
    for key in ("k" * 256, "ñ"):
        assert (await selling.post(NEW, data=FORM | {"idempotency_key": key})).status_code == 400


async def test_in_the_back_office_it_is_the_same(
    client: httpx.AsyncClient, shop: Shop, catalogue: CatalogueService
) -> None:
    nora, new = await account(shop, Role.STAFF), "/panel/productos/nuevo"
    await enter(browsing(client), nora)
    sent = hidden(await client.get(new, follow_redirects=True), new) | FORM
    for _ in range(2):
        answer = await client.post(new, data=sent)
        assert (answer.status_code, answer.headers["location"]) == (303, "/panel/productos")
    assert len(await offered(catalogue, nora)) == 1
    asked = await client.post(new, data=sent | {"stock": "4"})
    assert asked.status_code == 422
    assert (await client.post(new, data=sent | hidden(asked, new))).status_code == 303
    assert len(await offered(catalogue, nora)) == 2
