"""Saved replies in the back office."""

from __future__ import annotations

import httpx
import pytest
from tests.browsing import browsing, enter, field, text

from zoco.features.inbox.schemas import ReplyForm
from zoco.features.inbox.service import InboxService
from zoco.kit.permissions import Actor

REPLIES = "/panel/mensajes/respuestas"


async def test_without_any_the_page_says_what_they_are_for(desk: httpx.AsyncClient) -> None:
    page = await desk.get(REPLIES)
    assert "Todavía no hay ninguna respuesta guardada." in text(page)
    assert f'href="{REPLIES}/nueva"' in page.text


async def test_one_is_made_changed_and_removed(desk: httpx.AsyncClient, inbox: InboxService, nora: Actor) -> None:
    answer = await desk.post(f"{REPLIES}/nueva", data={"title": "Horario", "body": "De 9 a 18 h.\nLunes no."})
    assert (answer.status_code, answer.headers["location"]) == (303, REPLIES)
    page = await desk.get(REPLIES)
    assert "«Horario» está guardada" in text(page)
    (reply,) = await inbox.replies(nora)
    assert reply.body == "De 9 a 18 h.\nLunes no."
    address = f"{REPLIES}/{reply.id}"
    assert field(await desk.get(address), "title") == "Horario"
    answer = await desk.post(address, data={"title": "Horas", "body": "De 9 a 14 h."})
    assert answer.status_code == 303
    assert "Horas" in text(await desk.get(REPLIES))
    assert "¿Quitar «Horas»?" in text(await desk.get(f"{address}/borrar"))
    assert (await desk.post(f"{address}/borrar")).status_code == 303
    assert await inbox.replies(nora) == []
    assert (await desk.get(address)).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"title": "", "body": "x"}, {"title": "x", "body": ""}, {"title": "x" * 81, "body": "x"}]
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    desk: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    page = await desk.post(f"{REPLIES}/nueva", data=wrong)
    assert page.status_code == 422
    bad = "body" if not wrong["body"] else "title"
    assert f'id="f-{bad}-error"' in page.text
    assert field(page, "title") == wrong["title"]


async def test_they_are_for_staff(client: httpx.AsyncClient, eva: Actor, inbox: InboxService, nora: Actor) -> None:
    reply = await inbox.save_reply(nora, ReplyForm(title="Horario", body="De 9 a 18 h."))
    await enter(browsing(client), eva)
    for address in (REPLIES, f"{REPLIES}/nueva", f"{REPLIES}/{reply.id}", f"{REPLIES}/{reply.id}/borrar"):
        assert (await client.get(address)).status_code == 403
    for address in (f"{REPLIES}/nueva", f"{REPLIES}/{reply.id}", f"{REPLIES}/{reply.id}/borrar"):
        assert (await client.post(address, data={"title": "x", "body": "y"})).status_code == 403
    assert [kept.title for kept in await inbox.replies(nora)] == ["Horario"]
