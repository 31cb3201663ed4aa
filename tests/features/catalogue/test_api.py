"""Products over REST: selling, pictures, and who may."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.answers import Fields, problem, wrong
from tests.features.conftest import Sign, Signed

from zoco.kit.permissions import Role
from zoco.testing.clock import FrozenClock

LIST = "/api/products"
TAZA: dict[str, Any] = {"title": "Taza", "category": "Tazas", "price": {"amount": 900}, "stock": 3}
NOW = "2030-01-02T03:04:05.678000Z"
FORM = {"title": "Taza", "category": "Tazas", "price": "9.00", "stock": "3", "description": "De barro"}

WRONG: list[tuple[dict[str, Any], Fields]] = [
    ({"title": None}, {("title", "required")}),
    ({"title": ""}, {("title", "required")}),
    ({"title": "  "}, {("title", "required")}),
    ({"title": 5}, {("title", "type")}),
    ({"title": "x" * 201}, {("title", "too_long")}),
    ({"title": "a\0b"}, {("title", "pattern")}),
    ({"description": None}, {("description", "required")}),
    ({"description": "x" * 20_001}, {("description", "too_long")}),
    ({"category": None}, {("category", "required")}),
    ({"category": "x" * 81}, {("category", "too_long")}),
    ({"category": "!"}, {("category", "category")}),
    ({"price": None}, {("price", "required")}),
    ({"price": 900}, {("price", "type")}),
    ({"price": {}}, {("price.amount", "required")}),
    ({"price": {"amount": "9"}}, {("price.amount", "type")}),
    ({"price": {"amount": 9.5}}, {("price.amount", "type")}),
    ({"price": {"amount": -1}}, {("price.amount", "too_small")}),
    ({"price": {"amount": 10**15 + 1}}, {("price.amount", "too_large")}),
    ({"price": {"amount": 1, "currency": "usd"}}, {("price.currency", "pattern")}),
    ({"price": {"amount": 1, "currency": "EUR"}}, {("price.currency", "currency")}),
    ({"price": {"amount": 1, "decimals": 2}}, {("price.decimals", "unknown")}),
    ({"stock": None}, {("stock", "required")}),
    ({"stock": True}, {("stock", "type")}),
    ({"stock": 1.5}, {("stock", "type")}),
    ({"stock": -1}, {("stock", "too_small")}),
    ({"stock": 10**9 + 1}, {("stock", "too_large")}),
    ({"status": "removed"}, {("status", "pattern")}),
    ({"seller": {"id": "x", "name": "x"}}, {("seller", "unknown")}),
    ({"id": "x", "slug": "x", "version": 9}, {(field, "unknown") for field in ("id", "slug", "version")}),
    ({"title": 5, "stock": -1, "x": 1}, {("title", "type"), ("stock", "too_small"), ("x", "unknown")}),
]
WRONG_CHANGES: list[tuple[dict[str, Any], Fields]] = [
    ({"title": None}, {("title", "required")}),
    ({"title": " "}, {("title", "required")}),
    ({"category": None}, {("category", "required")}),
    ({"price": None}, {("price", "required")}),
    ({"price": {"amount": -1}}, {("price.amount", "too_small")}),
    ({"price": {"amount": 1, "currency": "EUR"}}, {("price.currency", "currency")}),
    ({"stock": -1}, {("stock", "too_small")}),
    ({"stock": None}, {("stock", "required")}),
    ({"description": 1}, {("description", "type")}),
    ({"status": "removed"}, {("status", "pattern")}),
    ({"seller": "x"}, {("seller", "unknown")}),
    ({"picture": "x"}, {("picture", "unknown")}),
]
WRONG_IN_FORM: list[tuple[dict[str, str], str]] = [
    ({"title": ""}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"category": ""}, "category"),
    ({"price": ""}, "price"),
    ({"price": "-1"}, "price"),
    ({"price": "nueve"}, "price"),
    ({"price": "9.001"}, "price"),
    ({"price": "NaN"}, "price"),
    ({"price": "1e999999"}, "price"),
    ({"price": "99999999999999999999"}, "price"),
    ({"stock": "-1"}, "stock"),
    ({"stock": "1.5"}, "stock"),
    ({"stock": "muchas"}, "stock"),
    ({"status": "removed"}, "status"),
]


@pytest.fixture
async def eva(sign: Sign) -> Signed:
    return await sign(name="Eva")


async def add(client: httpx.AsyncClient, who: Signed, **given: Any) -> dict[str, Any]:
    answer = await client.post(LIST, json=TAZA | given, headers=who)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


class TestAdding:
    async def test_a_product_is_answered_whole_with_its_address(self, client: httpx.AsyncClient, eva: Signed) -> None:
        answer = await client.post(LIST, json={**TAZA, "description": "De <b>barro</b>"}, headers=eva)
        made = answer.json()
        assert answer.status_code == 201
        assert answer.headers["location"] == f"{LIST}/{made['id']}"
        assert made == {
            "id": made["id"],
            "slug": "taza",
            "title": "Taza",
            "description": "De <b>barro</b>",
            "category": "tazas",
            "price": {"amount": 900, "currency": "USD"},
            "stock": 3,
            "seller": {"id": eva.actor.id, "name": "Eva"},
            "image": None,
            "images": [],
            "translations": {},
            "status": "active",
            "created_at": NOW,
            "updated_at": NOW,
            "version": 1,
        }
        assert (await client.get(answer.headers["location"])).json() == made

    async def test_every_wrong_field_is_named_at_once(self, client: httpx.AsyncClient, eva: Signed) -> None:
        for given, fields in WRONG:
            assert wrong(await client.post(LIST, json=TAZA | given, headers=eva)) == fields, given
        assert (await client.get(f"{LIST}?in_stock=false")).json() == {"items": [], "next": None}

    async def test_every_missing_field_is_named(self, client: httpx.AsyncClient, eva: Signed) -> None:
        for missing in TAZA:
            data = {name: value for name, value in TAZA.items() if name != missing}
            field = "price.amount" if missing == "price" else missing
            assert wrong(await client.post(LIST, json=data, headers=eva)) == {(field, "required")}

    async def test_what_is_no_json_is_no_product(self, client: httpx.AsyncClient, eva: Signed) -> None:
        for body in (b"", b"{", b"\xff", b'{"title": "x",}'):
            problem(await client.post(LIST, content=body, headers=eva), 400, "json.malformed")
        problem(await client.post(LIST, content=b'{"a":1,"a":2}', headers=eva), 422, "invalid")

    async def test_a_guest_is_asked_to_sign_in(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(LIST, json=TAZA)
        problem(answer, 401, "auth.required")
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_problems_speak_the_language_of_the_request(self, client: httpx.AsyncClient, eva: Signed) -> None:
        said = {}
        for language in ("en", "en-GB;q=0.9", "es-MX", "fr", "*"):
            headers = eva | {"Accept-Language": language}
            spoken = problem(await client.post(LIST, json={}, headers=headers), 422, "invalid")
            said[language] = spoken["title"], spoken["detail"], *{error["detail"] for error in spoken["errors"]}
        english = ("Fields are wrong", "Some fields are missing or wrong.", "This is required.")
        assert said["en"] == said["en-GB;q=0.9"] == english
        assert said["es-MX"] == said["fr"] == said["*"]
        assert not set(said["es-MX"]) & set(english)


class TestForms:
    async def test_a_product_and_its_picture_in_one_form(
        self, client: httpx.AsyncClient, eva: Signed, png: bytes
    ) -> None:
        files = {"image": ("taza.png", png, "image/png")}
        answer = await client.post(LIST, data=FORM, files=files, headers=eva)
        made = answer.json()
        assert answer.status_code == 201, answer.text
        assert (made["price"], made["stock"], made["version"]) == ({"amount": 900, "currency": "USD"}, 3, 2)
        assert made["image"]["alt"] == "Taza"
        picture = await client.get(made["image"]["url"])
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")

    async def test_a_form_without_a_picture_is_a_product_too(self, client: httpx.AsyncClient, eva: Signed) -> None:
        files = {"image": ("", b"", "application/octet-stream")}
        answer = await client.post(LIST, data=FORM, files=files, headers=eva)
        assert (answer.status_code, answer.json()["image"]) == (201, None)

    async def test_every_wrong_field_of_a_form_is_named(
        self, client: httpx.AsyncClient, eva: Signed, png: bytes
    ) -> None:
        files = {"image": ("taza.png", png, "image/png")}
        for given, field in WRONG_IN_FORM:
            answer = await client.post(LIST, data=FORM | given, files=files, headers=eva)
            assert {name for name, _ in wrong(answer)} == {field}, given
        assert (await client.get(LIST)).json()["items"] == []

    async def test_what_a_form_does_not_have_is_named_and_no_picture_is_missed(
        self, client: httpx.AsyncClient, eva: Signed, png: bytes
    ) -> None:
        files = {"photo": ("taza.png", png, "image/png")}
        answer = await client.post(LIST, data=FORM | {"seller": "x", "stock": "?"}, files=files, headers=eva)
        assert wrong(answer) == {("photo", "unknown"), ("seller", "unknown"), ("stock", "type")}
        assert (await client.get(LIST)).json()["items"] == []

    async def test_a_file_that_is_no_picture_is_refused(self, client: httpx.AsyncClient, eva: Signed) -> None:
        files = {"image": ("taza.png", b"<svg onload=x>", "image/png")}
        answer = await client.post(LIST, data=FORM, files=files, headers=eva)
        assert answer.status_code in {415, 422}, answer.text
        assert (await client.get(LIST)).json()["items"] == []

    async def test_a_form_without_room_for_files_is_not_read(self, client: httpx.AsyncClient, eva: Signed) -> None:
        problem(await client.post(LIST, data=FORM, headers=eva), 415, "json.form_sent")
        assert (await client.get(LIST)).json()["items"] == []

    async def test_a_picture_is_set_by_form_or_as_it_is(
        self, client: httpx.AsyncClient, eva: Signed, png: bytes
    ) -> None:
        address = f"{LIST}/{(await add(client, eva))['id']}/image"
        by_form = await client.put(address, files={"image": ("x.png", png, "image/png")}, headers=eva)
        as_it_is = await client.put(address, content=png, headers=eva | {"Content-Type": "image/png"})
        assert (by_form.status_code, as_it_is.status_code) == (200, 200)
        assert by_form.json()["image"] == as_it_is.json()["image"]
        assert as_it_is.json()["version"] == by_form.json()["version"] == 2

    async def test_a_picture_that_is_missing_is_named(self, client: httpx.AsyncClient, eva: Signed) -> None:
        address = f"{LIST}/{(await add(client, eva))['id']}/image"
        nothing = {"other": ("x.png", b"x", "image/png")}
        assert wrong(await client.put(address, files=nothing, headers=eva)) == {("image", "required")}
        problem(await client.put(address, json={}, headers=eva), 415, "unsupported")

    async def test_a_body_that_is_too_large_is_refused(self, client: httpx.AsyncClient, eva: Signed) -> None:
        problem(await client.post("/api/carts", content=b" " * 3_000_000, headers=eva), 413, "too_large")


class TestChanging:
    async def test_only_what_is_given_changes(self, client: httpx.AsyncClient, eva: Signed, clock: FrozenClock) -> None:
        made = await add(client, eva)
        clock.move(milliseconds=322)
        answer = await client.put(f"{LIST}/{made['id']}", json={"title": "Jarra", "stock": 0}, headers=eva)
        assert answer.status_code == 200
        later = "2030-01-02T03:04:06Z"
        assert answer.json() == made | {"title": "Jarra", "stock": 0, "version": 2, "updated_at": later}

    async def test_every_wrong_field_is_named_and_nothing_changes(self, client: httpx.AsyncClient, eva: Signed) -> None:
        made = await add(client, eva)
        address = f"{LIST}/{made['id']}"
        for given, fields in WRONG_CHANGES:
            assert wrong(await client.put(address, json={"stock": 1, **given}, headers=eva)) == fields, given
        assert (await client.get(address)).json() == made

    async def test_a_removed_product_is_gone(self, client: httpx.AsyncClient, eva: Signed) -> None:
        address = f"{LIST}/{(await add(client, eva))['id']}"
        answer = await client.delete(address, headers=eva)
        assert (answer.status_code, answer.content) == (204, b"")
        problem(await client.get(address), 404, "catalogue.product_missing")
        problem(await client.delete(address, headers=eva), 404, "catalogue.product_missing")


class TestRights:
    async def statuses(self, client: httpx.AsyncClient, headers: dict[str, str], pid: str, png: bytes) -> list[int]:
        address = f"{LIST}/{pid}"
        answers = [
            await client.get(address, headers=headers),
            await client.put(address, json={"title": "Mía"}, headers=headers),
            await client.put(f"{address}/image", files={"image": ("x.png", png, "image/png")}, headers=headers),
            await client.delete(address, headers=headers),
        ]
        return [answer.status_code for answer in answers]

    async def test_a_shown_product_is_changed_only_by_its_seller_and_staff(
        self, client: httpx.AsyncClient, eva: Signed, sign: Sign, png: bytes
    ) -> None:
        made = await add(client, eva)
        assert await self.statuses(client, {}, made["id"], png) == [200, 401, 401, 401]
        assert await self.statuses(client, await sign(), made["id"], png) == [200, 403, 403, 403]
        assert (await client.get(f"{LIST}/{made['id']}")).json() == made
        assert await self.statuses(client, await sign(Role.STAFF), made["id"], png) == [200, 200, 200, 204]

    async def test_a_hidden_product_is_not_there_for_others(
        self, client: httpx.AsyncClient, eva: Signed, sign: Sign, png: bytes
    ) -> None:
        pid = (await add(client, eva, status="hidden"))["id"]
        assert await self.statuses(client, {}, pid, png) == [404, 401, 401, 401]
        assert await self.statuses(client, await sign(), pid, png) == [404, 404, 404, 404]
        assert await self.statuses(client, eva, pid, png) == [200, 200, 200, 204]

    async def test_what_never_was_is_missing(self, client: httpx.AsyncClient, sign: Sign, png: bytes) -> None:
        admin = await sign(Role.ADMIN)
        for pid in ("nothing", "..%2f", "'--", "x" * 500, "%F0%9F%90%A6", "00000000"):
            assert set(await self.statuses(client, admin, pid, png)) == {404}, pid
