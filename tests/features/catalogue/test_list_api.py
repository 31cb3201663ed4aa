"""Lists of products and categories over REST, and the bytes that are kept ready for guests."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.answers import problem, wrong
from tests.features.conftest import Offer, Sign

from zoco.features.catalogue.models import Product
from zoco.features.catalogue.schemas import ChangeProduct
from zoco.features.catalogue.service import CatalogueService
from zoco.kit.permissions import Actor
from zoco.testing.people import person

LIST = "/api/products"

FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["Ñu", "Jarra", "Taza"]),
    ({"in_stock": "false"}, ["Agotada", "Ñu", "Jarra", "Taza"]),
    ({"sort": "price"}, ["Jarra", "Ñu", "Taza"]),
    ({"sort": "-price"}, ["Taza", "Ñu", "Jarra"]),
    ({"sort": "title"}, ["Jarra", "Ñu", "Taza"]),
    ({"sort": "newest", "limit": 1}, ["Ñu"]),
    ({"category": "jarras"}, ["Ñu", "Jarra"]),
    ({"category": "nada"}, []),
    ({"min_price": 200, "max_price": 300}, ["Ñu", "Taza"]),
    ({"q": "ASA"}, ["Jarra"]),
    ({"q": "luis"}, ["Ñu"]),
    ({"q": "jarr", "max_price": 150}, ["Jarra"]),
    ({"q": ""}, []),
    ({"seller": "nobody"}, []),
]
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"limit": 0}, "limit"),
    ({"limit": 101}, "limit"),
    ({"limit": "x"}, "limit"),
    ({"min_price": -1}, "min_price"),
    ({"max_price": 10**15 + 1}, "max_price"),
    ({"min_price": "x"}, "min_price"),
    ({"sort": "prize"}, "sort"),
    ({"in_stock": "maybe"}, "in_stock"),
    ({"after": "x"}, "after"),
    ({"q": "x" * 201}, "q"),
    ({"category": "x" * 81}, "category"),
    ({"seller": "x" * 81}, "seller"),
]


@pytest.fixture
async def shelf(offer: Offer, ana: Actor) -> list[Product]:
    return [
        await offer(title="Taza", category="Tazas", price={"amount": 300}),
        await offer(title="Jarra", category="Jarras", price={"amount": 100}, description="Con asa"),
        await offer(person(name="Luis"), title="Ñu", category="Jarras", price={"amount": 200}),
        await offer(title="Agotada", stock=0),
        await offer(title="Oculta", status="hidden"),
    ]


async def titles(client: httpx.AsyncClient, **query: Any) -> list[str]:
    answer = await client.get(LIST, params=query)
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


async def test_an_empty_shop_lists_nothing(client: httpx.AsyncClient) -> None:
    assert (await client.get(LIST)).json() == {"items": [], "next": None}
    assert (await client.get("/api/categories")).json() == {"items": [], "next": None}


async def test_a_list_shows_each_product_as_it_is_shown_alone(client: httpx.AsyncClient, shelf: list[Product]) -> None:
    (first, *_) = (await client.get(LIST)).json()["items"]
    assert first == (await client.get(f"{LIST}/{shelf[2].id}")).json()
    assert first["seller"] == {"id": shelf[2].seller.id, "name": "Luis"}


async def test_filters_and_orders(client: httpx.AsyncClient, shelf: list[Product]) -> None:
    for query, wanted in FILTERS:
        assert await titles(client, **query) == wanted, query


async def test_the_products_of_one_seller(client: httpx.AsyncClient, shelf: list[Product]) -> None:
    assert await titles(client, seller=shelf[2].seller.id) == ["Ñu"]


async def test_next_goes_back_as_after_until_the_end(client: httpx.AsyncClient, shelf: list[Product]) -> None:
    for sort in ("newest", "price", "-price", "title"):
        found, after = list[str](), dict[str, str]()
        for _ in range(2):
            page = (await client.get(LIST, params={"sort": sort, "limit": 2, **after})).json()
            found += [item["title"] for item in page["items"]]
            after = {"after": page["next"]}
        assert after == {"after": None}
        assert found == await titles(client, sort=sort)


async def test_next_of_the_longest_titles_is_taken_back(client: httpx.AsyncClient, offer: Offer) -> None:
    for _ in range(3):
        await offer(title="ﷺ" * 200)
    first = (await client.get(LIST, params={"sort": "title", "limit": 2})).json()
    second = await client.get(LIST, params={"sort": "title", "limit": 2, "after": first["next"]})
    assert (second.status_code, len(second.json()["items"])) == (200, 1)


async def test_a_wrong_parameter_is_named(client: httpx.AsyncClient) -> None:
    for query, field in WRONG:
        assert {name for name, _ in wrong(await client.get(LIST, params=query))} == {field}, query


async def test_a_choice_that_there_is_not_is_answered_with_those_that_there_are(client: httpx.AsyncClient) -> None:
    (error,) = (await client.get(LIST, params={"sort": "prize"})).json()["errors"]
    assert error["detail"] == "Elige una opción: newest, price, -price, title."


async def test_categories_show_what_is_on_them(client: httpx.AsyncClient, shelf: list[Product]) -> None:
    answer = await client.get("/api/categories")
    assert answer.json() == {
        "items": [
            {"slug": "jarras", "name": "Jarras", "count": 2, "translations": {}},
            {"slug": "tazas", "name": "Tazas", "count": 1, "translations": {}},
        ],
        "next": None,
    }


async def test_what_a_guest_has_seen_is_not_sent_again_until_something_changes(
    client: httpx.AsyncClient, catalogue: CatalogueService, shelf: list[Product], ana: Actor
) -> None:
    addresses = LIST, "/api/categories", f"{LIST}?q=taza&limit=5", f"{LIST}/{shelf[0].id}"
    seen = {address: (await client.get(address)).headers["etag"] for address in addresses}
    for address, etag in seen.items():
        again = await client.get(address, headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    await catalogue.change(ana, shelf[0].id, ChangeProduct(stock=0))
    for address, etag in seen.items():
        changed = await client.get(address, headers={"If-None-Match": etag})
        assert (changed.status_code, changed.headers["etag"] == etag) == (200, False)


async def test_a_sellers_new_name_is_seen_at_once(
    client: httpx.AsyncClient, catalogue: CatalogueService, shelf: list[Product], ana: Actor
) -> None:
    await client.get(LIST)
    async with catalogue._store.write() as tx:
        await catalogue.rename_seller(tx, ana.signed_in(), "Beatriz")
    assert {item["seller"]["name"] for item in (await client.get(LIST)).json()["items"]} == {"Beatriz", "Luis"}


async def test_what_is_kept_for_guests_is_not_what_somebody_signed_in_gets(
    client: httpx.AsyncClient, sign: Sign, offer: Offer
) -> None:
    seller = await sign()
    hidden = await offer(seller.actor, status="hidden")
    problem(await client.get(f"{LIST}/{hidden.id}"), 404, "catalogue.product_missing")
    assert (await client.get(f"{LIST}/{hidden.id}", headers=seller)).json()["status"] == "hidden"
    problem(await client.get(f"{LIST}/{hidden.id}"), 404, "catalogue.product_missing")
