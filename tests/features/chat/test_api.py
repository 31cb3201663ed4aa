"""Messages over REST."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.features.conftest import Sign

from zoco.kit.permissions import Role

MESSAGES = "/api/messages"


def code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def bodies(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200
    return [item["body"] for item in answer.json()["items"]]


async def test_a_message_is_answered_as_it_is_stored(client: httpx.AsyncClient, sign: Sign) -> None:
    eva = await sign(name="Eva")
    answer = await client.post(MESSAGES, headers=eva, json={"body": " Hola ", "key": "k1"})
    assert answer.status_code == 201
    message = answer.json()
    assert message == {
        "id": message["id"],
        "seq": 1,
        "email": eva.actor.email,
        "name": "Eva",
        "type": "usuario",
        "body": "Hola",
        "sent_at": "2030-01-02T03:04:05.678000Z",
        "author": message["author"],
        "key": "k1",
        "removed": False,
    }
    assert str(eva.actor.id) not in str(message)
    again = await client.post(MESSAGES, headers=eva, json={"body": " Hola ", "key": "k1"})
    assert again.json() == message
    assert again.headers["idempotent-replayed"] == "true"
    assert (await client.get(MESSAGES, headers=eva)).json() == {"items": [message], "next": None, "previous": None}


async def test_lists_go_on_both_ways(client: httpx.AsyncClient, sign: Sign) -> None:
    sara, to = await sign(Role.STAFF), {"email": "rosa@example.com"}
    for number in range(1, 6):
        await client.post(MESSAGES, headers=sara, json={**to, "body": str(number)})

    async def page(**params: Any) -> tuple[str, str | None, str | None]:
        answer = await client.get(MESSAGES, headers=sara, params={**to, **params})
        return "".join(bodies(answer)), answer.json()["next"], answer.json()["previous"]

    assert await page(limit=2) == ("45", None, "4")
    assert await page(limit=2, before="4") == ("23", None, "2")
    assert await page(limit=2, before="2") == ("1", None, None)
    assert await page(limit=2, after="0") == ("12", "2", None)
    assert await page(limit=3, after="2") == ("345", None, None)
    for params in ({"after": "x"}, {"before": "-1"}, {"after": "1.5"}, {"limit": 0}):
        answer = await client.get(MESSAGES, headers=sara, params=params)
        assert code(answer) == (422, "invalid")
        assert [error["field"] for error in answer.json()["errors"]] == list(params)


async def test_own_and_general_are_for_customers_and_all_for_staff(client: httpx.AsyncClient, sign: Sign) -> None:
    eva, luis, sara = await sign(name="Eva"), await sign(), await sign(Role.STAFF)
    await client.post(MESSAGES, headers=eva, json={"body": "¿Hay tazas?"})
    await client.post(MESSAGES, headers=eva, json={"body": "Hola a todos", "email": "general"})
    own = {"email": eva.actor.email}
    assert bodies(await client.get(MESSAGES, headers=eva, params=own)) == ["¿Hay tazas?"]
    assert bodies(await client.get(MESSAGES, headers=sara, params=own)) == ["¿Hay tazas?"]
    assert code(await client.get(MESSAGES, headers=luis, params=own)) == (403, "chat.foreign")
    assert code(await client.post(MESSAGES, headers=luis, json={"body": "x", **own})) == (403, "chat.foreign")
    assert code(await client.get(MESSAGES)) == (401, "auth.required")
    assert code(await client.post(MESSAGES, json={"body": "x"})) == (401, "auth.required")
    general = await client.get(MESSAGES, headers=luis, params={"email": "general"})
    assert bodies(general) == ["Hola a todos"]
    assert eva.actor.email not in general.text
    assert eva.actor.email in (await client.get(MESSAGES, headers=sara, params={"email": "general"})).text


async def test_wrong_fields_are_named(client: httpx.AsyncClient, sign: Sign) -> None:
    eva = await sign()
    for given in ({"body": ""}, {"body": "x" * 2001}, {"body": 1}, {}, {"body": "x", "type": "sistema"}):
        answer = await client.post(MESSAGES, headers=eva, json=given)
        assert code(answer) == (422, "invalid")
        assert len(answer.json()["errors"]) == 1


async def test_other_words_under_a_key_that_was_used_are_refused(client: httpx.AsyncClient, sign: Sign) -> None:
    eva = await sign()
    for body, status in (("Hola", 201), ("Hola ", 201), ("Adiós", 409)):
        answer = await client.post(MESSAGES, headers=eva, json={"body": body, "key": "k1"})
        assert answer.status_code == status
    assert code(answer) == (409, "chat.key_taken")


async def test_too_many_are_refused_with_the_time_to_wait(client: httpx.AsyncClient, sign: Sign) -> None:
    eva = await sign()
    for number in range(20):
        assert (await client.post(MESSAGES, headers=eva, json={"body": f"{number}"})).status_code == 201
    answer = await client.post(MESSAGES, headers=eva, json={"body": "más"})
    assert code(answer) == (429, "chat.too_fast")
    assert answer.headers["retry-after"] == "3"


async def test_staff_remove_and_both_sides_mark_as_read(client: httpx.AsyncClient, sign: Sign) -> None:
    eva, sara = await sign(), await sign(Role.STAFF)
    await client.post(MESSAGES, headers=eva, json={"body": "¿Hay tazas?"})
    whose = {"email": eva.actor.email}
    assert code(await client.delete(f"{MESSAGES}/1", headers=eva)) == (403, "auth.forbidden")
    assert (await client.post(f"{MESSAGES}/read", headers=sara, json={"seq": 1, **whose})).status_code == 204
    assert (await client.post(f"{MESSAGES}/read", headers=eva, json={"seq": 1})).status_code == 204
    assert code(await client.post(f"{MESSAGES}/read", headers=eva, json={"seq": -1})) == (422, "invalid")
    assert (await client.delete(f"{MESSAGES}/1", headers=sara, params=whose)).status_code == 204
    for seq in ("2", "0", "-1", "9" * 30):
        assert code(await client.delete(f"{MESSAGES}/{seq}", headers=sara, params=whose)) == (
            404,
            "chat.message_missing",
        )
    (left,) = (await client.get(MESSAGES, headers=eva)).json()["items"]
    assert (left["removed"], left["body"]) == (True, "")


@pytest.mark.parametrize("email", ["x", "a\u202eb@example.com", "$gt", "a@b.c' OR 1=1"])
async def test_odd_addresses_are_refused_in_words(client: httpx.AsyncClient, sign: Sign, email: str) -> None:
    sara, eva = await sign(Role.STAFF), await sign()
    assert code(await client.get(MESSAGES, headers=sara, params={"email": email})) == (422, "invalid")
    assert code(await client.get(MESSAGES, headers=eva, params={"email": email})) == (403, "chat.foreign")
